/* The forward pass: a group of images as a frame or as patches, blocks of 32 places of z by 32 filters, and what becomes
 * of a block while it lies in L1: bias, ReLU, the maxima of windows. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/size.h"
#include "ops/bf16/bf16_vec.h"
#include "ops/conv2d/conv2d_bf16_frame.h"
#include "ops/conv2d/conv2d_bf16_walk.h"

enum {
    ROWS = KN_BF16_ROWS,
    BLOCK = 2 * KN_BF16_ROWS,
    HALF = ROWS * BLOCK, /* floats of a row of tiles of a block, and of all of it */
    WHOLE = BLOCK * BLOCK,
    BUFFER = KN_CONV2D_BF16_BUFFER,
    NEAR_BYTES = 40 << 10 /* of weights that stay in L1 while all places pass */
};

typedef struct forward_job {
    const kn_conv2d_bf16 *p;
    const kn_bf16_ops *ops;
    const char *a, *b;
    ptrdiff_t a_row; /* bytes */
    const kn_bf16_term *term;
    kn_bf16_walk walk;
    size_t rows;       /* of tiles, in all */
    const float *bias; /* to whole tiles */
    float *buffer;     /* two of KN_CONV2D_BF16_BUFFER in turn */
    float *y;          /* of the first image; z where a plane is pooled afterwards */
    char *saved;       /* of the first image, or NULL */
    size_t saved_step;
} forward_job;

static size_t output_at(const forward_job *f, const kn_bf16_run *r)
{
    const kn_bf16_walk *w = &f->walk;
    return ((size_t)r->image * (size_t)w->out_rows + (size_t)r->row) * (size_t)w->out_columns +
           (size_t)r->column;
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
static void store_places(const forward_job *f, const float *block, size_t first, int j, int tiles)
{
    const kn_conv2d *c = f->p->c;
    const bool relu = is_relu(f);
    kn_bf16_run run = kn_bf16_walk_begin(&f->walk, first, BLOCK);
    while (kn_bf16_walk_next(&f->walk, &run))
        for (int v = 0; v < tiles; v++) {
            const int o = (j + v) * ROWS;
            const __mmask16 lanes = kn_bf16_lanes(c->oc - o);
            const __m512 bias = _mm512_loadu_ps(f->bias + o);
            const float *z = block + run.at * BLOCK + v * ROWS;
            float *y = f->y + output_at(f, &run) * (size_t)c->oc + o;
            for (int n = 0; n < run.length; n++, z += BLOCK, y += c->oc) {
                const __m512 sum = _mm512_add_ps(_mm512_loadu_ps(z), bias);
                _mm512_mask_storeu_ps(y, lanes, relu ? at_least_0(sum) : sum);
            }
        }
}

/* The maximum of four values of z and where it lies: in the lower two, in the right one of its two. */
typedef struct maximum {
    __m512 z;
    __mmask16 low, right;
} maximum;

/* Where there are NaN: the last one is the maximum. */
static __attribute__((noinline, cold)) maximum maximum_of_nan(const float *const z[4], ptrdiff_t at)
{
    maximum m = {_mm512_loadu_ps(z[0] + at), 0, 0};
    for (int n = 1; n < 4; n++) {
        const __m512 next = _mm512_loadu_ps(z[n] + at);
        const __mmask16 take = _mm512_cmp_ps_mask(next, m.z, _CMP_GT_OQ) |
                               _mm512_cmp_ps_mask(next, next, _CMP_UNORD_Q);
        m.z = _mm512_mask_mov_ps(m.z, take, next);
        m.low = (__mmask16)(n / 2 ? m.low | take : m.low & ~take);
        m.right = (__mmask16)(n % 2 ? m.right | take : m.right & ~take);
    }
    return m;
}

/* The first maximum in row-major order. */
static inline maximum maximum_of(const float *const z[4], ptrdiff_t at)
{
    const __m512 z0 = _mm512_loadu_ps(z[0] + at), z1 = _mm512_loadu_ps(z[1] + at);
    const __m512 z2 = _mm512_loadu_ps(z[2] + at), z3 = _mm512_loadu_ps(z[3] + at);
    const __mmask16 nan = _kor_mask16(_mm512_cmp_ps_mask(z0, z1, _CMP_UNORD_Q),
                                      _mm512_cmp_ps_mask(z2, z3, _CMP_UNORD_Q));
    if (__builtin_expect(nan, 0))
        return maximum_of_nan(z, at);
    const __mmask16 upper = _mm512_cmp_ps_mask(z1, z0, _CMP_GT_OQ);
    const __mmask16 lower = _mm512_cmp_ps_mask(z3, z2, _CMP_GT_OQ);
    const __m512 top = _mm512_max_ps(z0, z1), bottom = _mm512_max_ps(z2, z3);
    const __mmask16 low = _mm512_cmp_ps_mask(bottom, top, _CMP_GT_OQ);
    return (maximum){_mm512_max_ps(top, bottom), low,
                     _kor_mask16(_kand_mask16(low, lower), _kandn_mask16(low, upper))};
}

/* Windows of one row and tile of filters: maxima, bias, ReLU, y; where, if it is kept. */
typedef struct window_row {
    const float *z[4]; /* the places of a window; windows are BLOCK floats apart */
    int windows;
    __m512 bias;
    __mmask16 lanes;
    float *y;
    char *where;
    ptrdiff_t y_step, where_step;
} window_row;

static inline __attribute__((always_inline)) void store_window_row(const window_row *w, bool relu,
                                                                   bool keep)
{
    const float *const z[4] = {w->z[0], w->z[1], w->z[2], w->z[3]};
    const __m512 bias = w->bias, zero = _mm512_setzero_ps();
    const __mmask16 lanes = w->lanes;
    const ptrdiff_t y_step = w->y_step, where_step = w->where_step, end = w->windows * BLOCK;
    float *y = w->y;
    char *where = w->where;
    for (ptrdiff_t at = 0; at < end; at += BLOCK, y += y_step) {
        const maximum m = maximum_of(z, at);
        const __m512 sum = _mm512_add_ps(m.z, bias);
        _mm512_mask_storeu_ps(y, lanes, relu ? _mm512_max_ps(zero, sum) : sum);
        if (keep) {
            memcpy(where, &m.low, sizeof m.low);
            memcpy(where + sizeof m.low, &m.right, sizeof m.right);
            where += where_step;
        }
    }
}

static void store_windows_of_row(const window_row *w, bool relu)
{
    if (relu && w->where)
        store_window_row(w, true, true);
    else if (relu)
        store_window_row(w, true, false);
    else
        store_window_row(w, false, w->where != NULL);
}

/* Blocks of z that hold the four places of windows, from part[n] on. */
static void store_windows(const forward_job *f, const float *block, const int part[4], size_t first,
                          int rows, int j, int tiles)
{
    const kn_conv2d *c = f->p->c;
    const bool relu = is_relu(f);
    window_row w = {.y_step = c->oc};
    w.where_step = f->p->out_tiles * (ptrdiff_t)sizeof(uint32_t);
    kn_bf16_run run = kn_bf16_walk_begin(&f->walk, first, rows);
    while (kn_bf16_walk_next(&f->walk, &run)) {
        w.windows = run.length;
        for (int v = 0; v < tiles; v++) {
            const int o = (j + v) * ROWS;
            w.lanes = kn_bf16_lanes(c->oc - o);
            w.bias = _mm512_loadu_ps(f->bias + o);
            for (int n = 0; n < 4; n++)
                w.z[n] = block + part[n] + run.at * BLOCK + v * ROWS;
            w.y = f->y + output_at(f, &run) * (size_t)c->oc + o;
            if (f->saved)
                w.where = f->saved + (size_t)run.image * f->saved_step + f->p->where_at +
                          (run.row * c->pw + run.column) * w.where_step +
                          (ptrdiff_t)((size_t)(j + v) * sizeof(uint32_t));
            store_windows_of_row(&w, relu);
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
    m.a[0] = m.a[1] = f->a + (ptrdiff_t)first * f->a_row;
    m.b_next = (ptrdiff_t)m.terms * KN_BF16_TILE_BYTES;
    m.c_row = BLOCK;
    m.rows = m.columns = 2;
    return m;
}

/* Where the four places of a window lie in a buffer: the columns of tiles of a block are two of them (patches: 32
 * windows by a tile of filters), or its rows are (frames: 16 windows by two tiles). */
static const int parts_of_patches[4] = {0, ROWS, WHOLE, WHOLE + ROWS};
static const int parts_of_frames[4] = {0, HALF, 2 * HALF, 3 * HALF};

/* How the blocks of a pass are cut. */
typedef struct cut {
    bool windows, patches;
    int rows, tiles; /* of tiles of A, of filters */
} cut;

static cut cut_of(const kn_conv2d_bf16 *p)
{
    const bool patches = p->fused && p->patches, frames = p->fused && !p->patches;
    return (cut){p->fused, patches, frames ? ROWS : BLOCK, patches ? 1 : 2};
}

/* Rows `first`.., tiles j.. of z to the buffer. */
static void multiply_block(const forward_job *f, cut k, float *buffer, size_t first, int j)
{
    kn_bf16_block m = block_of(f, first);
    const int *part = k.patches ? parts_of_patches : parts_of_frames;
    if (!k.patches)
        m.columns = min_int(2, f->p->out_tiles - j);
    m.b = f->b + (k.patches ? 4 : 1) * j * m.b_next;
    for (int n = 0; n < (k.windows ? 4 : 1); n += 2) {
        m.c[0] = buffer + part[n];
        m.c[1] = k.patches ? m.c[0] + ROWS * BLOCK : buffer + part[n + 1];
        f->ops->multiply(&m);
        if (k.patches)
            m.b = (const char *)m.b + 2 * m.b_next;
        else
            m.term += m.terms;
    }
}

static void store_block(const forward_job *f, cut k, const float *buffer, size_t first, int j)
{
    const int tiles = min_int(k.tiles, f->p->out_tiles - j);
    if (k.windows)
        store_windows(f, buffer, k.patches ? parts_of_patches : parts_of_frames, first, k.rows, j,
                      tiles);
    else
        store_places(f, buffer, first, j, tiles);
}

/* All blocks. Where two columns of tiles of w stay in L1, all places pass them; else all of w passes a block of
 * places. A block is stored when the products of the next are under way: the core sees 500 operations ahead, and what it
 * waits for is then done. */
static void multiply(const forward_job *f)
{
    const kn_conv2d_bf16 *p = f->p;
    const cut k = cut_of(p);
    const size_t blocks = (f->rows + (size_t)k.rows - 1) / (size_t)k.rows;
    const size_t columns = (size_t)((p->out_tiles + k.tiles - 1) / k.tiles);
    const bool near = 2 * p->forward_terms * KN_BF16_TILE_BYTES <= NEAR_BYTES;
    size_t before = 0;
    int j_before = 0;
    for (size_t n = 0; n <= blocks * columns; n++) {
        const size_t first = (near ? n % blocks : n / columns) * (size_t)k.rows;
        const int j = (int)(near ? n / blocks : n % columns) * k.tiles;
        if (n < blocks * columns)
            multiply_block(f, k, f->buffer + n % 2 * BUFFER, first, j);
        if (n > 0)
            store_block(f, k, f->buffer + (n - 1) % 2 * BUFFER, before, j_before);
        before = first;
        j_before = j;
    }
}

/* n numbers, in steps of 4; beyond them up to 3 more where the next row of a patch overwrites them. */
static inline void copy_row(int n, bool last, const uint16_t *from, uint16_t *to)
{
    int i = 0;
    for (; i < n - (last ? 3 : 0); i += 4)
        memcpy(to + i, from + i, 4 * sizeof *to);
    for (; i < n; i++)
        to[i] = from[i];
}

/* The pixels under the kernel, for every row of tiles: [rows][patch_k]. */
static void gather_patches(const forward_job *f, const uint16_t *frame, uint16_t *to)
{
    const kn_conv2d_bf16 *p = f->p;
    const kn_conv2d *c = p->c;
    const int times = p->fused ? 2 : 1, row = p->patch_w * c->ic, lines = p->patch_h;
    const ptrdiff_t line = (ptrdiff_t)p->front.pitch * c->ic, along = times * c->sw * c->ic;
    memset(to, 0, f->rows * (size_t)p->patch_k * sizeof *to);
    for (int n = 0; n < f->walk.images; n++)
        for (int h = 0; h < f->walk.out_rows; h++) {
            const uint16_t *from =
                frame + kn_bf16_places(&p->front, n) * (size_t)c->ic + times * h * c->sh * line;
            for (int w = 0; w < f->walk.out_columns; w++, from += along, to += p->patch_k)
                for (int i = 0; i < lines; i++)
                    copy_row(row, i == lines - 1, from + i * line, to + i * row);
        }
}

static void lay_out(forward_job *f, const float *x, char *scratch)
{
    const kn_conv2d_bf16 *p = f->p;
    const kn_conv2d *c = p->c;
    uint16_t *frame = (void *)(scratch + p->front_at);
    kn_bf16_fill_frame(c, &p->front, p->channels, f->walk.images, x, frame);
    f->walk.rows = p->front.rows;
    f->walk.pitch = p->front.pitch;
    f->walk.out_rows = p->fused ? c->ph : c->oh;
    f->walk.out_columns = p->fused ? c->pw : c->ow;
    f->a = scratch + p->front_at;
    f->a_row = p->in_k * (ptrdiff_t)sizeof(uint16_t);
    if (p->patches) {
        f->walk.rows = f->walk.out_rows;
        f->walk.pitch = f->walk.out_columns;
        f->a = scratch + p->patches_at;
        f->a_row = p->patch_k * (ptrdiff_t)sizeof(uint16_t);
    }
    f->rows = (size_t)f->walk.rows * (size_t)f->walk.pitch * (size_t)f->walk.images;
    if (p->patches)
        gather_patches(f, frame, (void *)(scratch + p->patches_at));
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
    const size_t y_size = kn_conv2d_y_size(c);
    const bool keeps_z = !kn_act_backward_from_y(c->act.kind), planes = c->pkh > 0 && !f->p->fused;
    const bool first = kn_act_is_monotone(c->act.kind);
    for (int n = 0; n < f->walk.images; n++, y += y_size) {
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
    const size_t x_size = kn_conv2d_x_size(c), y_size = kn_conv2d_y_size(c);
    const size_t z_size = (size_t)c->oh * (size_t)c->ow * (size_t)c->oc;
    ops->begin();
    for (int n = 0; n < mb; n += f.walk.images) {
        f.walk.images = min_int(p.images, mb - n);
        f.saved = saved ? (char *)saved + (size_t)n * f.saved_step : NULL;
        f.y = c->pkh > 0 && !p.fused ? plane : y;
        lay_out(&f, x, s);
        multiply(&f);
        finish(&f, y, plane + (size_t)p.images * z_size);
        x += (size_t)f.walk.images * x_size;
        y += (size_t)f.walk.images * y_size;
    }
    ops->end();
}
