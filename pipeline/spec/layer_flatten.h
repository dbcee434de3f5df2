/* Nested layers in a row: `- residual: [LAYERS]` is y = x + f(x), f the layers in it. It stands for
 * these, flattened themselves, and `{type: add, back: N}` behind them, N how many they are. */
#ifndef PL_SPEC_LAYER_FLATTEN_H
#define PL_SPEC_LAYER_FLATTEN_H

#include "spec/diag.h"
#include "spec/yaml_tree.h"

typedef struct pl_flat_layer {
    const pl_node *node; /* the layer; for an add that a residual stands for, the residual */
    const char *name;    /* "model.layers[2]", "model.layers[3].residual[0]" */
    int back;            /* above 0: it is that add */
} pl_flat_layer;

/* The layers of a list in their order, in the arena; a residual that is none is reported and left out. */
const pl_flat_layer *pl_layers_flatten(const pl_node *list, kn_arena *arena, pl_diags *diags,
                                       int *count);

#endif
