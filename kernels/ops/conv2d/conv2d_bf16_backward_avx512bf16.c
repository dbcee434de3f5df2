/* The backward pass: gradients of z as bf16, once as rows of places for dx and once in pairs of places for dw; x turned,
 * a row of places for each channel, so that a tap only moves where a tile of it begins; blocks of 32 channels by 32
 * filters of dw for every tap, of 32 places by 32 channels of dx. */
#include <string.h>

#include "base/arena.h"
#include "base/size.h"
#include "ops/bf16/bf16_vec.h"
#include "ops/conv2d/conv2d_bf16_frame.h"
#include "ops/conv2d/conv2d_bf16_walk.h"

enum {
    ROWS = KN_BF16_ROWS,
    K = KN_BF16_K,
    BLOCK = 2 * KN_BF16_ROWS,
    NEAR_BYTES = 40 << 10 /* of weights that stay in L1 while all places pass */
};

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

/* Zeros of a tile of filters where no window lies: pairs right of the windows, below them, behind the images. */
static void clear_pairs(const backward_job *j, char *pairs)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const size_t row = (size_t)p->back.pitch / 2 * 64, windows = (size_t)c->pw * 64;
    const size_t image = kn_bf16_places(&p->back, 1) / 2 * 64, used = 2 * (size_t)c->ph * row;
    for (int n = 0; n < j->images; n++, pairs += image) {
        for (size_t at = 0; at < used && windows < row; at += row)
            memset(pairs + at + windows, 0, row - windows);
        memset(pairs + used, 0, image - used);
    }
    const size_t all = (size_t)p->dw_terms * KN_BF16_TILE_BYTES;
    memset(pairs, 0, all - (size_t)j->images * image);
}

/* The same of dz: `before` places, and what is right, below, behind; all of it where its channels are more than the
 * tiles of filters. */
static void clear_dz(const backward_job *j, uint16_t *dz)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const size_t k = (size_t)p->out_k, row = (size_t)p->back.pitch * k;
    const size_t windows = 2 * (size_t)c->pw * k, image = kn_bf16_places(&p->back, 1) * k;
    const size_t used = 2 * (size_t)c->ph * row;
    if (p->out_tiles * ROWS < p->out_k) {
        memset(dz, 0, ((size_t)p->before + p->back.plane) * k * sizeof *dz);
        return;
    }
    memset(dz, 0, (size_t)p->before * k * sizeof *dz);
    dz += (size_t)p->before * k;
    for (int n = 0; n < j->images; n++, dz += image) {
        for (size_t at = 0; at < used && windows < row; at += row)
            memset(dz + at + windows, 0, (row - windows) * sizeof *dz);
        memset(dz + used, 0, (image - used) * sizeof *dz);
    }
    memset(dz, 0, (p->back.plane * k - (size_t)j->images * image) * sizeof *dz);
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
    if (j->dx)
        clear_dz(j, dz);
    for (int t = 0; t < p->out_tiles; t++, pairs += column) {
        clear_pairs(j, pairs);
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

/* Numbers of a place of the back frame: few channels are not filled up. */
static int channels_of(const kn_conv2d_bf16 *p)
{
    return p->patches ? p->c->ic : p->in_k;
}

/* Few channels: one number after the other. */
static void turn_few(int channels, size_t places, const uint16_t *from, size_t row, uint16_t *to)
{
    for (int i = 0; i < channels; i++, to += row)
        for (size_t n = 0; n < places; n++)
            to[n] = from[n * (size_t)channels + (size_t)i];
}

/* x as rows of places, a channel each: [planes][channels][turned_row]. */
static void turn_x(const backward_job *j, const float *x)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_bf16_frame *f = &p->back;
    const int channels = channels_of(p);
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
static const uint16_t *turned_at(const backward_job *j, int tap, int channel)
{
    const kn_conv2d_bf16 *p = j->p;
    const int kh = tap / p->c->kw, kw = tap % p->c->kw, step_h = p->c->sh, step_w = p->c->sw;
    const int plane = kh % step_h * step_w + kw % step_w;
    return (const uint16_t *)(const void *)(j->scratch + p->turned_at) +
           (size_t)(plane * channels_of(p) + channel) * p->turned_row +
           kh / step_h * p->back.pitch + kw / step_w;
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

/* Tiles of rows of dw in the order of their taps, tap by tap for 16 channels: where a tile begins in x turned and in
 * dw, and how many of its rows there are. */
typedef struct row_tile {
    const uint16_t *a;
    float *dw;
    int rows;
} row_tile;

static row_tile row_tile_at(const backward_job *j, int n)
{
    const kn_conv2d_bf16 *p = j->p;
    const int tap = n % p->dw_taps, i = n / p->dw_taps * ROWS;
    const uint16_t *rows = (const uint16_t *)(const void *)(j->scratch + p->rows_at);
    return (row_tile){p->patches ? rows + (size_t)i * p->turned_row : turned_at(j, tap, i),
                      j->dw + ((ptrdiff_t)tap * p->dw_rows + i) * p->c->oc,
                      min_int(ROWS, p->dw_rows - i)};
}

/* dw [m,n] (rows oc apart) += rows of the buffer. */
static void add_rows(const backward_job *j, const float *from, int m, int n, float *dw)
{
    for (int r = 0; r < m; r++, from += BLOCK, dw += j->p->c->oc)
        for (int v = 0; v < n; v += ROWS) {
            const __mmask16 lanes = kn_bf16_lanes(n - v);
            const __m512 sum =
                _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, dw + v), _mm512_loadu_ps(from + v));
            _mm512_mask_storeu_ps(dw + v, lanes, sum);
        }
}

/* Two tiles of rows (or one) by filters o..: terms from..to-1 of the sum over places. */
static void dw_block(const backward_job *j, const row_tile *tile, int tiles, int o, int from,
                     int to)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_bf16_term *term = (const void *)(j->packed + p->dw_term_at);
    const int oc = p->c->oc, n = min_int(BLOCK, oc - o);
    kn_bf16_block b = {.term = term + from, .terms = to - from, .rows = tiles};
    b.a_row = (ptrdiff_t)(p->turned_row * sizeof(uint16_t));
    b.b_next = (ptrdiff_t)p->dw_terms * KN_BF16_TILE_BYTES;
    b.b = j->scratch + p->pairs_at + o / ROWS * b.b_next;
    b.columns = (n + ROWS - 1) / ROWS;
    b.add = n % ROWS == 0 && tile[0].rows == ROWS && tile[tiles - 1].rows == ROWS;
    b.c_row = b.add ? oc : BLOCK;
    for (int i = 0; i < tiles; i++) {
        b.a[i] = tile[i].a;
        b.c[i] = b.add ? tile[i].dw + o : j->buffer + i * ROWS * BLOCK;
    }
    j->ops->multiply(&b);
    for (int i = 0; i < tiles && !b.add; i++)
        add_rows(j, b.c[i], tile[i].rows, n, tile[i].dw + o);
}

/* Sums over NEAR_TERMS terms of 16 rows and 32 filters stay in L1 (a row of tiles of x turned 1 KB a term, two tiles of
 * gradients 2 KB) for all taps. */
static void make_dw(const backward_job *j)
{
    enum { NEAR_TERMS = 10 };
    const kn_conv2d_bf16 *p = j->p;
    const size_t places = kn_size_round_up(kn_bf16_places(&p->back, j->images), K);
    const int terms = (int)(places / K), parts = (terms + NEAR_TERMS - 1) / NEAR_TERMS;
    const int tiles = p->dw_taps * ((p->dw_rows + ROWS - 1) / ROWS);
    const int group = (p->dw_taps + 1) / 2 * 2;
    if (p->patches)
        list_rows(j, places);
    for (int o = 0; o < p->c->oc; o += BLOCK)
        for (int first = 0; first < tiles; first += group)
            for (int part = 0; part < parts; part++)
                for (int n = first; n < min_int(first + group, tiles); n += 2) {
                    const bool two = n + 1 < tiles;
                    const row_tile tile[2] = {row_tile_at(j, n),
                                              two ? row_tile_at(j, n + 1) : (row_tile){0}};
                    dw_block(j, tile, two ? 2 : 1, o, terms * part / parts,
                             terms * (part + 1) / parts);
                }
}

/* A block of plane (a, b) of dx: places `first`.. by channels i.. */
static void store_dx(const backward_job *j, const float *block, int plane, size_t first, int i)
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
static void dx_block(const backward_job *j, const kn_bf16_term *term, int terms, float *block,
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
static void make_dx_plane(const backward_job *j, const kn_bf16_term *term, int terms, int plane)
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

static void make_dx(const backward_job *j)
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
