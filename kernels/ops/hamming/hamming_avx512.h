/* What the two variants on 512-bit vectors share. */
#ifndef KN_OPS_HAMMING_AVX512_H
#define KN_OPS_HAMMING_AVX512_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

enum { LANES = 8 };
typedef __m512i vec;

static inline vec load(const uint64_t *p)
{
    return _mm512_loadu_si512(p);
}

static inline vec set1(uint64_t x)
{
    return _mm512_set1_epi64((long long)x);
}

static inline vec differ(vec a, vec b)
{
    return _mm512_xor_si512(a, b);
}

static inline unsigned within(vec t, unsigned limit)
{
    return _mm512_cmple_epu64_mask(t, _mm512_set1_epi64((long long)limit));
}

static inline void store(vec t, uint64_t *out)
{
    _mm512_storeu_si512(out, t);
}

#endif
