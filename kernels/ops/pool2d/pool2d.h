/* Max- and average-pooling of one image [ih,iw,c] -> [oh,ow,c], NHWC f32, valid or same, as Keras
 * MaxPooling2D and AveragePooling2D (same: the average is over the pixels inside the image). Ties
 * as in conv2d.h. */
#ifndef KN_OPS_POOL2D_H
#define KN_OPS_POOL2D_H

#include <stdint.h>

#include "base/status.h"

typedef struct kn_pool2d {
    int c, ih, iw, oh, ow;
    int kh, kw, sh, sw, pt, pl;
} kn_pool2d;

kn_status kn_pool2d_shape(kn_pool2d *p, int same, kn_error *e);

/* where[oh,ow,c]: index kh*KW+kw of the maximum in its window. y is overwritten. where may be NULL.
 */
void kn_pool2d_max_forward(const kn_pool2d *p, const float *x, float *y, uint8_t *where);
/* dx is overwritten. */
void kn_pool2d_max_backward(const kn_pool2d *p, const uint8_t *where, const float *dy, float *dx);

void kn_pool2d_avg_forward(const kn_pool2d *p, const float *x, float *y);
void kn_pool2d_avg_backward(const kn_pool2d *p, const float *dy, float *dx);

#endif
