#include "ops/conv2d/conv2d_bf16_frame.h"

#include <string.h>

#include "ops/bf16/bf16_vec.h"

enum { K = KN_BF16_K, COLUMNS = KN_BF16_COLUMNS };

/* Whether the pixels of x fill every number of the frame. */
static bool is_covered(const kn_conv2d *c, const kn_bf16_frame *f, int channels)
{
    return f->rows * f->step_h == c->ih && f->pitch * f->step_w == c->iw && channels == c->ic;
}

static void clear_frame(const kn_conv2d *c, const kn_bf16_frame *f, int channels, int images,
                        uint16_t *to)
{
    const size_t keep = is_covered(c, f, channels) ? kn_bf16_places(f, images) : 0;
    const size_t numbers = (f->plane - keep) * (size_t)channels;
    for (int plane = 0; plane < f->step_h * f->step_w; plane++)
        memset(to + ((size_t)plane * f->plane + keep) * (size_t)channels, 0, numbers * sizeof *to);
}

/* A row of x, from column 0 on; row is the padded image's. */
static void fill_row(const kn_conv2d *c, const kn_bf16_frame *f, int channels, int row,
                     const float *x, uint16_t *to)
{
    const size_t n = (size_t)channels;
    const int most = f->pitch * f->step_w - c->pl, columns = c->iw < most ? c->iw : most;
    if (f->step_w == 1 && channels == c->ic) {
        kn_bf16_row((ptrdiff_t)columns * c->ic, x, to + kn_bf16_place(f, row, c->pl) * n);
        return;
    }
    for (int w = 0; w < columns; w++, x += c->ic)
        kn_bf16_row(c->ic, x, to + kn_bf16_place(f, row, c->pl + w) * n);
}

void kn_bf16_fill_frame(const kn_conv2d *c, const kn_bf16_frame *f, int channels, int images,
                        const float *x, uint16_t *to)
{
    const size_t line = (size_t)c->iw * (size_t)c->ic;
    clear_frame(c, f, channels, images, to);
    for (int n = 0; n < images; n++, x += line * (size_t)c->ih) {
        uint16_t *image = to + kn_bf16_places(f, n) * (size_t)channels;
        for (int h = 0; h < c->ih && (c->pt + h) / f->step_h < f->rows; h++)
            fill_row(c, f, channels, c->pt + h, x + (size_t)h * line, image);
    }
}

void kn_bf16_fill_gradients(const kn_conv2d *c, const kn_bf16_frame *f, int channels, int images,
                            size_t places, const float *dz, uint16_t *to)
{
    memset(to, 0, places * (size_t)channels * sizeof *to);
    for (int n = 0; n < images; n++)
        for (int h = 0; h < c->oh; h++) {
            uint16_t *row =
                to + (kn_bf16_places(f, n) + (size_t)h * (size_t)f->pitch) * (size_t)channels;
            if (channels == c->oc)
                kn_bf16_row((ptrdiff_t)c->ow * c->oc, dz, row);
            else
                for (int w = 0; w < c->ow; w++)
                    kn_bf16_row(c->oc, dz + (ptrdiff_t)w * c->oc, row + (ptrdiff_t)w * channels);
            dz += (ptrdiff_t)c->ow * c->oc;
        }
}

static __m512i load(const void *from)
{
    return _mm512_loadu_si512(from);
}

/* Where channel of lane i of an unpacked pair lies: each part of 128 bits has 8 of them, 4 in the lower half. */
static int channel_of(int lane, bool upper)
{
    return lane / 4 * 8 + lane % 4 + (upper ? 4 : 0);
}

/* 32 places by 32 channels. */
static void turn_block(size_t channels, const uint16_t *from, size_t row, uint16_t *to)
{
    __m512i low[16], high[16];
    KN_BF16_UNROLL
    for (int q = 0; q < 16; q++) {
        const __m512i even = load(from + (size_t)(2 * q) * channels);
        const __m512i odd = load(from + (size_t)(2 * q + 1) * channels);
        low[q] = _mm512_unpacklo_epi16(even, odd);
        high[q] = _mm512_unpackhi_epi16(even, odd);
    }
    kn_bf16_turn(low);
    kn_bf16_turn(high);
    KN_BF16_UNROLL
    for (int q = 0; q < 16; q++) {
        _mm512_storeu_si512(to + (size_t)channel_of(q, false) * row, low[q]);
        _mm512_storeu_si512(to + (size_t)channel_of(q, true) * row, high[q]);
    }
}

void kn_bf16_turn_frame(int channels, size_t places, const uint16_t *from, size_t row, uint16_t *to)
{
    for (size_t place = 0; place < places; place += K)
        for (size_t channel = 0; channel < (size_t)channels; channel += K)
            turn_block((size_t)channels, from + place * (size_t)channels + channel, row,
                       to + channel * row + place);
}

void kn_bf16_pair_frame(int channels, int tiles, int terms, const uint16_t *from, char *to)
{
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    const size_t column = (size_t)terms * KN_BF16_TILE_BYTES, pairs = (size_t)terms * (K / 2);
    for (int j = 0; j < tiles; j += 2, to += 2 * column)
        for (size_t q = 0; q < pairs; q++) {
            const uint16_t *at = from + 2 * q * (size_t)channels + j * COLUMNS;
            const __m512i even = load(at), odd = load(at + channels);
            const __m512i low = _mm512_unpacklo_epi16(even, odd);
            const __m512i high = _mm512_unpackhi_epi16(even, odd);
            _mm512_storeu_si512(to + q * 64, _mm512_permutex2var_epi64(low, first, high));
            if (j + 1 < tiles)
                _mm512_storeu_si512(to + column + q * 64,
                                    _mm512_permutex2var_epi64(low, second, high));
        }
}
