/* AVX-512 with VPOPCNTDQ (Ice Lake, Zen 4 and later), which counts the bits of a word at once. The extension is switched on here
 * alone: the others of the level are compiled without it. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512vpopcntdq"))), apply_to = function)
#else
#pragma GCC target("avx512vpopcntdq")
#endif
#include "ops/hamming/hamming_avx512.h"

static inline vec counts(vec x)
{
    return _mm512_popcnt_epi64(x);
}

static inline vec plus(vec a, vec b)
{
    return _mm512_add_epi64(a, b);
}

static inline vec totals(vec a)
{
    return a;
}

#include "ops/hamming/hamming_body.inc"

#if defined(__clang__)
#pragma clang attribute pop
#endif

const kn_hamming_impl kn_hamming_vpopcnt = {"hamming_vpopcnt", KN_ISA_AVX512, kn_has_vpopcntdq,
                                            near};
