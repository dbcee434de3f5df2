/* Products of bf16 numbers with sums in f32, a block of C at a time: what the convolution and the dense layer
 * of precision bf16 are made of.
 *
 *   C[16 i + r, 16 j + c] (+)= sum over terms t, k < 32 of A_ti[r,k] B_tj[k,c]     i, j: tiles, at most 2 by 2
 *
 * A_ti is 16 rows of 32 numbers, a_row bytes apart, from a[i] + term[t].a[i] on; B_tj is 1 KB from
 * b + term[t].b + j b_next on: [16 pairs of k][16 columns][2]. The terms are a list of offsets, so that a convolution
 * walks over its kernel and a product over its inner dimension in the same loop.
 *
 * One table for each level of kn_bf16. Deterministic: the terms are summed in their order. Inside a term each level has
 * an order of its own. Denormal numbers count as 0, NaN and infinity as in f32. */
#ifndef KN_OPS_BF16_BLOCK_H
#define KN_OPS_BF16_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

/* A tile of A is KN_BF16_ROWS by KN_BF16_K, one of C KN_BF16_ROWS by KN_BF16_COLUMNS. */
enum { KN_BF16_ROWS = 16, KN_BF16_COLUMNS = 16, KN_BF16_K = 32, KN_BF16_TILE_BYTES = 1024 };

/* Offsets in bytes. */
typedef struct kn_bf16_term {
    ptrdiff_t a[2], b;
} kn_bf16_term;

typedef struct kn_bf16_block {
    const kn_bf16_term *term;
    int terms;
    const void *a[2], *b;
    ptrdiff_t a_row, b_next; /* bytes */
    float *c[2];             /* the rows of tiles of C */
    ptrdiff_t c_row;         /* floats */
    int rows, columns;       /* tiles: 1 or 2 */
    bool add;                /* C is added to, else overwritten */
} kn_bf16_block;

typedef struct kn_bf16_ops {
    const char *name; /* "amx" */
    kn_bf16 level;
    /* A thread calls begin before its blocks and end after; they nest in nothing. */
    void (*begin)(void);
    void (*multiply)(const kn_bf16_block *block);
    void (*end)(void);
} kn_bf16_ops;

extern const kn_bf16_ops kn_bf16_ops_avx512, kn_bf16_ops_amx;

/* Of the level in force; NULL where that is KN_BF16_NONE. */
const kn_bf16_ops *kn_bf16_ops_get(void);

#endif
