#include <assert.h>
#include <string.h>

#include "base/rng.h"
#include "image/augment_parts.h"

/* Bit 62 keeps these streams apart from those of dropout (below it) and initial values (above). */
static const uint64_t first_stream = (uint64_t)1 << 62;

void kn_draw_block(const kn_draw *d, uint32_t kind, uint32_t words[4])
{
    kn_rng_block(d->seed, first_stream + d->epoch, ((uint64_t)d->image << 32) + kind, words);
}

double kn_draw_between(uint32_t word, double low, double high)
{
    return low + (high - low) * ((double)word * 0x1p-32);
}

int kn_draw_whole(uint32_t word, int low, int high)
{
    uint64_t count = (uint64_t)((int64_t)high - low) + 1;
    return low + (int)((word * count) >> 32);
}

/* 2^e = 2^n exp(t), t = (e - n) ln 2 in -0.35..0.35, by its series: the first term left out is t^10 / 10!. */
double kn_two_to(double e)
{
    static const double term[] = {1. / 362880, 1. / 40320, 1. / 5040, 1. / 720, 1. / 120,
                                  1. / 24,     1. / 6,     1. / 2,    1,        1};
    assert(e <= 0);
    if (e < -1000)
        return 0;
    int n = (int)(e - 0.5);
    double t = (e - n) * 0.69314718055994530942, sum = 0, whole;
    for (int k = 0; k < 10; k++)
        sum = sum * t + term[k];
    uint64_t bits = (uint64_t)(1023 + n) << 52;
    memcpy(&whole, &bits, sizeof whole);
    return sum * whole;
}
