/* OpenCV's INTER_LINEAR for one axis: out = x[near] * w0 + x[far] * w1 with 11-bit weights.
 * Source: modules/imgproc/src/resize.cpp. */
#ifndef KN_IMAGE_RESIZE_LINEAR_H
#define KN_IMAGE_RESIZE_LINEAR_H

#include "image/resize.h"

typedef struct kn_linear_tap {
    int near, far;
    int32_t w0, w1; /* near's and far's weight; w0 + w1 = 2048 */
} kn_linear_tap;

/* Heap array of `to` taps. OpenCV sets the weight of columns beyond the edge to 0 and repeats rows
 * instead: that rounds differently, hence `rows`. NULL when memory is out. */
kn_linear_tap *kn_linear_taps(int from, int to, int rows);

/* src [sh,sw,c] -> dst [dh,dw,c]; scratch holds 2 * dw * c int32. x [dw] and y [dh] are taps. */
void kn_linear_run(const kn_linear_tap *x, const kn_linear_tap *y, int dw, int dh, int c,
                   const uint8_t *src, size_t src_stride, uint8_t *dst, int32_t *scratch);

#endif
