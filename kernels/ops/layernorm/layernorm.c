#include "ops/layernorm/layernorm.h"

const kn_layernorm_impl *const kn_layernorm_impls[] = {
#define KN_VARIANT(suffix, level) &kn_layernorm_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

const kn_layernorm_impl *kn_layernorm_get(void)
{
    return kn_layernorm_impls[kn_isa_get()];
}
