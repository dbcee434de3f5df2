/* Gradients of z as bf16: as rows of places for dx, in pairs of places for dw. Where windows are pooled in the block they
 * go straight to the places of the maxima. */
#include <string.h>

#include "ops/bf16/bf16_vec.h"
#include "ops/conv2d/conv2d_bf16_backward.h"
#include "ops/conv2d/conv2d_bf16_frame.h"

enum { ROWS = KN_BF16_ROWS };

/* db += the sums of dz [n,oc] over n, by four sums in turn. */
static void add_bias(const kn_conv2d *c, size_t n, const float *dz, float *db)
{
    enum { SUMS = 4 };
    const size_t oc = (size_t)c->oc;
    for (int o = 0; o < c->oc; o += ROWS) {
        const __mmask16 lanes = kn_bf16_lanes(c->oc - o);
        __m512 sum[SUMS] = {_mm512_maskz_loadu_ps(lanes, db + o)};
        for (int s = 1; s < SUMS; s++)
            sum[s] = _mm512_setzero_ps();
        size_t i = 0;
        for (; i + SUMS <= n; i += SUMS)
            KN_BF16_UNROLL
        for (size_t s = 0; s < SUMS; s++)
            sum[s] = _mm512_add_ps(sum[s], _mm512_maskz_loadu_ps(lanes, dz + (i + s) * oc + o));
        for (; i < n; i++)
            sum[0] = _mm512_add_ps(sum[0], _mm512_maskz_loadu_ps(lanes, dz + i * oc + o));
        _mm512_mask_storeu_ps(
            db + o, lanes,
            _mm512_add_ps(_mm512_add_ps(sum[0], sum[1]), _mm512_add_ps(sum[2], sum[3])));
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
static void clear_pairs(const kn_bf16_backward *j, char *pairs)
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
static void clear_dz(const kn_bf16_backward *j, uint16_t *dz)
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
static void scatter_windows(const kn_bf16_backward *j, const float *g, const float *y,
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
static void spread_plane(const kn_bf16_backward *j, const float *dz)
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
    kn_act_backward(c->act, kn_conv2d_y_size(c), (const void *)saved, y, dy, g);
    memset(dz, 0, (size_t)c->oh * (size_t)c->ow * (size_t)c->oc * sizeof *dz);
    for (int n = 0; n < c->ph * c->pw; n++)
        for (int o = 0; o < c->oc; o++, where++) {
            const int row = n / c->pw * c->psh + *where / c->pkw;
            const int column = n % c->pw * c->psw + *where % c->pkw;
            dz[(size_t)(row * c->ow + column) * (size_t)c->oc + (size_t)o] += *g++;
        }
}

void kn_bf16_lay_gradients(const kn_bf16_backward *j, const float *y, const char *saved,
                           size_t saved_step, const float *dy)
{
    const kn_conv2d_bf16 *p = j->p;
    const kn_conv2d *c = p->c;
    const kn_act_kind act = c->act.kind;
    const size_t y_size = kn_conv2d_y_size(c);
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
