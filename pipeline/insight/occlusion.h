/* Occlusion (Zeiler, Fergus, "Visualizing and understanding convolutional networks", ECCV 2014): a grey square is laid over the
 * picture at every place of a grid, and the model is asked each time. Works for every model; needs no gradient. */
#ifndef PL_INSIGHT_OCCLUSION_H
#define PL_INSIGHT_OCCLUSION_H

#include "nn/trainer.h"

typedef struct pl_occlusion {
    kn_shape shape;    /* of the picture */
    int patch, stride; /* pixels; the side of the square, the step of the grid */
    int nx, ny;        /* places */
    int *x, *y; /* [nx], [ny]: left and upper edges. The last square ends at the picture's edge */
    uint8_t fill[3]; /* by channel: the picture's own mean, rounded */
    float whole;     /* probability of class 1 of the picture as it is */
    float *covered;  /* [ny,nx]: with the square there */
} pl_occlusion;

enum { PL_OCCLUSION_CHANNELS = 3 };

/* A fifth of the shorter side, and a quarter of that, at least 1 each. */
int pl_occlusion_patch(kn_shape shape);
int pl_occlusion_stride(int patch);

/* KN_EUSAGE: the square does not fit into pictures of this shape, or the stride is wider than it, so that pixels between the squares
 * would never be covered. */
kn_status pl_occlusion_check(kn_shape shape, int patch, int stride, kn_error *e);

/* x: the pixels of one picture, [h,w,c] with c at most 3. The trainer's net tells `targets` attributes, of which one is asked. patch 0, stride 0: as above. The trainer is asked in batches. Errors
 * as of pl_occlusion_check and kn_trainer_predict. */
kn_status pl_occlude(kn_trainer *t, const uint8_t *x, kn_shape shape, int targets, int target,
                     int patch, int stride, pl_occlusion *out, kn_error *e);
void pl_occlusion_clear(pl_occlusion *o);

/* map [h,w]: how much the log-odds of the class fall when a square lies on the pixel, the mean over the squares that cover it. Above
 * 0: what is there argues for the class. Log-odds rather than probability, so that a picture of which the model is sure has a map
 * too; of probabilities held in 1e-7..1-1e-7. */
void pl_occlusion_map(const pl_occlusion *o, int cls, float *map);

/* The place, an index into covered, where the square takes most from the class; of equals the first. */
size_t pl_occlusion_strongest(const pl_occlusion *o, int cls);

#endif
