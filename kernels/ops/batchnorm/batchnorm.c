#include "ops/batchnorm/batchnorm.h"

const kn_batchnorm_impl *const kn_batchnorm_impls[] = {
#define KN_VARIANT(suffix, level) &kn_batchnorm_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

const kn_batchnorm_impl *kn_batchnorm_get(void)
{
    return kn_batchnorm_impls[kn_isa_get()];
}
