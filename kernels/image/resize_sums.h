/* The two weighted sums of a filtered resize, compiled for each instruction set from one body.
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
} kn_resize_sums;

#define KN_VARIANT(suffix, level) extern const kn_resize_sums kn_resize_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

#endif
