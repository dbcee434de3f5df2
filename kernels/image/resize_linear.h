/* OpenCV's INTER_LINEAR for one axis: out = x[near] * w0 + x[far] * w1 with 11-bit weights.
 * Source: modules/imgproc/src/resize.cpp. */
#ifndef KN_IMAGE_RESIZE_LINEAR_H
#define KN_IMAGE_RESIZE_LINEAR_H

#include "image/resize_sums.h"

typedef struct kn_linear_tap {
    int near, far;
    int32_t w0, w1; /* near's and far's weight; w0 + w1 = 2048 */
} kn_linear_tap;

/* Heap array of `to` taps. OpenCV sets the weight of columns beyond the edge to 0 and repeats rows
 * instead: that rounds differently, hence `rows`. NULL when memory is out. */
kn_linear_tap *kn_linear_taps(int from, int to, int rows);

/* The taps of all columns as kn_resize_sums.across reads them: near, w0 | w1 << 16. */
typedef struct kn_linear_columns {
    int size, from;
    int safe; /* columns, from the first on, where near + 3 is inside the row */
    int32_t *near, *weights;
} kn_linear_columns;

/* KN_ENOMEM when memory is out. */
kn_status kn_linear_columns_init(kn_linear_columns *x, int from, int to, kn_error *e);
void kn_linear_columns_clear(kn_linear_columns *x);

/* src [sh,x->from,c] -> dst [dh,x->size,c]; y [dh] are the rows' taps; scratch holds 2 * x->size * c
 * int32. */
void kn_linear_run(const kn_resize_sums *sums, const kn_linear_columns *x, const kn_linear_tap *y,
                   int dh, int c, const uint8_t *src, size_t src_stride, uint8_t *dst,
                   int32_t *scratch);

#endif
