/* Rounding to bf16 in plain C, as the references and tests do it. */
#ifndef KN_OPS_BF16_ROUND_H
#define KN_OPS_BF16_ROUND_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* v to 8 bits of mantissa: to nearest, ties to even; denormals become 0, NaN stays NaN. */
static inline float kn_bf16_round(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (isnan(v))
        return v;
    if (fabsf(v) < FLT_MIN)
        return copysignf(0, v);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
    memcpy(&v, &bits, sizeof v);
    return v;
}

#endif
