/* The backward pass: gradients of z as bf16, once as rows of places for dx and once in pairs of places for dw; x turned,
 * a row of places for each channel, so that a tap only moves where a tile of it begins; blocks of 32 channels by 32
 * filters of dw for every tap, of 32 places by 32 channels of dx. */
#include <string.h>

#include "base/arena.h"
#include "base/size.h"
#include "ops/bf16/bf16_vec.h"
#include "ops/conv2d/conv2d_bf16_frame.h"

enum { ROWS = KN_BF16_ROWS, K = KN_BF16_K, BLOCK = 2 * KN_BF16_ROWS };

typedef struct backward_job {
    const kn_conv2d_bf16 *p;
    const kn_bf16_ops *ops;
    const char *packed;
    char *scratch;
    int images;
    float *buffer; /* a block */
    float *dx, *dw, *db;
} backward_job;

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* db += the sums of dz [n,oc] over n. */
static void add_bias(const kn_conv2d *c, size_t n, const float *dz, float *db)
{
    const size_t oc = (size_t)c->oc;
    for (int o = 0; o < c->oc; o += ROWS) {
        const __mmask16 lanes = kn_bf16_lanes(c->oc - o);
        __m512 sum = _mm512_setzero_ps();
        for (size_t i = 0; i < n; i++)
            sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(lanes, dz + i * oc + o));
        _mm512_mask_storeu_ps(db + o, lanes,
                              _mm512_add_ps(sum, _mm512_maskz_loadu_ps(lanes, db + o)));
    }
}

/* A row of windows of one tile of filters: where the gradients g (y above 0 only, for ReLU) go. */
typedef struct scatter {
    const float *g, *y; /* y NULL: not ReLU */
    const char *where;
    size_t oc, where_step;
    int windows;
    __mmask16 lanes;
    char *top, *bottom;  /* pairs */
    uint16_t *dz;        /* the place of the first window's first pixel, or NULL */
    size_t right, below; /* numbers to the next place and the next row */
} scatter;

static __m512 scatter_row(scatter s, __m512 sum)
{
    for (int w = 0; w < s.windows; w++) {
        __mmask16 bits[2];
        memcpy(bits, s.where, sizeof bits);
        __m512 g = _mm512_maskz_loadu_ps(s.lanes, s.g);
        if (s.y)
            g = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(_mm512_maskz_loadu_ps(s.lanes, s.y),
                                                       _mm512_setzero_ps(), _CMP_GT_OQ),
                                    g);
        sum = _mm512_add_ps(sum, g);
        const __mmask16 low = bits[0], right = bits[1];
        const __m256i half = kn_bf16_half(g);
        const __m512i left_lane = _mm512_cvtepu16_epi32(half);
        const __m512i lane = _mm512_mask_slli_epi32(left_lane, right, left_lane, 16);
        _mm512_storeu_si512(s.top, _mm512_maskz_mov_epi32((__mmask16)~low, lane));
        _mm512_storeu_si512(s.bottom, _mm512_maskz_mov_epi32(low, lane));
        if (s.dz) {
            __m256i *to = (void *)s.dz, *next = (void *)(s.dz + s.right);
            __m256i *under = (void *)(s.dz + s.below), *last = (void *)(s.dz + s.below + s.right);
            _mm256_storeu_si256(to, _mm256_maskz_mov_epi16((__mmask16)(~low & ~right), half));
            _mm256_storeu_si256(next, _mm256_maskz_mov_epi16((__mmask16)(~low & right), half));
            _mm256_storeu_si256(under, _mm256_maskz_mov_epi16((__mmask16)(low & ~right), half));
            _mm256_storeu_si256(last, _mm256_maskz_mov_epi16(low & right, half));
            s.dz += 2 * s.right;
        }
        s.g += s.oc;
        s.y += s.y ? s.oc : 0;
        s.where += s.where_step;
        s.top += 64;
        s.bottom += 64;
    }
    return sum;
}

/* Gradients of windows to the places of their maxima: dz (where dx is wanted) and pairs. */
static void scatter_windows(const backward_job *j, const float *g, const float *y,
                            const char *saved, size_t saved_step)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const size_t pitch = (size_t)p->back.pitch, column = (size_t)p->dw_terms * KN_BF16_TILE_BYTES;
    const size_t line = (size_t)c->pw * (size_t)c->oc;
    uint16_t *dz = (void *)(j->scratch + p->dz_at);
    char *pairs = j->scratch + p->pairs_at;
    memset(pairs, 0, (size_t)p->out_tiles * column);
    if (j->dx)
        memset(dz, 0, ((size_t)p->before + p->back.plane) * (size_t)p->out_k * sizeof *dz);
    for (int t = 0; t < p->out_tiles; t++, pairs += column) {
        const int o = t * ROWS;
        scatter s = {.oc = (size_t)c->oc, .windows = c->pw, .lanes = kn_bf16_lanes(c->oc - o)};
        s.where_step = (size_t)p->out_tiles * 2 * sizeof(__mmask16);
        s.right = (size_t)p->out_k;
        s.below = pitch * s.right;
        __m512 sum = _mm512_setzero_ps();
        for (int n = 0; n < j->images * c->ph; n++) {
            const int image = n / c->ph, h = n % c->ph;
            const size_t place = kn_bf16_places(&p->back, image) + (size_t)(2 * h) * pitch;
            s.g = g + (size_t)n * line + o;
            s.y = y ? y + (size_t)n * line + o : NULL;
            s.where = saved + (size_t)image * saved_step + p->where_at +
                      (size_t)(h * c->pw) * s.where_step + (size_t)t * 2 * sizeof(__mmask16);
            s.top = pairs + place / 2 * 64;
            s.bottom = s.top + pitch / 2 * 64;
            s.dz = j->dx ? dz + ((size_t)p->before + place) * s.right + o : NULL;
            sum = scatter_row(s, sum);
        }
        sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(s.lanes, j->db + o));
        _mm512_mask_storeu_ps(j->db + o, s.lanes, sum);
    }
}

/* dz [images,oh,ow,oc] of f32 to dz and pairs. */
static void spread_plane(const backward_job *j, const float *dz)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    uint16_t *to = (uint16_t *)(void *)(j->scratch + p->dz_at);
    const size_t before = (size_t)p->before * (size_t)p->out_k;
    memset(to, 0, before * sizeof *to);
    kn_bf16_fill_gradients(c, &p->back, p->out_k, j->images, p->back.plane, dz, to + before);
    kn_bf16_pair_frame(p->out_k, p->out_tiles, p->dw_terms, to + before, j->scratch + p->pairs_at);
    add_bias(c, (size_t)(j->images * c->oh * c->ow), dz, j->db);
}

/* Any pooling of one image: dy through the activation to its maximum in dz [oh,ow,oc]. */
static void unpool(const kn_conv2d_bf16 *p, const float *y, const char *saved, const float *dy,
                   float *g, float *dz)
{
    const kn_conv2d *c = p->c;
    const uint8_t *where = (const uint8_t *)saved + p->where_at;
    kn_act_backward(c->act, (size_t)c->ph * (size_t)c->pw * (size_t)c->oc, (const void *)saved, y,
                    dy, g);
    memset(dz, 0, (size_t)c->oh * (size_t)c->ow * (size_t)c->oc * sizeof *dz);
    for (int n = 0; n < c->ph * c->pw; n++)
        for (int o = 0; o < c->oc; o++, where++) {
            const int row = n / c->pw * c->psh + *where / c->pkw;
            const int column = n % c->pw * c->psw + *where % c->pkw;
            dz[(size_t)(row * c->ow + column) * (size_t)c->oc + (size_t)o] += *g++;
        }
}

/* The gradients of z of the group, as bf16; db. */
static void lay_gradients(const backward_job *j, const float *y, const char *saved,
                          size_t saved_step, const float *dy)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const kn_act_kind act = c->act.kind;
    const size_t y_size = (size_t)c->ph * (size_t)c->pw * (size_t)c->oc;
    const size_t z_size = (size_t)c->oh * (size_t)c->ow * (size_t)c->oc;
    const bool planes = c->pkh > 0 && !p->fused;
    float *g = (void *)(j->scratch + p->gradient_at);
    if (act == KN_ACT_LINEAR && !planes) {
        g = NULL;
    } else if (!(p->fused && act == KN_ACT_RELU)) {
        float *pooled = g + (size_t)p->images * z_size;
        for (int n = 0; n < j->images; n++) {
            const char *s = saved + (size_t)n * saved_step;
            const size_t at = (size_t)n * y_size;
            if (planes)
                unpool(p, y + at, s, dy + at, pooled, g + (size_t)n * z_size);
            else
                kn_act_backward(c->act, y_size, (const void *)s, y + at, dy + at, g + at);
        }
    }
    if (!p->fused)
        spread_plane(j, g ? g : dy);
    else if (act == KN_ACT_RELU)
        scatter_windows(j, dy, y, saved, saved_step);
    else
        scatter_windows(j, g ? g : dy, NULL, saved, saved_step);
}

/* x as rows of places, a channel each (few channels: a tap and channel each). */
static void turn_x(const backward_job *j, const float *x)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_bf16_frame *f = &p->back;
    uint16_t *frame = (void *)(j->scratch + p->back_at), *to = (void *)(j->scratch + p->turned_at);
    kn_bf16_fill_frame(p->c, f, p->in_k, j->images, x, frame);
    for (int plane = 0; plane < f->step_h * f->step_w; plane++)
        kn_bf16_turn_frame(p->in_k, f->plane / K * K,
                           frame + (size_t)plane * f->plane * (size_t)p->in_k, p->turned_row,
                           to + (size_t)(plane * p->in_k) * p->turned_row);
}

/* Row of x turned that tap (kh, kw) and channel meet at place 0. */
static const uint16_t *turned_at(const backward_job *j, int tap, int channel)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const size_t place = kn_bf16_place(&p->back, tap / c->kw, tap % c->kw);
    const size_t plane = place / p->back.plane;
    return (const uint16_t *)(const void *)(j->scratch + p->turned_at) +
           (plane * (size_t)p->in_k + (size_t)channel) * p->turned_row + place % p->back.plane;
}

/* Few channels: the rows of all taps below each other, to whole tiles. */
static void list_rows(const backward_job *j, size_t places)
{
    const kn_conv2d_bf16 *p = j->p;
    uint16_t *to = (void *)(j->scratch + p->rows_at);
    for (int n = 0; n < p->dw_rows; n++)
        memcpy(to + (size_t)n * p->turned_row, turned_at(j, n / p->c->ic, n % p->c->ic),
               places * sizeof *to);
}

/* dw [m,n] (rows oc apart) += the block of the buffer. */
static void add_block(const backward_job *j, int m, int n, float *dw)
{
    for (int r = 0; r < m; r++)
        for (int v = 0; v < n; v += ROWS) {
            const __mmask16 lanes = kn_bf16_lanes(n - v);
            float *to = dw + (ptrdiff_t)r * j->p->c->oc + v;
            _mm512_mask_storeu_ps(to, lanes,
                                  _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, to),
                                                _mm512_loadu_ps(j->buffer + r * BLOCK + v)));
        }
}

/* Rows i.. by filters o.. of dw of a tap. */
static void dw_block(const backward_job *j, int tap, int i, int o, int terms)
{
    const kn_conv2d_bf16 *p = j->p;
    const int oc = p->c->oc, m = min_int(BLOCK, p->dw_rows - i), n = min_int(BLOCK, oc - o);
    float *dw = j->dw + ((ptrdiff_t)tap * p->dw_rows + i) * oc + o;
    kn_bf16_block b = {.term = (const void *)(j->packed + p->dw_term_at), .terms = terms};
    b.a = p->patches ? (const uint16_t *)(const void *)(j->scratch + p->rows_at) +
                           (size_t)i * p->turned_row
                     : turned_at(j, tap, i);
    b.a_row = (ptrdiff_t)(p->turned_row * sizeof(uint16_t));
    b.b_next = (ptrdiff_t)p->dw_terms * KN_BF16_TILE_BYTES;
    b.b = j->scratch + p->pairs_at + o / ROWS * b.b_next;
    b.rows = (m + ROWS - 1) / ROWS;
    b.columns = (n + ROWS - 1) / ROWS;
    b.add = m % ROWS == 0 && n % ROWS == 0;
    b.c_row = b.add ? oc : BLOCK;
    b.c[0] = b.add ? dw : j->buffer;
    b.c[1] = b.c[0] + ROWS * b.c_row;
    j->ops->multiply(&b);
    if (!b.add)
        add_block(j, m, n, dw);
}

static void make_dw(const backward_job *j)
{
    const kn_conv2d_bf16 *p = j->p;
    const size_t places = kn_size_round_up(kn_bf16_places(&p->back, j->images), K);
    if (p->patches)
        list_rows(j, places);
    for (int o = 0; o < p->c->oc; o += BLOCK)
        for (int i = 0; i < p->dw_rows; i += BLOCK)
            for (int tap = 0; tap < p->dw_taps; tap++)
                dw_block(j, tap, i, o, (int)(places / K));
}

/* A block of plane (a, b) of dx: rows of tiles `first`.. by channels i.. */
static void store_dx(const backward_job *j, int a, int b, size_t first, int i)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const size_t pitch = (size_t)p->back.pitch, image = kn_bf16_places(&p->back, 1);
    for (size_t r = 0; r < BLOCK && (first + r) / image < (size_t)j->images; r++) {
        const size_t n = (first + r) / image, at = (first + r) % image;
        const int h = (int)(at / pitch) * c->sh + a - c->pt,
                  w = (int)(at % pitch) * c->sw + b - c->pl;
        if (h < 0 || h >= c->ih || w < 0 || w >= c->iw)
            continue;
        float *dx =
            j->dx + ((n * (size_t)c->ih + (size_t)h) * (size_t)c->iw + (size_t)w) * (size_t)c->ic;
        for (int v = i; v < min_int(i + BLOCK, c->ic); v += ROWS)
            _mm512_mask_storeu_ps(dx + v, kn_bf16_lanes(c->ic - v),
                                  _mm512_loadu_ps(j->buffer + r * BLOCK + (size_t)(v - i)));
    }
}

/* The taps that reach rows of plane `a` of an axis. */
static int taps_of(int kernel, int stride, int a)
{
    return a < kernel ? (kernel - a + stride - 1) / stride : 0;
}

static void make_dx(const backward_job *j)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const size_t places = kn_bf16_places(&p->back, j->images);
    const kn_bf16_term *term = (const void *)(j->packed + p->dx_term_at);
    const uint16_t *dz = (const uint16_t *)(const void *)(j->scratch + p->dz_at) +
                         (size_t)p->before * (size_t)p->out_k;
    for (int plane = 0; plane < c->sh * c->sw; plane++) {
        const int a = plane / c->sw, b = plane % c->sw;
        const int terms = taps_of(c->kh, c->sh, a) * taps_of(c->kw, c->sw, b) * (p->out_k / K);
        for (int i = 0; i < c->ic; i += BLOCK)
            for (size_t first = 0; first < places; first += BLOCK) {
                kn_bf16_block m = {.term = term, .terms = terms, .c_row = BLOCK, .rows = 2};
                m.a = dz + first * (size_t)p->out_k;
                m.a_row = p->out_k * (ptrdiff_t)sizeof *dz;
                m.b_next = (ptrdiff_t)p->dx_terms * KN_BF16_TILE_BYTES;
                m.b = j->packed + p->dx_weights_at + i / ROWS * m.b_next;
                m.columns = min_int(2, p->in_tiles - i / ROWS);
                m.c[0] = j->buffer;
                m.c[1] = j->buffer + ROWS * BLOCK;
                j->ops->multiply(&m);
                store_dx(j, a, b, first, i);
            }
        term += terms;
    }
}

void kn_conv2d_bf16_backward(const kn_bf16_ops *ops, const kn_conv2d *c, int mb, const float *x,
                             const void *packed, const float *y, const void *saved, const float *dy,
                             float *dx, float *dw, float *db, void *scratch)
{
    kn_conv2d_bf16 p;
    kn_conv2d_bf16_plan(c, &p);
    const size_t x_size = (size_t)c->ih * (size_t)c->iw * (size_t)c->ic;
    const size_t y_size = (size_t)c->ph * (size_t)c->pw * (size_t)c->oc;
    const size_t saved_step = kn_size_round_up(p.saved_bytes, KN_ALIGN);
    backward_job j = {.p = &p, .ops = ops, .packed = packed, .scratch = scratch};
    j.buffer = (void *)(j.scratch + p.block_at);
    j.dx = dx;
    j.dw = dw;
    j.db = db;
    ops->begin();
    for (int n = 0; n < mb; n += j.images) {
        const size_t at = (size_t)n * y_size;
        j.images = min_int(p.images, mb - n);
        lay_gradients(&j, y + at, (const char *)saved + (size_t)n * saved_step, saved_step,
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
