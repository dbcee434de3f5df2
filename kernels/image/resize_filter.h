/* stb_image_resize's filters as tables of weights for one axis, made once per plan.
 *
 * y[i] = sum_k weight[i,k] * x[first[i] + k],  0 <= k < taps
 *
 * Weights of places beyond the edge are added to the edge's (clamp); rows sum to 1; taps is a
 * multiple of 4 with zeros at the end, so first[i] + taps may reach past the source by less than
 * taps. */
#ifndef KN_IMAGE_RESIZE_FILTER_H
#define KN_IMAGE_RESIZE_FILTER_H

#include "image/resize.h"

typedef struct kn_filter_axis {
    int size; /* of the destination */
    int taps;
    int *first, *count; /* [size]; count: taps in use */
    float *weight;      /* [size, taps] */
} kn_filter_axis;

/* From `from` to `to` pixels, both at least 1. KN_ENOMEM. */
kn_status kn_filter_axis_init(kn_filter_axis *a, kn_filter filter, int from, int to, kn_error *e);
void kn_filter_axis_clear(kn_filter_axis *a);

#endif
