/* What the parts of the backward pass share: a group of images on its way. */
#ifndef KN_OPS_CONV2D_BF16_BACKWARD_H
#define KN_OPS_CONV2D_BF16_BACKWARD_H

#include "ops/conv2d/conv2d_bf16_plan.h"

typedef struct kn_bf16_backward {
    const kn_conv2d_bf16 *p;
    const kn_bf16_ops *ops;
    const char *packed;
    char *scratch;
    int images;
    float *buffer;       /* two of KN_CONV2D_BF16_BUFFER in turn */
    float *dx, *dw, *db; /* dx: of the group; NULL: not wanted */
} kn_bf16_backward;

/* The gradients of z of the group from dy, to the scratch: pairs_at, and dz_at (with pooling in the block only where dx is
 * wanted). Adds to db. y, saved and dy are the group's; saved of images are saved_step bytes apart. */
void kn_bf16_lay_gradients(const kn_bf16_backward *j, const float *y, const char *saved,
                           size_t saved_step, const float *dy);

#endif
