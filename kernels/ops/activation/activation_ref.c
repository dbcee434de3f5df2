#include "ops/activation/activation_impl.h"

#include <math.h>

/* Comparisons are written so that NaN takes the branch that keeps it. */
static float forward1(kn_act act, float z)
{
    switch (act.kind) {
    case KN_ACT_RELU:
        return z <= 0.0f ? 0.0f : z;
    case KN_ACT_LEAKY_RELU:
        return z > 0.0f ? z : act.alpha * z;
    case KN_ACT_ELU:
        return z > 0.0f ? z : act.alpha * expm1f(z);
    case KN_ACT_TANH:
        return tanhf(z);
    case KN_ACT_SIGMOID:
        return 1.0f / (1.0f + expf(-z));
    case KN_ACT_GELU:
        return z == -INFINITY ? 0.0f : 0.5f * z * erfcf(-z * 0.70710678f);
    case KN_ACT_LINEAR:
    case KN_ACT_COUNT:
        break;
    }
    return z;
}

static float slope1(kn_act act, float z, float y)
{
    switch (act.kind) {
    case KN_ACT_RELU:
        return y > 0.0f ? 1.0f : 0.0f;
    case KN_ACT_LEAKY_RELU:
        return y > 0.0f ? 1.0f : act.alpha;
    case KN_ACT_ELU:
        return y > 0.0f ? 1.0f : y + act.alpha;
    case KN_ACT_TANH:
        return 1.0f - y * y;
    case KN_ACT_SIGMOID:
        return y * (1.0f - y);
    case KN_ACT_GELU: /* Phi(z) + z phi(z) */
        return isinf(z) ? (z > 0.0f ? 1.0f : 0.0f)
                        : 0.5f * erfcf(-z * 0.70710678f) + z * 0.39894228f * expf(-0.5f * z * z);
    case KN_ACT_LINEAR:
    case KN_ACT_COUNT:
        break;
    }
    return 1.0f;
}

static void forward(kn_act act, size_t n, const float *z, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = forward1(act, z[i]);
}

static void backward(kn_act act, size_t n, const float *z, const float *y, const float *dy,
                     float *dz)
{
    bool from_y = kn_act_backward_from_y(act.kind);
    for (size_t i = 0; i < n; i++)
        dz[i] = dy[i] * slope1(act, from_y ? 0.0f : z[i], y[i]);
}

const kn_act_impl kn_act_ref = {"activation_ref", KN_ISA_SCALAR, forward, backward};
