#include "ops/activation/activation.h"

#include "ops/activation/activation_impl.h"

const char *const kn_act_names[] = {
#define KN_ACT_NAME(id, name) name,
    KN_ACT_LIST(KN_ACT_NAME)
#undef KN_ACT_NAME
        NULL};

bool kn_act_is_monotone(kn_act_kind kind)
{
    return kind != KN_ACT_GELU;
}

float kn_act_default_alpha(kn_act_kind kind)
{
    return kind == KN_ACT_LEAKY_RELU ? 0.3f : kind == KN_ACT_ELU ? 1.0f : 0.0f;
}

bool kn_act_backward_from_y(kn_act_kind kind)
{
    return kind != KN_ACT_GELU;
}

const kn_act_impl *const kn_act_impls[] = {
#define KN_VARIANT(suffix, level) &kn_act_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

void kn_act_forward(kn_act act, size_t n, const float *z, float *y)
{
    kn_act_impls[kn_isa_get()]->forward(act, n, z, y);
}

void kn_act_backward(kn_act act, size_t n, const float *z, const float *y, const float *dy,
                     float *dz)
{
    kn_act_impls[kn_isa_get()]->backward(act, n, z, y, dy, dz);
}
