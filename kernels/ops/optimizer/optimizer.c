#include "ops/optimizer/optimizer.h"

#include <math.h>

#include "ops/optimizer/optimizer_impl.h"

const char *const kn_optimizer_names[] = {"sgd", "rmsprop", "adam", "adamw", "adamw_torch", NULL};

kn_optimizer kn_optimizer_default(kn_optimizer_kind kind)
{
    return (kn_optimizer){.kind = kind,
                          .beta1 = 0.9,
                          .beta2 = 0.999,
                          .eps = kind == KN_OPT_ADAMW_TORCH ? 1e-8 : 1e-7,
                          .rho = 0.9,
                          .momentum = 0.0,
                          .nesterov = false,
                          .weight_decay = kind == KN_OPT_ADAMW         ? 0.004
                                          : kind == KN_OPT_ADAMW_TORCH ? 0.01
                                                                       : 0.0};
}

int kn_optimizer_moments(const kn_optimizer *o)
{
    switch (o->kind) {
    case KN_OPT_SGD:
        return o->momentum != 0.0 ? 1 : 0;
    case KN_OPT_RMSPROP:
        return o->momentum > 0.0 ? 2 : 1;
    case KN_OPT_ADAM:
    case KN_OPT_ADAMW:
    case KN_OPT_ADAMW_TORCH:
    case KN_OPT_COUNT:
        break;
    }
    return 2;
}

const kn_opt_impl *const kn_opt_impls[] = {
#define KN_VARIANT(suffix, level) &kn_opt_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

/* PyTorch computes them in double and rounds them where they meet the tensors. */
static kn_opt_step torch_constants(const kn_optimizer *o, float lr, int64_t step)
{
    double power1 = pow(o->beta1, (double)step), power2 = pow(o->beta2, (double)step);
    return (kn_opt_step){.eps = (float)o->eps,
                         .alpha = (float)((double)lr / (1.0 - power1)),
                         .rest1 = (float)(1.0 - o->beta1),
                         .rest2 = (float)(1.0 - o->beta2),
                         .beta2 = (float)o->beta2,
                         .root2 = (float)sqrt(1.0 - power2),
                         .keep = (float)(1.0 - (double)lr * o->weight_decay)};
}

/* Keras takes the powers of beta rounded to f32, but 1 - beta before rounding. */
static kn_opt_step constants(const kn_optimizer *o, float lr, int64_t step)
{
    if (o->kind == KN_OPT_ADAMW_TORCH)
        return torch_constants(o, lr, step);
    double power1 = pow((double)(float)o->beta1, (double)step);
    double power2 = pow((double)(float)o->beta2, (double)step);
    return (kn_opt_step){.lr = lr,
                         .momentum = (float)o->momentum,
                         .rho = (float)o->rho,
                         .rho_rest = (float)(1.0 - o->rho),
                         .eps = (float)o->eps,
                         .alpha = (float)((double)lr * sqrt(1.0 - power2) / (1.0 - power1)),
                         .rest1 = (float)(1.0 - o->beta1),
                         .rest2 = (float)(1.0 - o->beta2),
                         .decay = o->kind == KN_OPT_ADAMW ? (float)o->weight_decay : 0.0f,
                         .nesterov = o->nesterov};
}

void kn_optimizer_step(const kn_optimizer *o, size_t n, float lr, int64_t step, const float *g,
                       float *w, float *m, float *v)
{
    const kn_opt_impl *impl = kn_opt_impls[kn_isa_get()];
    kn_opt_step c = constants(o, lr, step);
    switch (o->kind) {
    case KN_OPT_SGD:
        impl->sgd(&c, n, g, w, o->momentum != 0.0 ? m : NULL);
        break;
    case KN_OPT_RMSPROP: /* with one block, it holds the mean of squares */
        if (o->momentum > 0.0)
            impl->rmsprop(&c, n, g, w, m, v);
        else
            impl->rmsprop(&c, n, g, w, NULL, m);
        break;
    case KN_OPT_ADAM:
    case KN_OPT_ADAMW:
    case KN_OPT_COUNT:
        impl->adam(&c, n, g, w, m, v);
        break;
    case KN_OPT_ADAMW_TORCH:
        impl->adamw_torch(&c, n, g, w, m, v);
        break;
    }
}

void kn_gradient_sum(int shards, float *const *shard, size_t at, size_t n, float *g)
{
    kn_opt_impls[kn_isa_get()]->sum(shards, shard, at, n, g);
}

enum { LANES = 16 }; /* sums of every sixteenth weight, which the compiler may keep in vectors */

static void penalty_sums(size_t n, const float *w, double *sum1, double *sum2)
{
    double one[LANES] = {0}, two[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            double wi = (double)w[i + k];
            one[k] += fabs(wi);
            two[k] += wi * wi;
        }
    for (size_t k = 0; i + k < n; k++) {
        one[k] += fabs((double)w[i + k]);
        two[k] += (double)w[i + k] * (double)w[i + k];
    }
    *sum1 = *sum2 = 0.0;
    for (size_t k = 0; k < LANES; k++) {
        *sum1 += one[k];
        *sum2 += two[k];
    }
}

double kn_regularize(size_t n, float l1, float l2, const float *w, float *g)
{
    double sum1, sum2;
    penalty_sums(n, w, &sum1, &sum2);
    for (size_t i = 0; g && i < n; i++) {
        float sign = (float)(w[i] > 0.0f) - (float)(w[i] < 0.0f);
        g[i] += l1 * sign + 2.0f * l2 * w[i];
    }
    return (double)l1 * sum1 + (double)l2 * sum2;
}
