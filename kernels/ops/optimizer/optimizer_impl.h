/* The loops behind optimizer.h: one set per instruction set, and the plain reference. No product is
 * fused with a sum, so all of them give the same bytes. */
#ifndef KN_OPS_OPTIMIZER_IMPL_H
#define KN_OPS_OPTIMIZER_IMPL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cpu.h"

/* The constants of one step, rounded to f32 as Keras or PyTorch rounds them. */
typedef struct kn_opt_step {
    float lr, momentum, rho, rho_rest, eps;
    float alpha;              /* adam: lr sqrt(1-beta2^t) / (1-beta1^t); torch: lr / (1-beta1^t) */
    float rest1, rest2;       /* 1 - beta1, 1 - beta2 */
    float decay;              /* adamw, else 0 */
    float beta2, root2, keep; /* torch: sqrt(1-beta2^t), 1 - lr weight_decay */
    bool nesterov;
} kn_opt_step;

typedef struct kn_opt_impl {
    const char *name; /* "optimizer_avx2" */
    kn_isa isa;
    /* m is NULL without momentum; rmsprop keeps the mean of squares in v */
    void (*sgd)(const kn_opt_step *c, size_t n, const float *g, float *w, float *m);
    void (*rmsprop)(const kn_opt_step *c, size_t n, const float *g, float *w, float *m, float *v);
    void (*adam)(const kn_opt_step *c, size_t n, const float *g, float *w, float *m, float *v);
    void (*adamw_torch)(const kn_opt_step *c, size_t n, const float *g, float *w, float *m,
                        float *v);
    /* as kn_gradient_sum */
    void (*sum)(int shards, float *const *shard, size_t at, size_t n, float *g);
} kn_opt_impl;

extern const kn_opt_impl kn_opt_ref;

#define KN_VARIANT(suffix, level) extern const kn_opt_impl kn_opt_##suffix;
#include "simd/variants.def"
#undef KN_VARIANT

extern const kn_opt_impl *const kn_opt_impls[]; /* by kn_isa */

#endif
