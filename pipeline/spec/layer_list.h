/* model.layers: a list of maps, each `{type: KIND, parameter: value..., regularizer: {l1, l2}}`,
 * read by the kinds' own parameter tables, or `{residual: LIST}` (spec/layer_flatten.h). */
#ifndef PL_SPEC_LAYER_LIST_H
#define PL_SPEC_LAYER_LIST_H

#include <stdbool.h>

#include "nn/net.h"
#include "spec/diag.h"
#include "spec/yaml_tree.h"
#include "util/str.h"

/* Layers and configurations live in the arena. An item may be the kind's name alone (`- flatten`).
 */
bool pl_layers_read(const pl_node *node, kn_arena *arena, pl_diags *diags,
                    const kn_layer_spec **layers, int *count);

/* Flow YAML with every parameter: "[{type: conv2d, filters: 64, ...}, {type: flatten}]". */
void pl_layers_text(const kn_layer_spec *layers, int count, pl_str *out);

/* For people, what differs from the defaults alone: "conv2d(filters=64) maxpool flatten". */
void pl_layers_brief(const kn_layer_spec *layers, int count, pl_str *out);

/* Kinds with kernels take a regularizer. */
bool pl_layer_has_kernel(const kn_layer_kind *kind);

#endif
