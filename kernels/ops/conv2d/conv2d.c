#include "ops/conv2d/conv2d.h"

#define CONV2D(symbol) extern const kn_conv2d_impl symbol;
#include "ops/conv2d/conv2d.def"
#undef CONV2D

const kn_conv2d_impl *const kn_conv2d_impls[] = {
#define CONV2D(symbol) &symbol,
#include "ops/conv2d/conv2d.def"
#undef CONV2D
};

const int kn_conv2d_impl_count = (int)(sizeof kn_conv2d_impls / sizeof kn_conv2d_impls[0]);

const kn_conv2d_impl *kn_conv2d_best(void)
{
    int i = kn_conv2d_impl_count - 1;
    while (i > 0 && kn_conv2d_impls[i]->isa > kn_isa_get())
        i--;
    return kn_conv2d_impls[i];
}
