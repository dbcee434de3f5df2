/* The loops behind cells.h, compiled for each instruction set from one body. All of it is in whole
 * numbers, so every variant gives the same bytes. */
#ifndef KN_IMAGE_CELLS_ROWS_H
#define KN_IMAGE_CELLS_ROWS_H

#include <stdint.h>

#include "base/cpu.h"
#include "image/cells.h"

enum {
    KN_CELLS_BLOCK = 32, /* pixels worked on at once */
    KN_CELLS_ODD = 181,  /* of 256: cos 45 */
};

/* Columns that a row of w pixels is padded to. */
static inline int kn_cells_padded(int w)
{
    return (w + KN_CELLS_BLOCK - 1) / KN_CELLS_BLOCK * KN_CELLS_BLOCK;
}

typedef struct kn_cells_rows {
    const char *name; /* "cells_avx2" */
    kn_isa isa;
    /* Row `row` of the cells of x [h,w]: sums[w/4,8], those of odd directions still without cos 45. work holds 10 rows of
     * kn_cells_padded(w) + 2. */
    void (*sums)(int w, int h, const uint8_t *x, int row, int16_t *sums, int16_t *work);
    void (*scan)(int w, int h, const uint8_t *y, int side, const int16_t *weight, int32_t *score);
} kn_cells_rows;

/* One pixel and one product at a time, in the order of the equation: the oracle of the tests. */
extern const kn_cells_rows kn_cells_ref;

#define KN_VARIANT(suffix, level) extern const kn_cells_rows kn_cells_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

#endif
