#include "image/augment_parts.h"

enum { LEVELS = 512, FINE = 20 }; /* slices of the half normal; bits of the product's fraction */

static const int16_t half_normal[LEVELS] = {
#include "image/augment_normal.inc"
};

static uint8_t clamp(int32_t v)
{
    return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v;
}

/* Two values of 16 bits a word: one bit is the sign, nine choose the slice. A deviation is in 1/256 of a
 * level, a slice in 1/4096. */
void kn_augment_noise(const kn_draw *d, double deviation, size_t n, uint8_t *y)
{
    int32_t scale = (int32_t)(deviation * 255 * 256 + 0.5);
    for (size_t i = 0; i < n; i += 8) {
        uint32_t word[4];
        kn_draw_block(d, KN_DRAW_PIXELS + (uint32_t)(i / 8), word);
        for (size_t k = 0; k < 8 && i + k < n; k++) {
            uint32_t bits = word[k / 2] >> (k % 2 * 16);
            int32_t by = (half_normal[(bits >> 1) % LEVELS] * scale + (1 << (FINE - 1))) >> FINE;
            y[i + k] = clamp(y[i + k] + (bits & 1 ? -by : by));
        }
    }
}
