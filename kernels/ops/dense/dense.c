#include "ops/dense/dense.h"

#include <assert.h>
#include <string.h>

#include "base/size.h"
#include "ops/dense/dense_bf16.h"
#include "ops/dense/dense_impl.h"
#include "ops/gemm/gemm.h"
#include "ops/gemm/gemm_panel.h"

const kn_dense_impl *const kn_dense_impls[] = {
#define KN_VARIANT(suffix, level) &kn_dense_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

/* Sums are cut into blocks, so that what all rows share stays in the first cache: two panels of W
 * (32 KB with AVX-512) forward, two of dZ (16 KB) and the lines of X beside them for the weights. A
 * block of X [MB_BLOCK, IC_BLOCK] has a row of an odd number of cache lines: a column of it is spread
 * over all sets of the cache. */
enum { K_BLOCK = 256, MB_BLOCK = 128, IC_BLOCK = 272, BLOCK_ROW = 272 };

kn_dense_way kn_dense_way_of(const kn_dense *d)
{
    if (d->oc <= KN_DENSE_ROW_UNITS)
        return KN_DENSE_ROWS;
    if (d->bf16)
        return KN_DENSE_BF16;
    return d->oc <= KN_DENSE_PANEL_UNITS ? KN_DENSE_PANELS : KN_DENSE_BLAS;
}

static const kn_dense_impl *impl(void)
{
    return kn_dense_impls[kn_isa_get()];
}

/* W, k block after k block, each in panels: a pass over the blocks reads it from front to end. */
static kn_panel_source block_source(const kn_dense *d, const float *w, size_t first)
{
    size_t left = (size_t)d->ic - first, k = left < K_BLOCK ? left : K_BLOCK, n = (size_t)d->oc;
    return (kn_panel_source){
        .b = w + first * n, .groups = 1, .k = k, .k_padded = k, .n = n, .b_k = n, .b_column = 1};
}

static kn_panel_source transposed_source(const kn_dense *d, const float *w)
{
    size_t k = (size_t)d->oc;
    return (kn_panel_source){
        .b = w, .groups = 1, .k = k, .k_padded = k, .n = (size_t)d->ic, .b_k = 1, .b_column = k};
}

static size_t padded(int n)
{
    return kn_size_round_up((size_t)n, KN_PANEL_ALIGN);
}

/* packed by panels: W by blocks [ic, padded oc] | W^T [oc, padded ic] */
static size_t transposed_at(const kn_dense *d)
{
    return (size_t)d->ic * padded(d->oc);
}

size_t kn_dense_packed_bytes(const kn_dense *d)
{
    switch (kn_dense_way_of(d)) {
    case KN_DENSE_ROWS:
        return d->oc == 1 ? 0 : (size_t)d->ic * (size_t)d->oc * sizeof(float);
    case KN_DENSE_PANELS:
        return (transposed_at(d) + (size_t)d->oc * padded(d->ic)) * sizeof(float);
    case KN_DENSE_BF16:
        return kn_dense_bf16_packed_bytes(d);
    case KN_DENSE_BLAS:
        break;
    }
    return 0;
}

size_t kn_dense_scratch_bytes(const kn_dense *d)
{
    switch (kn_dense_way_of(d)) {
    case KN_DENSE_ROWS:
        return d->oc == 1 ? 0 : (size_t)d->ic * (size_t)d->oc * sizeof(float);
    case KN_DENSE_PANELS:
        return MB_BLOCK * (padded(d->oc) + BLOCK_ROW) * sizeof(float);
    case KN_DENSE_BF16:
        return kn_dense_bf16_scratch_bytes(d);
    case KN_DENSE_BLAS:
        break;
    }
    return 0;
}

/* to[columns, rows] = from[rows, columns] turned */
static void turn(size_t rows, size_t columns, const float *from, float *to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            to[j * rows + i] = from[i * columns + j];
}

void kn_dense_pack(const kn_dense *d, const float *w, float *packed)
{
    if (kn_dense_packed_bytes(d) == 0)
        return;
    if (kn_dense_way_of(d) == KN_DENSE_ROWS) {
        turn((size_t)d->ic, (size_t)d->oc, w, packed);
        return;
    }
    if (kn_dense_way_of(d) == KN_DENSE_BF16) {
        kn_dense_bf16_pack(d, w, packed);
        return;
    }
    for (size_t k = 0; k < (size_t)d->ic; k += K_BLOCK) {
        kn_panel_source s = block_source(d, w, k);
        kn_panel_pack(&s, packed + k * padded(d->oc));
    }
    kn_panel_source s = transposed_source(d, w);
    kn_panel_pack(&s, packed + transposed_at(d));
}

/* Z = X W + b: a block of the sum after the other, all rows over each. */
static void forward_panels(const kn_dense *d, int mb, const float *x, const float *packed,
                           const float *b, float *z)
{
    ptrdiff_t width = (ptrdiff_t)kn_panel_get()->width;
    kn_panel_args p = {.m = (size_t)mb, .n = (size_t)d->oc, .terms = 1, .bias = b, .c = z};
    p.c_row = d->oc;
    p.term[0] = (kn_panel_term){.a_row = d->ic, .a_k = 1, .outer = 1};
    for (size_t k = 0; k < (size_t)d->ic; k += K_BLOCK) {
        kn_panel_term *t = &p.term[0];
        t->k = block_source(d, NULL, k).k;
        t->a = x + k;
        t->b = packed + k * padded(d->oc);
        t->b_panel = (ptrdiff_t)t->k * width;
        kn_panel_multiply(&p);
        p.add = true;
    }
}

/* The bias is laid down first and the product added to it. */
static void forward_blas(const kn_dense *d, int mb, const float *x, const float *w, const float *b,
                         float *z)
{
    size_t cols = (size_t)d->oc;
    for (int n = 0; n < mb; n++)
        memcpy(z + (size_t)n * cols, b, cols * sizeof *b);
    kn_gemm(false, false, mb, d->oc, d->ic, 1.0f, x, d->ic, w, d->oc, 1.0f, z, d->oc);
}

/* W with a unit after the other, for the passes by rows. */
static const float *unit_rows(const kn_dense *d, const float *w, const float *packed)
{
    return d->oc == 1 ? w : packed;
}

/* Where the pre-activation goes. */
static float *before_act(const kn_dense *d, float *z, float *y)
{
    return kn_act_backward_from_y(d->act.kind) || !z ? y : z;
}

void kn_dense_forward_pixels(const kn_dense *d, int mb, const uint8_t *const *x, const float *w,
                             const float *packed, const float *b, float *z, float *y)
{
    assert(kn_dense_way_of(d) == KN_DENSE_ROWS);
    float *pre = before_act(d, z, y);
    impl()->dot_pixels(d->oc, (size_t)mb, (size_t)mb, (size_t)d->ic, x, unit_rows(d, w, packed), b,
                       pre);
    kn_act_forward(d->act, (size_t)mb * (size_t)d->oc, pre, y);
}

void kn_dense_forward(const kn_dense *d, int mb, const float *x, const float *w,
                      const float *packed, const float *b, float *z, float *y, float *scratch)
{
    float *pre = before_act(d, z, y);
    switch (kn_dense_way_of(d)) {
    case KN_DENSE_ROWS:
        impl()->dot(d->oc, (size_t)mb, (size_t)d->ic, x, unit_rows(d, w, packed), b, pre);
        break;
    case KN_DENSE_PANELS:
        forward_panels(d, mb, x, packed, b, pre);
        break;
    case KN_DENSE_BLAS:
        forward_blas(d, mb, x, w, b, pre);
        break;
    case KN_DENSE_BF16:
        kn_dense_bf16_forward(kn_bf16_ops_get(), d, mb, x, packed, b, pre, scratch);
        break;
    }
    kn_act_forward(d->act, (size_t)mb * (size_t)d->oc, pre, y);
}

/* dX = dZ W^T */
static void data_panels(const kn_dense *d, int mb, const float *packed, const float *dz, float *dx)
{
    ptrdiff_t width = (ptrdiff_t)kn_panel_get()->width;
    kn_panel_args p = {.m = (size_t)mb, .n = (size_t)d->ic, .terms = 1, .c = dx, .c_row = d->ic};
    p.term[0] = (kn_panel_term){.a = dz,
                                .a_row = d->oc,
                                .a_k = 1,
                                .b = packed + transposed_at(d),
                                .b_panel = d->oc * width,
                                .outer = 1,
                                .k = (size_t)d->oc};
    kn_panel_multiply(&p);
}

/* dZ = dY * act' */
void kn_dense_backward_data(const kn_dense *d, int mb, const float *w, const float *packed,
                            const float *z, const float *y, const float *dy, float *dz, float *dx,
                            float *scratch)
{
    kn_act_backward(d->act, (size_t)mb * (size_t)d->oc, z, y, dy, dz);
    if (!dx)
        return;
    switch (kn_dense_way_of(d)) {
    case KN_DENSE_ROWS:
        impl()->spread(d->oc, (size_t)mb, (size_t)d->ic, dz, unit_rows(d, w, packed), dx);
        break;
    case KN_DENSE_PANELS:
        data_panels(d, mb, packed, dz, dx);
        break;
    case KN_DENSE_BLAS:
        kn_gemm(false, true, mb, d->ic, d->oc, 1.0f, dz, d->oc, w, d->oc, 0.0f, dx, d->ic);
        break;
    case KN_DENSE_BF16:
        kn_dense_bf16_data(kn_bf16_ops_get(), d, mb, packed, dz, dx, scratch);
        break;
    }
}

/* x[k rows, columns] -> to, rows BLOCK_ROW floats apart. The rows lie far apart and are too short for
 * the hardware to foresee: the next but one is asked for. */
static void copy_block(const kn_dense *d, size_t k, size_t columns, const float *x, float *to)
{
    enum { LINE = 16 };
    const size_t row = (size_t)d->ic, whole = columns / LINE * LINE;
    for (size_t n = 0; n < k; n++, x += row, to += BLOCK_ROW) {
        const float *soon = n + 2 < k ? x + 2 * row : x;
        for (size_t i = 0; i < whole; i += LINE) {
            __builtin_prefetch(soon + i);
            memcpy(to + i, x + i, LINE * sizeof *to);
        }
        for (size_t i = whole; i < columns; i++)
            to[i] = x[i];
    }
}

/* dW += X^T dZ for IC_BLOCK rows of dW and a block of images: a copy of X, which streams from memory
 * once and is in L2 for all panels of dZ, then read by strides. A tile takes 12 floats of a line of X
 * for each image; the lines stay in L1 until the next tile takes the rest. */
static void weights_block(const kn_dense *d, size_t k, size_t rows, const float *x, const float *dz,
                          float *dw, float *scratch)
{
    size_t oc = (size_t)d->oc;
    float *block = scratch + MB_BLOCK * padded(d->oc);
    copy_block(d, k, rows, x, block);
    kn_panel_args p = {.m = rows, .n = oc, .terms = 1, .add = true, .c = dw, .c_row = d->oc};
    p.term[0] = (kn_panel_term){.a = block,
                                .a_row = 1,
                                .a_k = BLOCK_ROW,
                                .b = dz,
                                .b_panel = (ptrdiff_t)(k * kn_panel_get()->width),
                                .outer = 1,
                                .k = k};
    kn_panel_multiply(&p);
}

/* scratch: a block of dZ in panels | one of X */
static void weights_panels(const kn_dense *d, int mb, int ic0, int ic1, const float *x,
                           const float *dz, float *dw, float *scratch)
{
    size_t ic = (size_t)d->ic, oc = (size_t)d->oc;
    for (size_t n = 0; n < (size_t)mb; n += MB_BLOCK) {
        size_t left = (size_t)mb - n, k = left < MB_BLOCK ? left : MB_BLOCK;
        const kn_panel_source s = {.b = dz + n * oc,
                                   .groups = 1,
                                   .k = k,
                                   .k_padded = k,
                                   .n = oc,
                                   .b_k = oc,
                                   .b_column = 1};
        kn_panel_pack(&s, scratch);
        for (size_t i = (size_t)ic0, rows; i < (size_t)ic1; i += rows) {
            rows = (size_t)ic1 - i < IC_BLOCK ? (size_t)ic1 - i : IC_BLOCK;
            weights_block(d, k, rows, x + n * ic + i, scratch, dw + i * oc, scratch);
        }
    }
}

/* db = sum of the rows of dZ */
static void add_columns(const kn_dense *d, int mb, const float *dz, float *db)
{
    size_t oc = (size_t)d->oc;
    for (size_t n = 0; n < (size_t)mb; n++)
        for (size_t o = 0; o < oc; o++)
            db[o] += dz[n * oc + o];
}

void kn_dense_backward_weights(const kn_dense *d, int mb, int ic0, int ic1, const float *x,
                               const float *dz, float *dw, float *db, float *scratch)
{
    size_t oc = (size_t)d->oc;
    switch (kn_dense_way_of(d)) {
    case KN_DENSE_ROWS:
        assert(ic0 == 0 && ic1 == d->ic);
        impl()->add(d->oc, (size_t)mb, (size_t)d->ic, x, dz, dw);
        break;
    case KN_DENSE_PANELS:
        weights_panels(d, mb, ic0, ic1, x, dz, dw, scratch);
        break;
    case KN_DENSE_BLAS:
        kn_gemm(true, false, ic1 - ic0, d->oc, mb, 1.0f, x + ic0, d->ic, dz, d->oc, 1.0f,
                dw + (size_t)ic0 * oc, d->oc);
        break;
    case KN_DENSE_BF16:
        kn_dense_bf16_weights(kn_bf16_ops_get(), d, mb, ic0, ic1, x, dz, dw, scratch);
        break;
    }
    if (db)
        add_columns(d, mb, dz, db);
}

void kn_dense_backward_pixels(const kn_dense *d, int mb, const uint8_t *const *x, const float *dz,
                              float *dw, float *db)
{
    assert(kn_dense_way_of(d) == KN_DENSE_ROWS);
    impl()->add_pixels(d->oc, (size_t)mb, (size_t)d->ic, x, dz, dw);
    add_columns(d, mb, dz, db);
}

void kn_dense_finish(const kn_dense *d, float *dw, float *scratch)
{
    if (kn_dense_way_of(d) != KN_DENSE_ROWS || d->oc == 1)
        return;
    size_t floats = (size_t)d->ic * (size_t)d->oc;
    memcpy(scratch, dw, floats * sizeof *dw);
    turn((size_t)d->oc, (size_t)d->ic, scratch, dw);
}
