#include "image/augment_parts.h"

/* log2(i / 255) */
static const double log2_of[256] = {
    -2000, /* 0: kn_two_to gives 0 */
#include "image/augment_log2.inc"
};

/* 255 (level / 255)^exponent, between table entries along a line. */
static double gamma_of(double level, double exponent)
{
    int low = (int)level;
    double at_low = low == 0 ? 0 : 255 * kn_two_to(exponent * log2_of[low]);
    if (low == 255 || level == low)
        return at_low;
    return at_low + (level - low) * (255 * kn_two_to(exponent * log2_of[low + 1]) - at_low);
}

static double draw(const kn_draw *d, kn_draw_kind kind, double low, double high)
{
    uint32_t word[4];
    kn_draw_block(d, kind, word);
    return kn_draw_between(word[0], low, high);
}

bool kn_augment_tone(const kn_augment *a, const kn_draw *d, double mean, uint8_t table[256])
{
    bool bends = a->gamma[0] != 1 || a->gamma[1] != 1;
    if (!(bends || a->contrast > 0 || a->brightness > 0))
        return false;
    double exponent = 1, factor = 1, add = 0;
    if (bends)
        exponent = draw(d, KN_DRAW_GAMMA, (double)a->gamma[0], (double)a->gamma[1]);
    if (a->contrast > 0)
        factor = draw(d, KN_DRAW_CONTRAST, 1 - (double)a->contrast, 1 + (double)a->contrast);
    if (a->brightness > 0)
        add = 255 * draw(d, KN_DRAW_BRIGHTNESS, -(double)a->brightness, (double)a->brightness);
    double pivot = bends ? gamma_of(mean, exponent) : mean;
    for (int i = 0; i < 256; i++) {
        double level = bends ? gamma_of(i, exponent) : i;
        double v = pivot + factor * (level - pivot) + add + 0.5;
        table[i] = v <= 0 ? 0 : v >= 255 ? 255 : (uint8_t)v;
    }
    return true;
}
