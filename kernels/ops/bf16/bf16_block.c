#include "ops/bf16/bf16_block.h"

const kn_bf16_ops *kn_bf16_ops_get(void)
{
    static const kn_bf16_ops *const by_level[KN_BF16_COUNT] = {NULL, &kn_bf16_ops_avx512,
                                                               &kn_bf16_ops_amx};
    return by_level[kn_bf16_get()];
}
