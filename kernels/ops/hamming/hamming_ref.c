#include "ops/hamming/hamming_impl.h"

static size_t near(const uint64_t *const word[KN_HASH_WORDS], size_t from, size_t to,
                   const uint64_t q[KN_HASH_WORDS], unsigned limit, kn_near *found)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        unsigned distance = 0;
        for (int bit = 0; bit < KN_HASH_BITS; bit++)
            distance += (unsigned)((word[bit / 64][i] ^ q[bit / 64]) >> bit % 64 & 1);
        if (distance <= limit)
            found[n++] = (kn_near){(uint32_t)i, distance};
    }
    return n;
}

const kn_hamming_impl kn_hamming_ref = {"hamming_ref", KN_ISA_SCALAR, NULL, near};
