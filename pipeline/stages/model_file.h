/* model.safetensors: every tensor of the net, running values included, in layer order, metadata "facet.parameters"
 * (the canonical parameters of the train stage), "facet.format" "1". No paths, no times; nothing
 * that is not in the stage's key, so that one entry serves every run that shares it. */
#ifndef PL_STAGES_MODEL_FILE_H
#define PL_STAGES_MODEL_FILE_H

#include "base/arena.h"
#include "nn/net.h"
#include "spec/spec.h"

/* block: kn_net_block_floats(net) floats. */
kn_status pl_model_save(const char *path, const pl_run_spec *spec, const kn_net *net,
                        const float *block, kn_error *e);

typedef struct pl_model {
    kn_arena arena;
    pl_run_spec spec; /* data paths are NULL */
    kn_net *net;
    float *block; /* in the arena */
} pl_model;

/* Errors name the file and the tensor: cut, another shape, a tensor missing or unknown. */
kn_status pl_model_load(const char *path, pl_model *out, kn_error *e);
/* For predictions alone: batch normalization becomes part of the weights (nn/net_fold.h). */
kn_status pl_model_fold(pl_model *m, kn_error *e);
void pl_model_clear(pl_model *m);

#endif
