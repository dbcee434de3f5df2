/* Memory decides here: w is read once for all rows of a call, forward and for dx; x is rounded, for dw also turned, in
 * blocks that stay in L1 or L2.
 *
 *   forward  64 rows by K_BLOCK numbers of x (64 KB), C [64,oc] in L1 or L2
 *   dx       dz of 64 rows; tiles of dx straight to memory
 *   dw       32 lines of x turned, of MB_BLOCK images (32 KB), and all of dz in pairs */
#include "ops/dense/dense_bf16.h"

#include <string.h>

#include "base/arena.h"
#include "base/size.h"
#include "ops/bf16/bf16_vec.h"

enum {
    K = KN_BF16_K,
    ROWS = KN_BF16_ROWS,
    BLOCK = 2 * KN_BF16_ROWS,
    TILE = KN_BF16_TILE_BYTES,
    ROWS_MAX = 64, /* of x, of a call of the blocks */
    K_TERMS = 16,
    K_BLOCK = K_TERMS * K,
    MB_TERMS = 16,
    MB_BLOCK = MB_TERMS * K,
    TURNED_ROW = MB_BLOCK + K /* an odd number of cache lines */
};

/* Terms and tiles of both sides of w. */
typedef struct sizes {
    int in_terms, out_terms, in_tiles, out_tiles;
    /* Bytes into packed: w (at 0), w turned, a list of terms along rows. */
    size_t turned_at, term_at, packed_bytes;
    /* Bytes into scratch. */
    size_t a_at, c_at, pairs_at, block_at, scratch_bytes;
} sizes;

static int parts(int n, int unit)
{
    return (n + unit - 1) / unit;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

static sizes sizes_of(const kn_dense *d)
{
    sizes s = {.in_terms = parts(d->ic, K),
               .out_terms = parts(d->oc, K),
               .in_tiles = parts(d->ic, ROWS),
               .out_tiles = parts(d->oc, ROWS)};
    const int list = s.in_terms > MB_TERMS ? s.in_terms : MB_TERMS;
    const size_t bf16 = sizeof(uint16_t);
    s.turned_at = (size_t)s.in_terms * (size_t)s.out_tiles * TILE;
    s.term_at = s.turned_at + (size_t)s.out_terms * (size_t)s.in_tiles * TILE;
    s.packed_bytes =
        s.term_at +
        kn_size_round_up((size_t)(list > s.out_terms ? list : s.out_terms) * sizeof(kn_bf16_term),
                         KN_ALIGN);
    const size_t a_numbers = max_size(max_size(ROWS_MAX * K_BLOCK, (size_t)BLOCK * TURNED_ROW),
                                      (size_t)ROWS_MAX * (size_t)s.out_terms * K);
    s.c_at = a_numbers * bf16;
    s.pairs_at = s.c_at + (size_t)ROWS_MAX * (size_t)s.out_tiles * ROWS * sizeof(float);
    s.block_at = s.pairs_at + (size_t)s.out_tiles * MB_TERMS * TILE;
    s.scratch_bytes = s.block_at + (size_t)BLOCK * BLOCK * sizeof(float);
    return s;
}

size_t kn_dense_bf16_packed_bytes(const kn_dense *d)
{
    return sizes_of(d).packed_bytes;
}

size_t kn_dense_bf16_scratch_bytes(const kn_dense *d)
{
    return sizes_of(d).scratch_bytes;
}

/* Rows k, k+1 of v [rows,n] in pairs of the 16 columns from o on. */
static __m512i pair_of_rows(const float *v, int rows, int n, int k, int o)
{
    const __mmask16 lanes = kn_bf16_lanes(n - o);
    const float *row = v + (ptrdiff_t)k * n + o;
    return kn_bf16_pair(_mm512_maskz_loadu_ps(k < rows ? lanes : 0, row),
                        _mm512_maskz_loadu_ps(k + 1 < rows ? lanes : 0, row + n));
}

/* v [rows,n] as the tiles of a right side, `terms` of them in a column. */
static void pack_pairs(const float *v, int rows, int n, int terms, char *to)
{
    for (int o = 0; o < n; o += ROWS)
        for (int k = 0; k < terms * K; k += 2, to += 64)
            _mm512_storeu_si512(to, pair_of_rows(v, rows, n, k, o));
}

void kn_dense_bf16_pack(const kn_dense *d, const float *w, void *packed)
{
    const sizes s = sizes_of(d);
    char *to = packed;
    pack_pairs(w, d->ic, d->oc, s.in_terms, to);
    to += s.turned_at;
    for (int i = 0; i < d->ic; i += ROWS)
        for (int o = 0; o < d->oc; o += K, to += TILE)
            kn_bf16_turned_tile(w + (ptrdiff_t)i * d->oc + o, d->oc, d->ic - i, d->oc - o, to);
    kn_bf16_term *term = (void *)((char *)packed + s.term_at);
    for (int t = 0; (size_t)(t + 1) * sizeof *term <= s.packed_bytes - s.term_at; t++)
        term[t] = (kn_bf16_term){{t * 2 * K, t * 2 * K}, (ptrdiff_t)t * TILE};
}

/* rows [rows,n] of f32, `step` apart, as bf16 in rows of `k` numbers, zeros from n on. */
static void round_rows(int rows, int n, const float *from, int step, int k, uint16_t *to)
{
    for (int r = 0; r < rows; r++, from += step, to += k) {
        kn_bf16_row(n, from, to);
        memset(to + n, 0, (size_t)(k - n) * sizeof *to);
    }
}

/* C [rows,oc] of the scratch as z [rows,oc] + b. */
static void store_rows(const kn_dense *d, int rows, const float *c, int c_row, const float *b,
                       float *z)
{
    for (int r = 0; r < rows; r++, c += c_row, z += d->oc)
        for (int o = 0; o < d->oc; o += ROWS) {
            const __mmask16 lanes = kn_bf16_lanes(d->oc - o);
            _mm512_mask_storeu_ps(
                z + o, lanes,
                _mm512_add_ps(_mm512_loadu_ps(c + o), _mm512_maskz_loadu_ps(lanes, b + o)));
        }
}

/* Up to ROWS_MAX rows. */
static void forward_rows(const kn_bf16_ops *ops, const kn_dense *d, int rows, const float *x,
                         const char *packed, const float *b, float *z, char *scratch)
{
    const sizes s = sizes_of(d);
    const int c_row = s.out_tiles * ROWS;
    uint16_t *a = (void *)(scratch + s.a_at);
    float *c = (void *)(scratch + s.c_at);
    kn_bf16_block m = {.term = (const void *)(packed + s.term_at), .c_row = c_row};
    m.b_next = (ptrdiff_t)s.in_terms * TILE;
    for (int t = 0; t < s.in_terms; t += K_TERMS) {
        m.terms = min_int(K_TERMS, s.in_terms - t);
        const int k = m.terms * K;
        m.a_row = k * (ptrdiff_t)sizeof *a;
        round_rows(rows, min_int(k, d->ic - t * K), x + t * K, d->ic, k, a);
        for (int j = 0; j < s.out_tiles; j += 2)
            for (int r = 0; r < rows; r += BLOCK) {
                m.rows = rows - r > ROWS ? 2 : 1;
                m.columns = min_int(2, s.out_tiles - j);
                m.a[0] = a + r * k;
                m.a[1] = a + (r + ROWS) * k;
                m.b = packed + j * m.b_next + (ptrdiff_t)t * TILE;
                m.c[0] = c + r * c_row + j * ROWS;
                m.c[1] = m.c[0] + ROWS * c_row;
                m.add = t > 0;
                ops->multiply(&m);
            }
    }
    store_rows(d, rows, c, c_row, b, z);
}

void kn_dense_bf16_forward(const kn_bf16_ops *ops, const kn_dense *d, int mb, const float *x,
                           const void *packed, const float *b, float *z, void *scratch)
{
    ops->begin();
    for (int n = 0; n < mb; n += ROWS_MAX)
        forward_rows(ops, d, min_int(ROWS_MAX, mb - n), x + (ptrdiff_t)n * d->ic, packed, b,
                     z + (ptrdiff_t)n * d->oc, scratch);
    ops->end();
}

/* to [m,n], rows `step` apart, = the block, or += it. */
static void store_block(const float *block, int m, int n, int step, bool add, float *to)
{
    for (int r = 0; r < m; r++, block += BLOCK, to += step)
        for (int v = 0; v < n; v += ROWS) {
            const __mmask16 lanes = kn_bf16_lanes(n - v);
            __m512 sum = _mm512_loadu_ps(block + v);
            if (add)
                sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(lanes, to + v));
            _mm512_mask_storeu_ps(to + v, lanes, sum);
        }
}

/* A block of `rows` by `columns` numbers at to: by tiles where it is made of whole ones, else by way of `block`. */
static void multiply_to(const kn_bf16_ops *ops, kn_bf16_block *m, int rows, int columns, int step,
                        bool add, float *to, float *block)
{
    const bool whole = rows % ROWS == 0 && columns % ROWS == 0;
    m->rows = parts(rows, ROWS);
    m->columns = parts(columns, ROWS);
    m->add = add && whole;
    m->c_row = whole ? step : BLOCK;
    m->c[0] = whole ? to : block;
    m->c[1] = m->c[0] + ROWS * m->c_row;
    ops->multiply(m);
    if (!whole)
        store_block(block, rows, columns, step, add, to);
}

static void data_rows(const kn_bf16_ops *ops, const kn_dense *d, int rows, const char *packed,
                      const float *dz, float *dx, char *scratch)
{
    const sizes s = sizes_of(d);
    const int k = s.out_terms * K;
    uint16_t *a = (void *)(scratch + s.a_at);
    round_rows(rows, d->oc, dz, d->oc, k, a);
    kn_bf16_block m = {.term = (const void *)(packed + s.term_at), .terms = s.out_terms};
    m.a_row = k * (ptrdiff_t)sizeof *a;
    m.b_next = (ptrdiff_t)s.out_terms * TILE;
    for (int i = 0; i < d->ic; i += BLOCK)
        for (int r = 0; r < rows; r += BLOCK) {
            m.a[0] = a + r * k;
            m.a[1] = a + (r + ROWS) * k;
            m.b = packed + s.turned_at + i / ROWS * m.b_next;
            multiply_to(ops, &m, min_int(BLOCK, rows - r), min_int(BLOCK, d->ic - i), d->ic, false,
                        dx + (ptrdiff_t)r * d->ic + i, (void *)(scratch + s.block_at));
        }
}

void kn_dense_bf16_data(const kn_bf16_ops *ops, const kn_dense *d, int mb, const void *packed,
                        const float *dz, float *dx, void *scratch)
{
    ops->begin();
    for (int n = 0; n < mb; n += ROWS_MAX)
        data_rows(ops, d, min_int(ROWS_MAX, mb - n), packed, dz + (ptrdiff_t)n * d->oc,
                  dx + (ptrdiff_t)n * d->ic, scratch);
    ops->end();
}

/* Lines of x [mb,ic] from column i on, to 32 of them: to [32][TURNED_ROW], zeros from mb to whole terms. */
static void turn_lines(const kn_dense *d, int mb, int i, const float *x, uint16_t *to)
{
    for (int n = 0; n < mb; n += K)
        for (int v = 0; v < BLOCK; v += ROWS) {
            __m512i q[16];
            KN_BF16_UNROLL
            for (int r = 0; r < 16; r++)
                q[r] = pair_of_rows(x, mb, d->ic, n + 2 * r, i + v);
            kn_bf16_turn(q);
            KN_BF16_UNROLL
            for (int r = 0; r < 16; r++)
                _mm512_storeu_si512(to + (v + r) * TURNED_ROW + n, q[r]);
        }
}

void kn_dense_bf16_weights(const kn_bf16_ops *ops, const kn_dense *d, int mb, int ic0, int ic1,
                           const float *x, const float *dz, float *dw, void *scratch)
{
    const sizes s = sizes_of(d);
    char *const memory = scratch, *const pairs = memory + s.pairs_at;
    uint16_t *a = (void *)(memory + s.a_at);
    kn_bf16_term term[MB_TERMS];
    for (int t = 0; t < MB_TERMS; t++)
        term[t] = (kn_bf16_term){{t * 2 * K, t * 2 * K}, (ptrdiff_t)t * TILE};
    kn_bf16_block m = {.term = term, .a_row = TURNED_ROW * (ptrdiff_t)sizeof *a};
    m.a[0] = a;
    m.a[1] = a + ROWS * TURNED_ROW;
    ops->begin();
    for (int n = 0; n < mb; n += MB_BLOCK) {
        const int images = min_int(MB_BLOCK, mb - n);
        m.terms = parts(images, K);
        m.b_next = (ptrdiff_t)m.terms * TILE;
        pack_pairs(dz + (ptrdiff_t)n * d->oc, images, d->oc, m.terms, pairs);
        for (int i = ic0; i < ic1; i += BLOCK) {
            turn_lines(d, images, i, x + (ptrdiff_t)n * d->ic, a);
            for (int j = 0; j < s.out_tiles; j += 2) {
                m.b = pairs + j * m.b_next;
                multiply_to(ops, &m, min_int(BLOCK, ic1 - i), min_int(BLOCK, d->oc - j * ROWS),
                            d->oc, true, dw + (ptrdiff_t)i * d->oc + j * ROWS,
                            (void *)(memory + s.block_at));
            }
        }
    }
    ops->end();
}
