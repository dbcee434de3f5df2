/* Vectors of 8 floats with AVX2 and FMA; the names are explained in scalar.h. */
#ifndef KN_SIMD_AVX2_H
#define KN_SIMD_AVX2_H

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { KN_V_WIDTH = 8, KN_V_REGS = 16 };

typedef __m256 kn_v;
typedef __m256i kn_vi;
typedef __m256 kn_vm; /* all bits of a lane set or clear */

static inline __m256i kn_v_lanes(int n) /* the first n lanes all ones */
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline kn_v kn_v_zero(void)
{
    return _mm256_setzero_ps();
}
static inline kn_v kn_v_set1(float a)
{
    return _mm256_set1_ps(a);
}
static inline kn_v kn_v_set1_pair(const float *p)
{
    double pair;
    memcpy(&pair, p, sizeof pair);
    return _mm256_castpd_ps(_mm256_set1_pd(pair));
}
static inline kn_v kn_v_load(const float *p)
{
    return _mm256_loadu_ps(p);
}
static inline void kn_v_store(float *p, kn_v a)
{
    _mm256_storeu_ps(p, a);
}
static inline kn_v kn_v_load_n(const float *p, int n)
{
    return _mm256_maskload_ps(p, kn_v_lanes(n));
}
static inline void kn_v_store_n(float *p, kn_v a, int n)
{
    _mm256_maskstore_ps(p, kn_v_lanes(n), a);
}

static inline kn_v kn_v_add(kn_v a, kn_v b)
{
    return _mm256_add_ps(a, b);
}
static inline kn_v kn_v_sub(kn_v a, kn_v b)
{
    return _mm256_sub_ps(a, b);
}
static inline kn_v kn_v_mul(kn_v a, kn_v b)
{
    return _mm256_mul_ps(a, b);
}
static inline kn_v kn_v_div(kn_v a, kn_v b)
{
    return _mm256_div_ps(a, b);
}
static inline kn_v kn_v_sqrt(kn_v a)
{
    return _mm256_sqrt_ps(a);
}
static inline kn_v kn_v_abs(kn_v a)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}
static inline kn_v kn_v_fma(kn_v a, kn_v b, kn_v c)
{
    return _mm256_fmadd_ps(a, b, c);
}
static inline kn_v kn_v_fnma(kn_v a, kn_v b, kn_v c)
{
    return _mm256_fnmadd_ps(a, b, c);
}
static inline kn_v kn_v_max(kn_v a, kn_v b)
{
    return _mm256_max_ps(a, b);
}
static inline kn_v kn_v_min(kn_v a, kn_v b)
{
    return _mm256_min_ps(a, b);
}
static inline kn_v kn_v_round(kn_v a)
{
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
static inline float kn_v_sum(kn_v a)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}
static inline kn_v kn_v_add_pairs(kn_v a)
{
    __m256d sums = _mm256_castps_pd(_mm256_hadd_ps(a, a));
    return _mm256_castpd_ps(_mm256_permute4x64_pd(sums, _MM_SHUFFLE(3, 1, 2, 0)));
}

static inline kn_vm kn_v_gt(kn_v a, kn_v b)
{
    return _mm256_cmp_ps(a, b, _CMP_GT_OQ);
}
static inline kn_vm kn_v_ge(kn_v a, kn_v b)
{
    return _mm256_cmp_ps(a, b, _CMP_GE_OQ);
}
static inline kn_vm kn_v_lt(kn_v a, kn_v b)
{
    return _mm256_cmp_ps(a, b, _CMP_LT_OQ);
}
static inline kn_vm kn_v_is_nonzero(kn_v a)
{
    return _mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_NEQ_UQ);
}
static inline kn_vm kn_v_unordered(kn_v a, kn_v b)
{
    return _mm256_cmp_ps(a, b, _CMP_UNORD_Q);
}
static inline kn_vm kn_v_isnan(kn_v a)
{
    return _mm256_cmp_ps(a, a, _CMP_UNORD_Q);
}
static inline kn_vm kn_vm_or(kn_vm a, kn_vm b)
{
    return _mm256_or_ps(a, b);
}
static inline kn_vm kn_vm_and(kn_vm a, kn_vm b)
{
    return _mm256_and_ps(a, b);
}
static inline bool kn_vm_any(kn_vm a)
{
    return _mm256_movemask_ps(a) != 0;
}
static inline kn_v kn_v_select(kn_vm m, kn_v yes, kn_v no)
{
    return _mm256_blendv_ps(no, yes, m);
}
static inline kn_v kn_v_sign_of(kn_v a, kn_v sign)
{
    __m256 bit = _mm256_set1_ps(-0.0f);
    return _mm256_or_ps(_mm256_andnot_ps(bit, a), _mm256_and_ps(bit, sign));
}

static inline kn_vi kn_vi_set1(int32_t a)
{
    return _mm256_set1_epi32(a);
}
static inline kn_vi kn_vi_load(const int32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}
static inline void kn_vi_store(int32_t *p, kn_vi a)
{
    _mm256_storeu_si256((__m256i *)(void *)p, a);
}
static inline kn_vi kn_vi_add(kn_vi a, kn_vi b)
{
    return _mm256_add_epi32(a, b);
}
static inline kn_vm kn_vi_eq(kn_vi a, kn_vi b)
{
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(a, b));
}
static inline kn_vi kn_vi_select(kn_vm m, kn_vi yes, kn_vi no)
{
    return _mm256_blendv_epi8(no, yes, _mm256_castps_si256(m));
}
static inline kn_vi kn_vi_half(kn_vi a)
{
    return _mm256_srai_epi32(a, 1);
}
static inline kn_vi kn_v_to_i(kn_v a)
{
    return _mm256_cvtps_epi32(a);
}
static inline kn_v kn_vi_to_v(kn_vi a)
{
    return _mm256_cvtepi32_ps(a);
}
static inline kn_v kn_v_exp2i(kn_vi n)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}
static inline kn_v kn_v_scale2(kn_v a, kn_v n)
{
    kn_vi whole = kn_v_to_i(n), first = kn_vi_half(whole);
    kn_v scaled =
        kn_v_mul(kn_v_mul(a, kn_v_exp2i(first)), kn_v_exp2i(_mm256_sub_epi32(whole, first)));
    return kn_v_select(kn_v_isnan(n), n, scaled);
}
static inline kn_vi kn_vi_load_u8_n(const uint8_t *p, int n)
{
    uint64_t bytes = 0;
    if (n == KN_V_WIDTH)
        memcpy(&bytes, p, sizeof bytes);
    else
        memcpy(&bytes, p, (size_t)n);
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)bytes));
}
static inline kn_vi kn_vi_lerp_u8(const uint8_t *p, kn_vi at, kn_vi weights)
{
    kn_vi four = _mm256_i32gather_epi32((const int *)(const void *)p, at, 1);
    kn_vi low = _mm256_and_si256(four, _mm256_set1_epi32(0xff));
    kn_vi high = _mm256_slli_epi32(_mm256_and_si256(four, _mm256_set1_epi32(0xff00)), 8);
    return _mm256_madd_epi16(_mm256_or_si256(low, high), weights);
}
static inline void kn_vi_store_u8_n(uint8_t *p, kn_vi a, int n)
{
    __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    long long bytes = _mm_cvtsi128_si64(_mm_packus_epi16(words, words));
    if (n == KN_V_WIDTH)
        memcpy(p, &bytes, sizeof bytes);
    else
        memcpy(p, &bytes, (size_t)n);
}

static inline int kn_v_compress(kn_vm m, kn_v a, float *to)
{
    float lane[8];
    int n = 0;
    _mm256_storeu_ps(lane, a);
    for (unsigned bits = (unsigned)_mm256_movemask_ps(m); bits; bits &= bits - 1)
        to[n++] = lane[__builtin_ctz(bits)];
    return n;
}
static inline int kn_vi_compress(kn_vm m, kn_vi a, int32_t *to)
{
    int32_t lane[8];
    int n = 0;
    _mm256_storeu_si256((__m256i *)(void *)lane, a);
    for (unsigned bits = (unsigned)_mm256_movemask_ps(m); bits; bits &= bits - 1)
        to[n++] = lane[__builtin_ctz(bits)];
    return n;
}

static inline kn_v kn_v_lookup4(kn_vm m, const float *p, kn_vi index)
{
    __m256 four = _mm256_broadcast_ps((const __m128 *)(const void *)p);
    return _mm256_and_ps(m, _mm256_permutevar_ps(four, index));
}

#endif
