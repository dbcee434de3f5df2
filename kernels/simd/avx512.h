/* Vectors of 16 floats with AVX-512 F, BW, DQ and VL; the names are explained in scalar.h. */
#ifndef KN_SIMD_AVX512_H
#define KN_SIMD_AVX512_H

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { KN_V_WIDTH = 16, KN_V_REGS = 32 };

typedef __m512 kn_v;
typedef __m512i kn_vi;
typedef __mmask16 kn_vm;

static inline __mmask16 kn_v_lanes(int n)
{
    return (__mmask16)((1u << n) - 1u);
}

static inline kn_v kn_v_zero(void)
{
    return _mm512_setzero_ps();
}
static inline kn_v kn_v_set1(float a)
{
    return _mm512_set1_ps(a);
}
static inline kn_v kn_v_set1_pair(const float *p)
{
    double pair;
    memcpy(&pair, p, sizeof pair);
    return _mm512_castpd_ps(_mm512_set1_pd(pair));
}
static inline kn_v kn_v_load(const float *p)
{
    return _mm512_loadu_ps(p);
}
static inline void kn_v_store(float *p, kn_v a)
{
    _mm512_storeu_ps(p, a);
}
static inline kn_v kn_v_load_n(const float *p, int n)
{
    return _mm512_maskz_loadu_ps(kn_v_lanes(n), p);
}
static inline void kn_v_store_n(float *p, kn_v a, int n)
{
    _mm512_mask_storeu_ps(p, kn_v_lanes(n), a);
}

static inline kn_v kn_v_add(kn_v a, kn_v b)
{
    return _mm512_add_ps(a, b);
}
static inline kn_v kn_v_sub(kn_v a, kn_v b)
{
    return _mm512_sub_ps(a, b);
}
static inline kn_v kn_v_mul(kn_v a, kn_v b)
{
    return _mm512_mul_ps(a, b);
}
static inline kn_v kn_v_div(kn_v a, kn_v b)
{
    return _mm512_div_ps(a, b);
}
static inline kn_v kn_v_sqrt(kn_v a)
{
    return _mm512_sqrt_ps(a);
}
static inline kn_v kn_v_abs(kn_v a)
{
    return _mm512_abs_ps(a);
}
static inline kn_v kn_v_fma(kn_v a, kn_v b, kn_v c)
{
    return _mm512_fmadd_ps(a, b, c);
}
static inline kn_v kn_v_fnma(kn_v a, kn_v b, kn_v c)
{
    return _mm512_fnmadd_ps(a, b, c);
}
static inline kn_v kn_v_max(kn_v a, kn_v b)
{
    return _mm512_max_ps(a, b);
}
static inline kn_v kn_v_min(kn_v a, kn_v b)
{
    return _mm512_min_ps(a, b);
}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion" /* inside gcc's macro at -O0 */
static inline kn_v kn_v_round(kn_v a)
{
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
#pragma GCC diagnostic pop
static inline float kn_v_sum(kn_v a)
{
    __m256 h = _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}
static inline kn_v kn_v_add_pairs(kn_v a)
{
    __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 0, 2, 4, 6, 8, 10, 12, 14);
    return _mm512_permutexvar_ps(even, _mm512_add_ps(a, _mm512_movehdup_ps(a)));
}

static inline kn_vm kn_v_gt(kn_v a, kn_v b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}
static inline kn_vm kn_v_ge(kn_v a, kn_v b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ);
}
static inline kn_vm kn_v_lt(kn_v a, kn_v b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
static inline kn_vm kn_v_is_nonzero(kn_v a)
{
    return _mm512_cmp_ps_mask(a, _mm512_setzero_ps(), _CMP_NEQ_UQ);
}
static inline kn_vm kn_v_unordered(kn_v a, kn_v b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q);
}
static inline kn_vm kn_v_isnan(kn_v a)
{
    return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
}
static inline kn_vm kn_vm_or(kn_vm a, kn_vm b)
{
    return (kn_vm)(a | b);
}
static inline kn_vm kn_vm_and(kn_vm a, kn_vm b)
{
    return (kn_vm)(a & b);
}
static inline bool kn_vm_any(kn_vm a)
{
    return a != 0;
}
static inline kn_v kn_v_select(kn_vm m, kn_v yes, kn_v no)
{
    return _mm512_mask_blend_ps(m, no, yes);
}
static inline kn_v kn_v_sign_of(kn_v a, kn_v sign)
{
    __m512 bit = _mm512_set1_ps(-0.0f);
    return _mm512_or_ps(_mm512_andnot_ps(bit, a), _mm512_and_ps(bit, sign));
}

static inline kn_vi kn_vi_set1(int32_t a)
{
    return _mm512_set1_epi32(a);
}
static inline kn_vi kn_vi_load(const int32_t *p)
{
    return _mm512_loadu_si512(p);
}
static inline void kn_vi_store(int32_t *p, kn_vi a)
{
    _mm512_storeu_si512(p, a);
}
static inline kn_vi kn_vi_add(kn_vi a, kn_vi b)
{
    return _mm512_add_epi32(a, b);
}
static inline kn_vm kn_vi_eq(kn_vi a, kn_vi b)
{
    return _mm512_cmpeq_epi32_mask(a, b);
}
static inline kn_vi kn_vi_select(kn_vm m, kn_vi yes, kn_vi no)
{
    return _mm512_mask_blend_epi32(m, no, yes);
}
static inline kn_vi kn_vi_half(kn_vi a)
{
    return _mm512_srai_epi32(a, 1);
}
static inline kn_vi kn_v_to_i(kn_v a)
{
    return _mm512_cvtps_epi32(a);
}
static inline kn_v kn_vi_to_v(kn_vi a)
{
    return _mm512_cvtepi32_ps(a);
}
static inline kn_v kn_v_exp2i(kn_vi n)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(n, _mm512_set1_epi32(127)), 23));
}
static inline kn_v kn_v_scale2(kn_v a, kn_v n)
{
    return _mm512_scalef_ps(a, n);
}
static inline kn_vi kn_vi_load_u8_n(const uint8_t *p, int n)
{
    return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(kn_v_lanes(n), p));
}
static inline kn_vi kn_vi_lerp_u8(const uint8_t *p, kn_vi at, kn_vi weights)
{
    kn_vi four = _mm512_i32gather_epi32(at, p, 1);
    kn_vi low = _mm512_and_si512(four, _mm512_set1_epi32(0xff));
    kn_vi high = _mm512_slli_epi32(_mm512_and_si512(four, _mm512_set1_epi32(0xff00)), 8);
    return _mm512_madd_epi16(_mm512_or_si512(low, high), weights);
}
static inline void kn_vi_store_u8_n(uint8_t *p, kn_vi a, int n)
{
    _mm512_mask_cvtepi32_storeu_epi8(p, kn_v_lanes(n), a);
}

static inline int kn_v_compress(kn_vm m, kn_v a, float *to)
{
    _mm512_storeu_ps(to, _mm512_maskz_compress_ps(m, a));
    return __builtin_popcount(m);
}
static inline int kn_vi_compress(kn_vm m, kn_vi a, int32_t *to)
{
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(m, a));
    return __builtin_popcount(m);
}

static inline kn_v kn_v_lookup4(kn_vm m, const float *p, kn_vi index)
{
    return _mm512_maskz_permutevar_ps(m, _mm512_broadcast_f32x4(_mm_loadu_ps(p)), index);
}

#endif
