/* The backward pass, from gradients of z as bf16 (conv2d_bf16_gradients_avx512bf16.c). dw: x turned, a row of places for
 * each channel, so that a tap only moves where a tile of it begins; blocks of two taps by 32 filters. dx: blocks of 32
 * places by 32 channels. */
#include <string.h>

#include "base/arena.h"
#include "base/size.h"
#include "ops/bf16/bf16_vec.h"
#include "ops/conv2d/conv2d_bf16_backward.h"
#include "ops/conv2d/conv2d_bf16_frame.h"
#include "ops/conv2d/conv2d_bf16_walk.h"

enum {
    ROWS = KN_BF16_ROWS,
    K = KN_BF16_K,
    BLOCK = 2 * KN_BF16_ROWS,
    NEAR_BYTES = 40 << 10 /* of weights that stay in L1 while all places pass */
};

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Few channels: one number after the other. */
static void turn_few(int channels, size_t places, const uint16_t *from, size_t row, uint16_t *to)
{
    for (int i = 0; i < channels; i++, to += row)
        for (size_t n = 0; n < places; n++)
            to[n] = from[n * (size_t)channels + (size_t)i];
}

/* x as rows of places, a channel each: [planes][channels][turned_row]. */
static void turn_x(const kn_bf16_backward *j, const float *x)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_bf16_frame *f = &p->back;
    const int channels = p->channels;
    const size_t plane = f->plane * (size_t)channels, turned = p->turned_row * (size_t)channels;
    uint16_t *frame = (void *)(j->scratch + p->back_at), *to = (void *)(j->scratch + p->turned_at);
    kn_bf16_fill_frame(p->c, f, channels, j->images, x, frame);
    for (int n = 0; n < f->step_h * f->step_w; n++, frame += plane, to += turned)
        if (channels == 1)
            memcpy(to, frame, plane * sizeof *to);
        else if (p->patches)
            turn_few(channels, f->plane, frame, p->turned_row, to);
        else
            kn_bf16_turn_frame(channels, f->plane, frame, p->turned_row, to);
}

/* Row of x turned that a tap and channel meet at place 0. */
static const uint16_t *turned_at(const kn_bf16_backward *j, int tap, int channel)
{
    const kn_conv2d_bf16 *p = j->p;
    const int kh = tap / p->c->kw, kw = tap % p->c->kw, step_h = p->c->sh, step_w = p->c->sw;
    const int plane = kh % step_h * step_w + kw % step_w;
    return (const uint16_t *)(const void *)(j->scratch + p->turned_at) +
           (size_t)(plane * p->channels + channel) * p->turned_row + kh / step_h * p->back.pitch +
           kw / step_w;
}

/* Few channels: the rows of all taps below each other, to whole tiles. */
static void list_rows(const kn_bf16_backward *j, size_t places)
{
    const kn_conv2d_bf16 *p = j->p;
    uint16_t *to = (void *)(j->scratch + p->rows_at);
    for (int n = 0; n < p->dw_rows; n++)
        memcpy(to + (size_t)n * p->turned_row, turned_at(j, n / p->c->ic, n % p->c->ic),
               places * sizeof *to);
}

/* Tiles of rows of dw in the order of their taps, tap by tap for 16 channels: where a tile begins in x turned and in
 * dw, and how many of its rows there are. */
typedef struct row_tile {
    const uint16_t *a;
    float *dw;
    int rows;
} row_tile;

static row_tile row_tile_at(const kn_bf16_backward *j, int n)
{
    const kn_conv2d_bf16 *p = j->p;
    const int tap = n % p->dw_taps, i = n / p->dw_taps * ROWS;
    const uint16_t *rows = (const uint16_t *)(const void *)(j->scratch + p->rows_at);
    return (row_tile){p->patches ? rows + (size_t)i * p->turned_row : turned_at(j, tap, i),
                      j->dw + ((ptrdiff_t)tap * p->dw_rows + i) * p->c->oc,
                      min_int(ROWS, p->dw_rows - i)};
}

/* What a group of tiles of rows by 32 filters is: tiles `first`..`last`-1, filters o... */
typedef struct dw_group {
    int first, last, o, columns; /* columns: tiles of filters */
    float *sums;                 /* [last - first][16][32] */
} dw_group;

/* Terms from..to-1 of the sums over places. */
static void multiply_group(const kn_bf16_backward *j, const dw_group *g, int from, int to)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_bf16_term *term = (const void *)(j->packed + p->dw_term_at);
    kn_bf16_block m = {.term = term + from, .terms = to - from, .c_row = BLOCK, .add = from > 0};
    m.a_row = (ptrdiff_t)(p->turned_row * sizeof(uint16_t));
    m.b_next = (ptrdiff_t)p->dw_terms * KN_BF16_TILE_BYTES;
    m.b = j->scratch + p->pairs_at + g->o / ROWS * m.b_next;
    m.columns = g->columns;
    for (int n = g->first; n < g->last; n += 2) {
        m.rows = min_int(2, g->last - n);
        for (int i = 0; i < m.rows; i++) {
            m.a[i] = row_tile_at(j, n + i).a;
            m.c[i] = g->sums + (n + i - g->first) * ROWS * BLOCK;
        }
        j->ops->multiply(&m);
    }
}

/* dw += the sums: rows oc apart, of which many would share a set of L1. */
static void add_group(const kn_bf16_backward *j, const dw_group *g)
{
    const float *from = g->sums;
    for (int n = g->first; n < g->last; n++, from += ROWS * BLOCK) {
        const row_tile tile = row_tile_at(j, n);
        for (int v = 0; v < g->columns * ROWS; v += ROWS) {
            const __mmask16 lanes = kn_bf16_lanes(j->p->c->oc - g->o - v);
            float *dw = tile.dw + g->o + v;
            for (int r = 0; r < tile.rows; r++, dw += j->p->c->oc) {
                const __m512 sum = _mm512_loadu_ps(from + r * BLOCK + v);
                _mm512_mask_storeu_ps(dw, lanes,
                                      _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, dw), sum));
            }
        }
    }
}

/* The sums of a group and NEAR_TERMS terms of it (a tile of rows 1 KB a term, two tiles of gradients 2 KB) lie in L1
 * while the taps pass: the tiles of a group are shifts of the same rows. */
static void make_dw(const kn_bf16_backward *j)
{
    enum { NEAR_TERMS = 10 };
    const kn_conv2d_bf16 *p = j->p;
    const size_t places = kn_size_round_up(kn_bf16_places(&p->back, j->images), K);
    const int terms = (int)(places / K), parts = (terms + NEAR_TERMS - 1) / NEAR_TERMS;
    const int tiles = p->dw_taps * ((p->dw_rows + ROWS - 1) / ROWS);
    dw_group g = {.sums = (void *)(j->scratch + p->sums_at)};
    if (p->patches)
        list_rows(j, places);
    for (g.o = 0; g.o < p->c->oc; g.o += BLOCK) {
        g.columns = min_int(2, p->out_tiles - g.o / ROWS);
        for (g.first = 0; g.first < tiles; g.first = g.last) {
            g.last = min_int(g.first + p->dw_group, tiles);
            for (int part = 0; part < parts; part++)
                multiply_group(j, &g, terms * part / parts, terms * (part + 1) / parts);
            add_group(j, &g);
        }
    }
}

/* A block of plane (a, b) of dx: places `first`.. by channels i.. */
static void store_dx(const kn_bf16_backward *j, const float *block, int plane, size_t first, int i)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const int pitch = p->back.pitch, rows = p->back.rows;
    const int down = plane / c->sw - c->pt, along = plane % c->sw - c->pl;
    const kn_bf16_walk walk = {j->images, rows, pitch, rows, pitch};
    kn_bf16_run run = kn_bf16_walk_begin(&walk, first, BLOCK);
    while (kn_bf16_walk_next(&walk, &run)) {
        const int h = run.row * c->sh + down;
        int w = run.column * c->sw + along, n = 0;
        while (w < 0) {
            w += c->sw;
            n++;
        }
        if (h < 0 || h >= c->ih || w >= c->iw)
            continue;
        const int end = min_int(run.length, n + (c->iw - w + c->sw - 1) / c->sw);
        const size_t pixel = ((size_t)run.image * (size_t)c->ih + (size_t)h) * (size_t)c->iw;
        float *dx = j->dx + (pixel + (size_t)w) * (size_t)c->ic;
        for (; n < end; n++, dx += c->sw * c->ic)
            for (int v = i; v < min_int(i + BLOCK, c->ic); v += ROWS)
                _mm512_mask_storeu_ps(dx + v, kn_bf16_lanes(c->ic - v),
                                      _mm512_loadu_ps(block + (run.at + n) * BLOCK + v - i));
    }
}

/* The taps that reach rows of plane `a` of an axis. */
static int taps_of(int kernel, int stride, int a)
{
    return a < kernel ? (kernel - a + stride - 1) / stride : 0;
}

/* Places `first`.. by channels i.. of a plane. */
static void dx_block(const kn_bf16_backward *j, const kn_bf16_term *term, int terms, float *block,
                     size_t first, int i)
{
    const kn_conv2d_bf16 *p = j->p;
    const uint16_t *dz = (const uint16_t *)(const void *)(j->scratch + p->dz_at);
    kn_bf16_block m = {.term = term, .terms = terms, .c_row = BLOCK, .rows = 2};
    m.a[0] = m.a[1] = dz + ((size_t)p->before + first) * (size_t)p->out_k;
    m.a_row = p->out_k * (ptrdiff_t)sizeof *dz;
    m.b_next = (ptrdiff_t)p->dx_terms * KN_BF16_TILE_BYTES;
    m.b = j->packed + p->dx_weights_at + i / ROWS * m.b_next;
    m.columns = min_int(2, p->in_tiles - i / ROWS);
    m.c[0] = block;
    m.c[1] = block + ROWS * BLOCK;
    j->ops->multiply(&m);
}

/* Blocks in the order of forward's, each stored when the next is under way. */
static void make_dx_plane(const kn_bf16_backward *j, const kn_bf16_term *term, int terms, int plane)
{
    const kn_conv2d_bf16 *p = j->p;
    const size_t blocks = (kn_bf16_places(&p->back, j->images) + BLOCK - 1) / BLOCK;
    const size_t columns = (size_t)((p->in_tiles + 1) / 2);
    const bool near = 2 * terms * KN_BF16_TILE_BYTES <= NEAR_BYTES;
    size_t before = 0;
    int i_before = 0;
    for (size_t n = 0; n <= blocks * columns; n++) {
        const size_t first = (near ? n % blocks : n / columns) * BLOCK;
        const int i = (int)(near ? n / blocks : n % columns) * BLOCK;
        if (n < blocks * columns)
            dx_block(j, term, terms, j->buffer + n % 2 * KN_CONV2D_BF16_BUFFER, first, i);
        if (n > 0)
            store_dx(j, j->buffer + (n - 1) % 2 * KN_CONV2D_BF16_BUFFER, plane, before, i_before);
        before = first;
        i_before = i;
    }
}

static void make_dx(const kn_bf16_backward *j)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const kn_bf16_term *term = (const void *)(j->packed + p->dx_term_at);
    for (int plane = 0; plane < c->sh * c->sw; plane++) {
        const int terms = taps_of(c->kh, c->sh, plane / c->sw) *
                          taps_of(c->kw, c->sw, plane % c->sw) * (p->out_k / K);
        make_dx_plane(j, term, terms, plane);
        term += terms;
    }
}

void kn_conv2d_bf16_backward(const kn_bf16_ops *ops, const kn_conv2d *c, int mb, const float *x,
                             const void *packed, const float *y, const void *saved, const float *dy,
                             float *dx, float *dw, float *db, void *scratch)
{
    kn_conv2d_bf16 p;
    kn_conv2d_bf16_plan(c, &p);
    const size_t x_size = kn_conv2d_x_size(c), y_size = kn_conv2d_y_size(c);
    const size_t saved_step = kn_size_round_up(p.saved_bytes, KN_ALIGN);
    kn_bf16_backward j = {.p = &p, .ops = ops, .packed = packed, .scratch = scratch};
    j.buffer = (void *)(j.scratch + p.block_at);
    j.dx = dx;
    j.dw = dw;
    j.db = db;
    ops->begin();
    for (int n = 0; n < mb; n += j.images) {
        const size_t at = (size_t)n * y_size;
        j.images = min_int(p.images, mb - n);
        kn_bf16_lay_gradients(&j, y + at, (const char *)saved + (size_t)n * saved_step, saved_step,
                              dy + at);
        turn_x(&j, x + (size_t)n * x_size);
        make_dw(&j);
        if (dx) {
            j.dx = dx + (size_t)n * x_size;
            make_dx(&j);
        }
    }
    ops->end();
}
