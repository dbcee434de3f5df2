#include "base/rng.h"

#include <math.h>

static void round_once(uint32_t c[4], uint32_t k0, uint32_t k1)
{
    uint64_t p0 = (uint64_t)0xD2511F53u * c[0];
    uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2];
    uint32_t c0 = (uint32_t)(p1 >> 32) ^ c[1] ^ k0;
    uint32_t c2 = (uint32_t)(p0 >> 32) ^ c[3] ^ k1;
    c[1] = (uint32_t)p1;
    c[3] = (uint32_t)p0;
    c[0] = c0;
    c[2] = c2;
}

void kn_rng_block(uint64_t key, uint64_t stream, uint64_t counter, uint32_t out[4])
{
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    out[0] = (uint32_t)counter;
    out[1] = (uint32_t)(counter >> 32);
    out[2] = (uint32_t)stream;
    out[3] = (uint32_t)(stream >> 32);
    for (int i = 0; i < 10; i++) {
        round_once(out, k0, k1);
        k0 += 0x9E3779B9u; /* golden ratio */
        k1 += 0xBB67AE85u; /* sqrt(3) - 1 */
    }
}

void kn_rng_init(kn_rng *r, uint64_t key, uint64_t stream)
{
    *r = (kn_rng){.key = key, .stream = stream};
}

uint32_t kn_rng_u32(kn_rng *r)
{
    if (r->left == 0) {
        kn_rng_block(r->key, r->stream, r->counter++, r->words);
        r->left = 4;
    }
    return r->words[--r->left];
}

/* Lemire, "Fast random integer generation in an interval", 2019. */
uint32_t kn_rng_below(kn_rng *r, uint32_t n)
{
    uint64_t product = (uint64_t)kn_rng_u32(r) * n;
    if ((uint32_t)product < n) {
        uint32_t threshold = (0u - n) % n;
        while ((uint32_t)product < threshold)
            product = (uint64_t)kn_rng_u32(r) * n;
    }
    return (uint32_t)(product >> 32);
}

float kn_rng_uniform(kn_rng *r)
{
    return (float)(kn_rng_u32(r) >> 8) * 0x1p-24f;
}

double kn_rng_uniform64(kn_rng *r)
{
    uint64_t high = kn_rng_u32(r) >> 5, low = kn_rng_u32(r) >> 6;
    return (double)((high << 26) | low) * 0x1p-53;
}

double kn_rng_normal(kn_rng *r)
{
    double u = 1.0 - kn_rng_uniform64(r); /* (0, 1] */
    double v = kn_rng_uniform64(r);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

void kn_rng_shuffle(kn_rng *r, uint32_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = kn_rng_below(r, (uint32_t)i);
        uint32_t t = items[i - 1];
        items[i - 1] = items[j];
        items[j] = t;
    }
}
