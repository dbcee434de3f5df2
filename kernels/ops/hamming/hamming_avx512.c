#include "ops/hamming/hamming_avx512.h"

/* As hamming_avx2.c. */
static inline vec counts(vec x)
{
    const vec table =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const vec low = _mm512_set1_epi8(15);
    vec a = _mm512_shuffle_epi8(table, _mm512_and_si512(x, low));
    vec b = _mm512_shuffle_epi8(table, _mm512_and_si512(_mm512_srli_epi16(x, 4), low));
    return _mm512_add_epi8(a, b);
}

static inline vec plus(vec a, vec b)
{
    return _mm512_add_epi8(a, b);
}

static inline vec totals(vec a)
{
    return _mm512_sad_epu8(a, _mm512_setzero_si512());
}

#include "ops/hamming/hamming_body.inc"

const kn_hamming_impl kn_hamming_avx512 = {"hamming_avx512", KN_ISA_AVX512, NULL, near};
