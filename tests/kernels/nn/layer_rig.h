/* One layer on its own: configured, with random weights and inputs, run forward and back. */
#ifndef LAYER_RIG_H
#define LAYER_RIG_H

#include "nn/layer.h"

typedef struct layer_rig {
    kn_arena arena;
    kn_layer layer;
    int mb;
    size_t in, out; /* floats of all images */
    float *x, *y, *r, *dx, *w, *dw, *bridged;
    double *sums; /* of a batch layer */
    kn_layer_args args;
} layer_rig;

/* Fails as configure fails; then nothing needs clearing. */
kn_status layer_rig_init(layer_rig *rig, const kn_layer_kind *kind, const void *config, kn_shape in,
                         int rank, int mb, kn_error *e);
void layer_rig_clear(layer_rig *rig);

/* sum of y * r after forward, in double; r is random and fixed. */
double layer_rig_loss(layer_rig *rig);

/* dx and dw of that loss; dw is added to. */
void layer_rig_gradient(layer_rig *rig);

/* The same, over `chunks` alike chunks of one shard: dw is so many times as large. */
void layer_rig_gradients(layer_rig *rig, int chunks);

/* Compares `count` random components of the gradient of values[n] with central differences; returns
 * how many are wrong, and in *kinks how many were left out because the differences at two widths
 * disagree. */
int layer_rig_check(layer_rig *rig, float *values, const float *gradient, size_t n, int count,
                    uint64_t seed, int *kinks);

#endif
