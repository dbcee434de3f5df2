/* Products of matrices whose right side lies in panels: B [k,n] as columns of W floats,
 *
 *   panel p:  row 0 of columns pW..pW+W-1 | row 1 | ...
 *
 * W is the vector width of the instruction set in force (kn_panel_get()->width). A weight is packed
 * once per training step (kn_panel_pack) and then read as it lies; a kernel that produces a matrix
 * can write it as panels and needs no packing at all. A is read in place, by strides.
 *
 *   C[i,j] = start + sum over terms, o < outer, k < term.k of
 *            a[i a_row + o a_outer + k a_k] * b[j / W * b_panel + o b_outer + k W + j % W]
 *
 * start: C itself where `add` is set, else bias[j], else 0. Sums run in the order of the terms, o
 * and k, one number at a time: a row of C does not depend on m. NaN and infinities pass through. */
#ifndef KN_OPS_GEMM_PANEL_H
#define KN_OPS_GEMM_PANEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cpu.h"

/* W of every instruction set divides KN_PANEL_ALIGN: sizes rounded up to it serve all. */
enum { KN_PANEL_ALIGN = 16, KN_PANEL_TERMS = 2 };

typedef struct kn_panel_term {
    const float *a;
    ptrdiff_t a_row, a_outer, a_k; /* floats from one row, o, k to the next */
    const float *b;
    ptrdiff_t b_panel, b_outer; /* floats from one panel, o to the next */
    size_t outer, k;
} kn_panel_term;

typedef struct kn_panel_args {
    size_t m, n;
    int terms; /* 0..KN_PANEL_TERMS */
    kn_panel_term term[KN_PANEL_TERMS];
    bool add;
    const float *bias; /* [n] or NULL */
    float *c;          /* [m,n], rows c_row floats apart; aliases neither a nor b */
    ptrdiff_t c_row;
} kn_panel_args;

/* One per instruction set, and the plain reference the tests compare them with. */
typedef struct kn_panel_impl {
    const char *name; /* "panel_avx2" */
    kn_isa isa;
    size_t width;
    void (*multiply)(const kn_panel_args *p, size_t width);
} kn_panel_impl;

extern const kn_panel_impl kn_panel_ref; /* of any width */

#define KN_VARIANT(suffix, level) extern const kn_panel_impl kn_panel_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_panel_impl *const kn_panel_impls[]; /* by kn_isa */

const kn_panel_impl *kn_panel_get(void);

/* The product by the instruction set in force. */
void kn_panel_multiply(const kn_panel_args *p);

/* A matrix [groups * k, n] to pack: element (g, k, j) is b[g b_group + k b_k + j b_column]. Every
 * group is filled up with rows of zeros to k_padded, every panel with columns of zeros. */
typedef struct kn_panel_source {
    const float *b;
    size_t groups, k, k_padded, n;
    size_t b_group, b_k, b_column;
} kn_panel_source;

/* Floats of the packed matrix; the same for every instruction set. */
size_t kn_panel_floats(const kn_panel_source *s);
void kn_panel_pack(const kn_panel_source *s, float *packed);

#endif
