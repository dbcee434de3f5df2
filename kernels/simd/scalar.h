/* Vectors of one float: the portable twin of avx2.h and avx512.h. The three headers define the same
 * names, so one body (x_body.inc) is compiled once for each; a file includes exactly one of them.
 *
 *   kn_v    KN_V_WIDTH floats          kn_vi   as many int32          kn_vm   one truth per lane
 *
 * load and store take any alignment. The _n forms touch the first n lanes only (0..KN_V_WIDTH; the
 * other lanes of a load are 0). Comparisons are ordered: false where either side is NaN. Here fma
 * rounds twice; the other sets round once. */
#ifndef KN_SIMD_SCALAR_H
#define KN_SIMD_SCALAR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { KN_V_WIDTH = 1, KN_V_REGS = 16 };

typedef float kn_v;
typedef int32_t kn_vi;
typedef bool kn_vm;

static inline kn_v kn_v_zero(void)
{
    return 0;
}
static inline kn_v kn_v_set1(float a)
{
    return a;
}
static inline kn_v kn_v_set1_pair(const float *p)
{
    return p[0];
} /* p[0], p[1], p[0], p[1] ...; both are read */
static inline kn_v kn_v_load(const float *p)
{
    return *p;
}
static inline void kn_v_store(float *p, kn_v a)
{
    *p = a;
}
static inline kn_v kn_v_load_n(const float *p, int n)
{
    return n > 0 ? *p : 0;
}
static inline void kn_v_store_n(float *p, kn_v a, int n)
{
    if (n > 0)
        *p = a;
}

static inline kn_v kn_v_add(kn_v a, kn_v b)
{
    return a + b;
}
static inline kn_v kn_v_sub(kn_v a, kn_v b)
{
    return a - b;
}
static inline kn_v kn_v_mul(kn_v a, kn_v b)
{
    return a * b;
}
static inline kn_v kn_v_div(kn_v a, kn_v b)
{
    return a / b;
}
static inline kn_v kn_v_sqrt(kn_v a)
{
    return sqrtf(a);
}
static inline kn_v kn_v_abs(kn_v a)
{
    return fabsf(a);
}
static inline kn_v kn_v_fma(kn_v a, kn_v b, kn_v c)
{
    return a * b + c;
} /* a b + c */
static inline kn_v kn_v_fnma(kn_v a, kn_v b, kn_v c)
{
    return c - a * b;
} /* c - a b */
static inline kn_v kn_v_max(kn_v a, kn_v b)
{
    return a > b ? a : b;
} /* b where either is NaN */
static inline kn_v kn_v_min(kn_v a, kn_v b)
{
    return a < b ? a : b;
} /* b where either is NaN */
static inline kn_v kn_v_round(kn_v a)
{
    return rintf(a);
} /* to nearest, ties to even */
static inline float kn_v_sum(kn_v a)
{
    return a;
} /* over lanes, pairwise */

static inline kn_vm kn_v_gt(kn_v a, kn_v b)
{
    return a > b;
}
static inline kn_v kn_v_add_pairs(kn_v a)
{
    return a;
} /* a[0] + a[1], a[2] + a[3] ... in the lower half of the lanes; one lane has no pair */
static inline kn_vm kn_v_ge(kn_v a, kn_v b)
{
    return a >= b;
}
static inline kn_vm kn_v_lt(kn_v a, kn_v b)
{
    return a < b;
}
static inline kn_vm kn_v_is_nonzero(kn_v a) /* true for NaN */
{
    return a != 0;
}
static inline kn_vm kn_v_unordered(kn_v a, kn_v b)
{
    return isnan(a) || isnan(b);
} /* either is NaN */
static inline kn_vm kn_v_isnan(kn_v a)
{
    return isnan(a) != 0;
}
static inline kn_vm kn_vm_or(kn_vm a, kn_vm b)
{
    return a || b;
}
static inline kn_vm kn_vm_and(kn_vm a, kn_vm b)
{
    return a && b;
}
static inline bool kn_vm_any(kn_vm a)
{
    return a;
}
static inline kn_v kn_v_select(kn_vm m, kn_v yes, kn_v no)
{
    return m ? yes : no;
}
static inline kn_v kn_v_sign_of(kn_v a, kn_v sign)
{
    return copysignf(a, sign);
} /* |a| with the sign of sign */

static inline kn_vi kn_vi_set1(int32_t a)
{
    return a;
}
static inline kn_vi kn_vi_load(const int32_t *p)
{
    return *p;
}
static inline void kn_vi_store(int32_t *p, kn_vi a)
{
    *p = a;
}
static inline kn_vi kn_vi_add(kn_vi a, kn_vi b)
{
    return a + b;
}
static inline kn_vm kn_vi_eq(kn_vi a, kn_vi b)
{
    return a == b;
}
static inline kn_vi kn_vi_select(kn_vm m, kn_vi yes, kn_vi no)
{
    return m ? yes : no;
}
static inline kn_vi kn_vi_half(kn_vi a)
{
    return a >> 1;
} /* rounded down */
static inline kn_vi kn_v_to_i(kn_v a)
{
    return (int32_t)rintf(a);
} /* nearest; |a| < 2^31 */
static inline kn_v kn_vi_to_v(kn_vi a)
{
    return (float)a;
}
static inline kn_v kn_v_exp2i(kn_vi n) /* 2^n, n in -126..127 */
{
    int32_t bits = (n + 127) * (1 << 23);
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}
static inline kn_v kn_v_scale2(kn_v a,
                               kn_v n) /* a 2^n, n whole, |n| <= 252; NaN where either is NaN */
{
    if (isnan(n))
        return n;
    kn_vi whole = kn_v_to_i(n), first = kn_vi_half(whole);
    return a * kn_v_exp2i(first) * kn_v_exp2i(whole - first);
}
static inline kn_vi kn_vi_load_u8_n(const uint8_t *p, int n)
{
    return n > 0 ? *p : 0;
}
static inline kn_vi kn_vi_lerp_u8(const uint8_t *p, kn_vi at, kn_vi weights)
{
    return p[at] * (weights & 0xffff) + p[at + 1] * (weights >> 16);
} /* weights: two of 0..32767, p[at]'s in the lower half; p[at + 3] may be read */
static inline void kn_vi_store_u8_n(uint8_t *p, kn_vi a, int n) /* values 0..255 */
{
    if (n > 0)
        *p = (uint8_t)a;
}

static inline int kn_v_compress(kn_vm m, kn_v a, float *to)
{
    if (m)
        *to = a;
    return m;
} /* the lanes of m side by side; a whole vector may be written; returns how many */
static inline int kn_vi_compress(kn_vm m, kn_vi a, int32_t *to)
{
    if (m)
        *to = a;
    return m;
}

static inline kn_v kn_v_lookup4(kn_vm m, const float *p, kn_vi index)
{
    return m ? p[index & 3] : 0;
} /* p[index mod 4] in the lanes of m, 0 in the others; p[0..3] are read */

#endif
