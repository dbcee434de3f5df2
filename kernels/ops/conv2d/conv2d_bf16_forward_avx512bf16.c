/* The forward pass: a group of images as a frame or as patches, blocks of 32 places of z by 32 filters, and what becomes
 * of a block while it lies in L1: bias, ReLU, the maxima of windows. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/size.h"
#include "ops/bf16/bf16_vec.h"
#include "ops/conv2d/conv2d_bf16_frame.h"

enum {
    ROWS = KN_BF16_ROWS,
    BLOCK = 2 * KN_BF16_ROWS,
    NEAR_BYTES = 40 << 10 /* of weights that stay in L1 while all places pass */
};

/* Rows of tiles as outputs: they run over images of `rows` by `pitch`, of which `out_rows` by `out_columns` exist. */
typedef struct walk {
    int rows, pitch, out_rows, out_columns;
} walk;

typedef struct forward_job {
    const kn_conv2d_bf16 *p;
    const kn_bf16_ops *ops;
    const char *a, *b;
    ptrdiff_t a_row; /* bytes */
    const kn_bf16_term *term;
    walk walk;
    int images;
    size_t rows;       /* of tiles, in all */
    const float *bias; /* to whole tiles */
    float *buffer;     /* blocks of z */
    float *y;          /* of the first image; z where a plane is pooled afterwards */
    char *saved;       /* of the first image, or NULL */
    size_t saved_step;
} forward_job;

/* A row of tiles on its way: image, row, column. */
typedef struct place {
    int image, row, column;
} place;

static place place_at(const walk *w, size_t n)
{
    const size_t pitch = (size_t)w->pitch, image = pitch * (size_t)w->rows;
    return (place){(int)(n / image), (int)(n % image / pitch), (int)(n % pitch)};
}

static void step(const walk *w, place *at)
{
    if (++at->column < w->pitch)
        return;
    at->column = 0;
    if (++at->row < w->rows)
        return;
    at->row = 0;
    at->image++;
}

static bool exists(const forward_job *f, const place *at)
{
    return at->image < f->images && at->row < f->walk.out_rows && at->column < f->walk.out_columns;
}

static size_t output_at(const forward_job *f, const place *at)
{
    return ((size_t)at->image * (size_t)f->walk.out_rows + (size_t)at->row) *
               (size_t)f->walk.out_columns +
           (size_t)at->column;
}

static bool is_relu(const forward_job *f)
{
    return f->p->c->act.kind == KN_ACT_RELU && (f->p->fused || f->p->c->pkh == 0);
}

/* The larger; NaN where v is. */
static __m512 at_least_0(__m512 v)
{
    return _mm512_max_ps(_mm512_setzero_ps(), v);
}

/* A block of z [32][32], rows `first`.. and tiles j..: bias, ReLU, y. */
static void store_places(const forward_job *f, size_t first, int j, int tiles)
{
    const kn_conv2d *c = f->p->c;
    const bool relu = is_relu(f);
    place at = place_at(&f->walk, first);
    for (int r = 0; r < BLOCK; r++, step(&f->walk, &at)) {
        if (!exists(f, &at))
            continue;
        float *y = f->y + output_at(f, &at) * (size_t)c->oc;
        for (int v = 0; v < tiles; v++) {
            const int o = (j + v) * ROWS;
            __m512 z = _mm512_add_ps(_mm512_loadu_ps(f->buffer + r * BLOCK + v * ROWS),
                                     _mm512_loadu_ps(f->bias + o));
            _mm512_mask_storeu_ps(y + o, kn_bf16_lanes(c->oc - o), relu ? at_least_0(z) : z);
        }
    }
}

/* The maximum of four values of z and where it lies: in the lower two, in the right one of its two. */
typedef struct maximum {
    __m512 z;
    __mmask16 low, right;
} maximum;

/* With NaN: the last one is the maximum. */
static maximum maximum_of_nan(const __m512 z[4])
{
    maximum m = {z[0], 0, 0};
    for (int n = 1; n < 4; n++) {
        const __mmask16 take = _mm512_cmp_ps_mask(z[n], m.z, _CMP_GT_OQ) |
                               _mm512_cmp_ps_mask(z[n], z[n], _CMP_UNORD_Q);
        m.z = _mm512_mask_mov_ps(m.z, take, z[n]);
        m.low = (__mmask16)(n / 2 ? m.low | take : m.low & ~take);
        m.right = (__mmask16)(n % 2 ? m.right | take : m.right & ~take);
    }
    return m;
}

/* The first maximum in row-major order. */
static inline maximum maximum_of(const __m512 z[4])
{
    const __mmask16 nan =
        _mm512_cmp_ps_mask(z[0], z[1], _CMP_UNORD_Q) | _mm512_cmp_ps_mask(z[2], z[3], _CMP_UNORD_Q);
    if (__builtin_expect(nan, 0))
        return maximum_of_nan(z);
    const __mmask16 upper = _mm512_cmp_ps_mask(z[1], z[0], _CMP_GT_OQ);
    const __mmask16 lower = _mm512_cmp_ps_mask(z[3], z[2], _CMP_GT_OQ);
    const __m512 top = _mm512_max_ps(z[0], z[1]), bottom = _mm512_max_ps(z[2], z[3]);
    const __mmask16 low = _mm512_cmp_ps_mask(bottom, top, _CMP_GT_OQ);
    return (maximum){_mm512_max_ps(top, bottom), low,
                     (__mmask16)((low & lower) | ((__mmask16)~low & upper))};
}

/* Blocks of z that hold the four places of windows, from part[n] of the buffer on: maxima, bias, ReLU, y. */
static void store_windows(const forward_job *f, const int part[4], size_t first, int rows, int j,
                          int tiles)
{
    const kn_conv2d *c = f->p->c;
    const bool relu = is_relu(f);
    place at = place_at(&f->walk, first);
    for (int r = 0; r < rows; r++, step(&f->walk, &at)) {
        if (!exists(f, &at))
            continue;
        float *y = f->y + output_at(f, &at) * (size_t)c->oc;
        const size_t window = (size_t)(at.row * c->pw + at.column) * (size_t)f->p->out_tiles;
        char *where = f->saved ? f->saved + (size_t)at.image * f->saved_step + f->p->where_at +
                                     window * 2 * sizeof(__mmask16)
                               : NULL;
        for (int v = 0; v < tiles; v++) {
            const int o = (j + v) * ROWS;
            const float *z = f->buffer + r * BLOCK + v * ROWS;
            const __m512 four[4] = {_mm512_loadu_ps(z + part[0]), _mm512_loadu_ps(z + part[1]),
                                    _mm512_loadu_ps(z + part[2]), _mm512_loadu_ps(z + part[3])};
            maximum m = maximum_of(four);
            m.z = _mm512_add_ps(m.z, _mm512_loadu_ps(f->bias + o));
            _mm512_mask_storeu_ps(y + o, kn_bf16_lanes(c->oc - o), relu ? at_least_0(m.z) : m.z);
            if (where) {
                const __mmask16 bits[2] = {m.low, m.right};
                memcpy(where + (size_t)(j + v) * sizeof bits, bits, sizeof bits);
            }
        }
    }
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* What every block of forward starts from: C in rows of 32. */
static kn_bf16_block block_of(const forward_job *f, size_t first)
{
    kn_bf16_block m = {.term = f->term, .terms = f->p->forward_terms, .a_row = f->a_row};
    m.a = f->a + (ptrdiff_t)first * f->a_row;
    m.b_next = (ptrdiff_t)m.terms * KN_BF16_TILE_BYTES;
    m.c_row = BLOCK;
    m.rows = m.columns = 2;
    return m;
}

/* 32 places by two tiles of filters. */
static void block_of_places(const forward_job *f, size_t first, int j)
{
    kn_bf16_block m = block_of(f, first);
    m.columns = min_int(2, f->p->out_tiles - j);
    m.b = f->b + j * m.b_next;
    m.c[0] = f->buffer;
    m.c[1] = f->buffer + ROWS * BLOCK;
    f->ops->multiply(&m);
    store_places(f, first, j, m.columns);
}

/* 16 windows by two tiles of filters: the rows of tiles of a block are two places of the windows. */
static void block_of_windows(const forward_job *f, size_t first, int j)
{
    static const int part[4] = {0, ROWS * BLOCK, 2 * ROWS * BLOCK, 3 * ROWS * BLOCK};
    kn_bf16_block m = block_of(f, first);
    m.columns = min_int(2, f->p->out_tiles - j);
    m.b = f->b + j * m.b_next;
    for (int n = 0; n < 4; n += 2, m.term += m.terms) {
        m.c[0] = f->buffer + part[n];
        m.c[1] = f->buffer + part[n + 1];
        f->ops->multiply(&m);
    }
    store_windows(f, part, first, ROWS, j, m.columns);
}

/* 32 windows by a tile of filters: the columns of tiles of a block are two places of the windows. */
static void block_of_patches(const forward_job *f, size_t first, int j)
{
    static const int part[4] = {0, ROWS, BLOCK * BLOCK, BLOCK * BLOCK + ROWS};
    kn_bf16_block m = block_of(f, first);
    m.b = f->b + 4 * j * m.b_next;
    for (int n = 0; n < 4; n += 2, m.b = (const char *)m.b + 2 * m.b_next) {
        m.c[0] = f->buffer + part[n];
        m.c[1] = m.c[0] + ROWS * BLOCK;
        f->ops->multiply(&m);
    }
    store_windows(f, part, first, BLOCK, j, 1);
}

/* All blocks. Where two columns of tiles of w stay in L1, all places pass them; else all of w passes a block of
 * places. */
static void multiply(const forward_job *f)
{
    const kn_conv2d_bf16 *p = f->p;
    const bool windows = p->fused && !p->patches, patches = p->fused && p->patches;
    const size_t rows = windows ? ROWS : BLOCK, blocks = (f->rows + rows - 1) / rows;
    const int tiles = patches ? 1 : 2;
    const size_t columns = (size_t)((p->out_tiles + tiles - 1) / tiles);
    const bool near = 2 * p->forward_terms * KN_BF16_TILE_BYTES <= NEAR_BYTES;
    for (size_t n = 0; n < blocks * columns; n++) {
        const size_t first = (near ? n % blocks : n / columns) * rows;
        const int j = (int)(near ? n / blocks : n % columns) * tiles;
        if (patches)
            block_of_patches(f, first, j);
        else if (windows)
            block_of_windows(f, first, j);
        else
            block_of_places(f, first, j);
    }
}

/* A row of a patch: n numbers, in steps of 4; what is written beyond is overwritten by the next row. */
static void copy_row(int n, const uint16_t *from, uint16_t *to)
{
    for (int i = 0; i < n; i += 4)
        memcpy(to + i, from + i, 4 * sizeof *to);
}

/* The pixels under the kernel, for every row of tiles: [rows][patch_k]. */
static void gather_patches(const forward_job *f, const uint16_t *frame, uint16_t *to)
{
    const kn_conv2d_bf16 *p = f->p;
    const kn_conv2d *c = p->c;
    const int times = p->fused ? 2 : 1, row = p->patch_w * c->ic, numbers = p->patch_h * row;
    const size_t line = (size_t)p->front.pitch * (size_t)c->ic;
    for (int n = 0; n < f->images; n++)
        for (int h = 0; h < f->walk.out_rows; h++) {
            const uint16_t *from = frame + (kn_bf16_places(&p->front, n) +
                                            (size_t)(times * h * c->sh * p->front.pitch)) *
                                               (size_t)c->ic;
            for (int w = 0; w < f->walk.out_columns; w++, to += p->patch_k) {
                for (int i = 0; i < p->patch_h; i++)
                    copy_row(row, from + (size_t)i * line, to + i * row);
                for (int i = numbers; i < p->patch_k; i++)
                    to[i] = 0;
                from += times * c->sw * c->ic;
            }
        }
}

static void lay_out(forward_job *f, const float *x, char *scratch)
{
    const kn_conv2d_bf16 *p = f->p;
    const kn_conv2d *c = p->c;
    uint16_t *frame = (void *)(scratch + p->front_at);
    kn_bf16_fill_frame(c, &p->front, p->patches ? c->ic : p->in_k, f->images, x, frame);
    f->walk =
        (walk){p->front.rows, p->front.pitch, p->fused ? c->ph : c->oh, p->fused ? c->pw : c->ow};
    f->a = scratch + p->front_at;
    f->a_row = p->in_k * (ptrdiff_t)sizeof(uint16_t);
    if (p->patches) {
        f->walk.rows = f->walk.out_rows;
        f->walk.pitch = f->walk.out_columns;
        f->a = scratch + p->patches_at;
        f->a_row = p->patch_k * (ptrdiff_t)sizeof(uint16_t);
        gather_patches(f, frame, (void *)(scratch + p->patches_at));
    }
    f->rows = (size_t)f->walk.rows * (size_t)f->walk.pitch * (size_t)f->images;
}

/* Any window of one image: a [oh,ow,oc] -> y, where; z at the maximum where it is saved. */
static void pool(const kn_conv2d *c, const float *a, const float *z, float *y, uint8_t *where,
                 float *saved_z)
{
    for (int n = 0; n < c->ph * c->pw; n++)
        for (int o = 0; o < c->oc; o++, y++) {
            const int top = n / c->pw * c->psh, left = n % c->pw * c->psw;
            int best = 0, at = (top * c->ow + left) * c->oc + o;
            for (int k = 1; k < c->pkh * c->pkw; k++) {
                const int next = ((top + k / c->pkw) * c->ow + left + k % c->pkw) * c->oc + o;
                if (a[next] > a[at] || isnan(a[next])) {
                    at = next;
                    best = k;
                }
            }
            *y = a[at];
            if (where)
                *where++ = (uint8_t)best;
            if (saved_z)
                *saved_z++ = z[at];
        }
}

/* What the blocks have left undone: planes of z [images][oh,ow,oc] to pool, and activations other than ReLU. */
static void finish(const forward_job *f, float *y, float *activated)
{
    const kn_conv2d *c = f->p->c;
    const size_t z_size = (size_t)c->oh * (size_t)c->ow * (size_t)c->oc;
    const size_t y_size = (size_t)c->ph * (size_t)c->pw * (size_t)c->oc;
    const bool keeps_z = !kn_act_backward_from_y(c->act.kind), planes = c->pkh > 0 && !f->p->fused;
    const bool first = kn_act_is_monotone(c->act.kind);
    for (int n = 0; n < f->images; n++, y += y_size) {
        char *saved = f->saved ? f->saved + (size_t)n * f->saved_step : NULL;
        float *saved_z = saved && keeps_z ? (void *)saved : NULL;
        if (planes) {
            const float *z = f->y + (size_t)n * z_size;
            if (!first)
                kn_act_forward(c->act, z_size, z, activated);
            pool(c, first ? z : activated, z, y, saved ? (uint8_t *)saved + f->p->where_at : NULL,
                 saved_z);
            if (first)
                kn_act_forward(c->act, y_size, y, y);
            continue;
        }
        if (saved_z)
            memcpy(saved_z, y, y_size * sizeof *y);
        if (c->act.kind != KN_ACT_LINEAR && c->act.kind != KN_ACT_RELU)
            kn_act_forward(c->act, y_size, y, y);
    }
}

void kn_conv2d_bf16_forward(const kn_bf16_ops *ops, const kn_conv2d *c, int mb, const float *x,
                            const void *packed, const float *b, float *y, void *saved,
                            void *scratch)
{
    kn_conv2d_bf16 p;
    kn_conv2d_bf16_plan(c, &p);
    char *s = scratch;
    float *bias = (void *)(s + p.bias_at), *plane = (void *)(s + p.plane_at);
    memset(bias, 0, (size_t)p.out_tiles * ROWS * sizeof *bias);
    memcpy(bias, b, (size_t)c->oc * sizeof *b);
    forward_job f = {.p = &p, .ops = ops, .b = packed, .bias = bias};
    f.term = (const void *)((const char *)packed + p.forward_term_at);
    f.buffer = (void *)(s + p.block_at);
    f.saved_step = kn_size_round_up(p.saved_bytes, KN_ALIGN);
    const size_t x_size = (size_t)c->ih * (size_t)c->iw * (size_t)c->ic;
    const size_t y_size = (size_t)c->ph * (size_t)c->pw * (size_t)c->oc;
    const size_t z_size = (size_t)c->oh * (size_t)c->ow * (size_t)c->oc;
    ops->begin();
    for (int n = 0; n < mb; n += f.images) {
        f.images = min_int(p.images, mb - n);
        f.saved = saved ? (char *)saved + (size_t)n * f.saved_step : NULL;
        f.y = c->pkh > 0 && !p.fused ? plane : y;
        lay_out(&f, x, s);
        multiply(&f);
        finish(&f, y, plane + (size_t)p.images * z_size);
        x += (size_t)f.images * x_size;
        y += (size_t)f.images * y_size;
    }
    ops->end();
}
