/* Vectors of 16 floats or 32 bf16 numbers, for the files compiled with AVX-512 BF16. Rounding is to nearest, ties to
 * even; denormals become 0. */
#ifndef KN_OPS_BF16_VEC_H
#define KN_OPS_BF16_VEC_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

/* The loop that follows becomes straight code, so that an array lies in registers. */
#ifdef __clang__
#define KN_BF16_UNROLL _Pragma("clang loop unroll(full)")
#else
#define KN_BF16_UNROLL _Pragma("GCC unroll 16")
#endif

/* The first n of 16 lanes; n may be above 16 or below 1. */
static inline __mmask16 kn_bf16_lanes(ptrdiff_t n)
{
    return n >= 16 ? (__mmask16)0xffff : n <= 0 ? 0 : (__mmask16)((1u << n) - 1);
}

/* 16 floats as bf16. */
static inline __m256i kn_bf16_half(__m512 v)
{
    return (__m256i)_mm512_cvtneps_pbh(v);
}

/* to[n] = from[n] rounded; n may be anything, nothing beyond is touched. */
static inline void kn_bf16_row(ptrdiff_t n, const float *from, uint16_t *to)
{
    for (; n >= 32; n -= 32, from += 32, to += 32)
        _mm512_storeu_si512(
            to, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + 16), _mm512_loadu_ps(from)));
    for (; n > 0; n -= 16, from += 16, to += 16) {
        const __mmask16 lanes = kn_bf16_lanes(n);
        _mm256_mask_storeu_epi16(to, lanes, kn_bf16_half(_mm512_maskz_loadu_ps(lanes, from)));
    }
}

/* Lane i: first[i] in the lower half, second[i] in the upper. */
static inline __m512i kn_bf16_pair(__m512 first, __m512 second)
{
    const __m512i low = _mm512_cvtepu16_epi32(kn_bf16_half(first));
    const __m512i high = _mm512_cvtepu16_epi32(kn_bf16_half(second));
    return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}

/* 16 rows of 16 lanes of 32 bits turned. */
static inline void kn_bf16_turn(__m512i v[16])
{
    __m512i t[16];
    KN_BF16_UNROLL
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
    }
    KN_BF16_UNROLL
    for (int i = 0; i < 16; i += 4) {
        v[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        v[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        v[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        v[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    KN_BF16_UNROLL
    for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(v[i], v[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(v[i], v[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(v[i + 8], v[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(v[i + 8], v[i + 12], 0xdd);
    }
    KN_BF16_UNROLL
    for (int i = 0; i < 4; i++) {
        v[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        v[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
        v[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
        v[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
    }
}

/* A tile of a right side from w [columns,rows] that lies turned: element (k, c) is w[c row + k], rounded; k up to 32 and
 * c up to 16, zeros from `ks` and `columns` on. */
static inline void kn_bf16_turned_tile(const float *w, ptrdiff_t row, int columns, int ks, char *to)
{
    const __mmask16 low = kn_bf16_lanes(ks), high = kn_bf16_lanes(ks - 16);
    __m512i v[16];
    KN_BF16_UNROLL
    for (int c = 0; c < 16; c++) {
        const float *from = w + c * row;
        const __mmask16 in = c < columns ? (__mmask16)0xffff : 0;
        v[c] = (__m512i)_mm512_cvtne2ps_pbh(_mm512_maskz_loadu_ps(high & in, from + 16),
                                            _mm512_maskz_loadu_ps(low & in, from));
    }
    kn_bf16_turn(v);
    KN_BF16_UNROLL
    for (int q = 0; q < 16; q++)
        _mm512_storeu_si512(to + 64 * q, v[q]);
}

#endif
