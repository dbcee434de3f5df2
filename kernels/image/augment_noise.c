#include "image/augment_parts.h"

/* Slices of the half normal; bits of the product's fraction; bytes a block of random words is for. */
enum { LEVELS = 512, FINE = 20, EACH = 8 };

static const int16_t half_normal[LEVELS] = {
#include "image/augment_normal.inc"
};

static uint8_t clamp(int32_t v)
{
    return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v;
}

/* Two values of 16 bits a word: one bit is the sign, nine choose the slice. A deviation is in 1/256 of a
 * level, a slice in 1/4096; their products are made once, the sign in the lowest bit of the index. */
void kn_augment_noise(const kn_draw *d, double deviation, size_t n, uint8_t *y)
{
    int32_t scale = (int32_t)(deviation * 255 * 256 + 0.5);
    int16_t by[2 * LEVELS];
    for (size_t i = 0; i < LEVELS; i++) {
        by[2 * i] = (int16_t)((half_normal[i] * scale + (1 << (FINE - 1))) >> FINE);
        by[2 * i + 1] = (int16_t)-by[2 * i];
    }
    for (size_t i = 0; i < n; i += EACH) {
        uint32_t word[4];
        size_t left = n - i < EACH ? n - i : EACH;
        kn_draw_block(d, KN_DRAW_PIXELS + (uint32_t)(i / EACH), word);
        for (size_t k = 0; k < left; k++)
            y[i + k] = clamp(y[i + k] + by[(word[k / 2] >> (k % 2 * 16)) % (2 * LEVELS)]);
    }
}
