/* The implementations of bf16: the same passes over the blocks of either level. */
#include "ops/conv2d/conv2d_bf16_plan.h"

static int images(const kn_conv2d *c)
{
    kn_conv2d_bf16 p;
    kn_conv2d_bf16_plan(c, &p);
    return p.images;
}

static size_t packed_bytes(const kn_conv2d *c)
{
    kn_conv2d_bf16 p;
    kn_conv2d_bf16_plan(c, &p);
    return p.packed_bytes;
}

static size_t saved_bytes(const kn_conv2d *c)
{
    kn_conv2d_bf16 p;
    kn_conv2d_bf16_plan(c, &p);
    return p.saved_bytes;
}

static size_t scratch_bytes(const kn_conv2d *c)
{
    kn_conv2d_bf16 p;
    kn_conv2d_bf16_plan(c, &p);
    return p.scratch_bytes;
}

static void finish(const kn_conv2d *c, float *dw, void *scratch)
{
    (void)c;
    (void)dw;
    (void)scratch;
}

#define BF16_IMPL(suffix, bf16_level)                                                              \
    static void forward_##suffix(const kn_conv2d *c, int mb, const float *x, const float *w,       \
                                 const void *packed, const float *b, float *y, void *saved,        \
                                 void *scratch)                                                    \
    {                                                                                              \
        (void)w;                                                                                   \
        kn_conv2d_bf16_forward(&kn_bf16_ops_##suffix, c, mb, x, packed, b, y, saved, scratch);     \
    }                                                                                              \
    static void backward_##suffix(const kn_conv2d *c, int mb, const float *x, const float *w,      \
                                  const void *packed, const float *y, const void *saved,           \
                                  const float *dy, float *dx, float *dw, float *db, void *scratch) \
    {                                                                                              \
        (void)w;                                                                                   \
        kn_conv2d_bf16_backward(&kn_bf16_ops_##suffix, c, mb, x, packed, y, saved, dy, dx, dw, db, \
                                scratch);                                                          \
    }                                                                                              \
    static const kn_conv2d_impl impl_##suffix = {                                                  \
        .name = "conv2d_bf16_" #suffix,                                                            \
        .isa = KN_ISA_AVX512,                                                                      \
        .bf16 = bf16_level,                                                                        \
        .images = images,                                                                          \
        .packed_bytes = packed_bytes,                                                              \
        .saved_bytes = saved_bytes,                                                                \
        .scratch_bytes = scratch_bytes,                                                            \
        .pack = kn_conv2d_bf16_pack,                                                               \
        .forward = forward_##suffix,                                                               \
        .backward = backward_##suffix,                                                             \
        .finish = finish,                                                                          \
    };

BF16_IMPL(avx512, KN_BF16_AVX512)
BF16_IMPL(amx, KN_BF16_AMX)

extern const kn_conv2d_impl kn_conv2d_bf16_ref;

const kn_conv2d_impl *const kn_conv2d_bf16_impls[KN_BF16_COUNT] = {&kn_conv2d_bf16_ref,
                                                                   &impl_avx512, &impl_amx};

const kn_conv2d_impl *kn_conv2d_best_bf16(void)
{
    kn_bf16 level = kn_bf16_get();
    return level == KN_BF16_NONE ? NULL : kn_conv2d_bf16_impls[level];
}
