/* The blending of a warp, compiled for each instruction set from one body. All of it is in whole
 * numbers, so every variant gives the same bytes. */
#ifndef KN_IMAGE_WARP_ROWS_H
#define KN_IMAGE_WARP_ROWS_H

#include <stdint.h>

#include "base/cpu.h"
#include "base/tensor.h"

enum {
    KN_WARP_PLACE_BITS = 32,  /* of the fraction of a place and of a step */
    KN_WARP_WEIGHT_BITS = 11, /* of a bilinear weight, as OpenCV's resize has them */
    KN_WARP_BLOCK = 16        /* columns of the frame worked on at once */
};

/* A map in fixed point. The frame's pixel (ox, oy) looks at (c + a ox + b oy, f + d ox + e oy), counted
 * from the middle of the picture's first pixel. Places stay within +-2^19 pixels, KN_WARP_BLOCK
 * columns beyond the frame's end included. */
typedef struct kn_warp_plan {
    int64_t a, b, c, d, e, f;
    kn_shape in, out;
    int32_t right, below; /* bytes to the next column and row; 0 where the picture has but one */
    int32_t u_min, u_max, v_min, v_max; /* places are held within these; weight bits */
    int32_t fill; /* counts for what the four weights leave, beyond the picture */
} kn_warp_plan;

typedef struct kn_warp_rows {
    const char *name; /* "warp_avx2" */
    kn_isa isa;
    /* x [in.h,in.w,c] -> y [out.h,out.w,c], c = 1 or 3 */
    void (*run)(const kn_warp_plan *plan, const uint8_t *x, uint8_t *y);
} kn_warp_rows;

#define KN_VARIANT(suffix, level) extern const kn_warp_rows kn_warp_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

#endif
