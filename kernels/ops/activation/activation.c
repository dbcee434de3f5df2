#include "ops/activation/activation.h"

#include <math.h>
#include <string.h>

const char *const kn_act_names[] = {
#define KN_ACT_NAME(id, name) name,
    KN_ACT_LIST(KN_ACT_NAME)
#undef KN_ACT_NAME
        NULL};

const char *kn_act_name(kn_act_kind kind)
{
    return kn_act_names[kind];
}

float kn_act_default_alpha(kn_act_kind kind)
{
    return kind == KN_ACT_LEAKY_RELU ? 0.3f : kind == KN_ACT_ELU ? 1.0f : 0.0f;
}

bool kn_act_backward_from_y(kn_act_kind kind)
{
    return kind != KN_ACT_GELU;
}

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

void kn_act_forward(kn_act act, size_t n, const float *z, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = forward1(act, z[i]);
}

void kn_act_backward(kn_act act, size_t n, const float *z, const float *y, const float *dy,
                     float *dz)
{
    bool from_y = kn_act_backward_from_y(act.kind);
    for (size_t i = 0; i < n; i++)
        dz[i] = dy[i] * slope1(act, from_y ? 0.0f : z[i], y[i]);
}
