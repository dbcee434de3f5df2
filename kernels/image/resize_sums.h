/* The weighted sums of a filtered resize and of the linear one, compiled for each instruction set from one body.
 * Every variant does the same operations in the same order (no fused multiply-add), so all give the
 * same bytes. */
#ifndef KN_IMAGE_RESIZE_SUMS_H
#define KN_IMAGE_RESIZE_SUMS_H

#include "base/cpu.h"
#include "image/resize_filter.h"

typedef struct kn_resize_sums {
    const char *name; /* "resize_avx2" */
    kn_isa isa;
    /* out[n] = sum_k weight[k] * src[k * stride + n], 0 <= k < count */
    void (*rows)(const uint8_t *src, size_t stride, const float *weight, int count, size_t n,
                 float *out);
    /* out[i * step] = sum_k a->weight[i,k] * row[a->first[i] + k], rounded and clamped to 0..255;
     * row is readable and finite for a->taps floats behind its end */
    void (*columns)(const kn_filter_axis *a, const float *row, int step, uint8_t *out);
    /* Linear, one channel: out[i] = row[near] * w0 + row[near + 1] * w1 for as many of the n columns
     * as make whole vectors; returns how many. row[near[i] + 3] is readable. */
    size_t (*across)(const int32_t *near, const int32_t *weights, size_t n, const uint8_t *row,
                     int32_t *out);
    /* Linear: out[i] = the rows a and b with weights w0, w1, as OpenCV's VResizeLinear rounds:
     * (w0 (a >> 4) >> 16) + (w1 (b >> 4) >> 16), two fraction bits left, rounded. */
    void (*down)(size_t n, const int32_t *a, const int32_t *b, int32_t w0, int32_t w1,
                 uint8_t *out);
} kn_resize_sums;

#define KN_VARIANT(suffix, level) extern const kn_resize_sums kn_resize_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

#endif
