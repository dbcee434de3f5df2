#include "ops/dropout/dropout.h"

#include "base/rng.h"

/* Element i of image n takes word i % 4 of block (n << 32) + i / 4. */
void kn_dropout_apply(float rate, uint64_t seed, uint64_t stream, uint32_t image, size_t n,
                      const float *x, float *y)
{
    uint32_t threshold = (uint32_t)((double)rate * 4294967296.0); /* dropped below it */
    float scale = 1.0f / (1.0f - rate);
    uint32_t word[4];
    for (size_t i = 0; i < n; i++) {
        if (i % 4 == 0)
            kn_rng_block(seed, stream, ((uint64_t)image << 32) + i / 4, word);
        y[i] = word[i % 4] < threshold ? 0.0f : x[i] * scale;
    }
}
