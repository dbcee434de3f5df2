/* Values of keys: from a YAML node into the member of a run spec, and back to text. */
#ifndef PL_SPEC_VALUE_H
#define PL_SPEC_VALUE_H

#include <stdbool.h>

#include "spec/schema.h"
#include "spec/yaml_tree.h"

/* What reading needs beside the node: the arena that lists and strings live in, the place for
 * problems, and the layer lists already read (runs of a sweep share them). */
typedef struct pl_reader {
    kn_arena *arena;
    pl_diags *diags;
    struct pl_layers_read *layers;
    int layer_count, layer_room;
} pl_reader;

/* Writes the value of a run's key into the spec, or reports the type, range or choice that is wrong and returns
 * false (the member then stays as it was). */
bool pl_value_read(pl_reader *r, const pl_key *key, const pl_node *node, pl_run_spec *spec);

/* The member as YAML flow text: `[64, 64]`, `relu`, `0.001`. Nothing for a path that is not given.
 */
void pl_value_text(const pl_key *key, const pl_run_spec *spec, pl_str *out);

/* Copies the key's member (and layer_count, weight[] with it) from one spec to another. */
void pl_value_copy(const pl_key *key, const pl_run_spec *from, pl_run_spec *to);

/* A number in a range, with the sentences every key uses. Also for layers' parameters. */
bool pl_read_int(pl_diags *d, const char *key, const pl_node *node, double min, double max,
                 int64_t *out);
bool pl_read_real(pl_diags *d, const char *key, const pl_node *node, double min, double max,
                  double *out);
bool pl_read_duration(pl_diags *d, const char *key, const pl_node *node, double min, double max,
                      double *out);
bool pl_read_bool(pl_diags *d, const char *key, const pl_node *node, bool *out);
bool pl_read_choice(pl_diags *d, const char *key, const pl_node *node, const char *const *choices,
                    int *out);

#endif
