#include "ops/optimizer/optimizer_impl.h"

#include <math.h>

static void sgd(const kn_opt_step *c, size_t n, const float *g, float *w, float *m)
{
    for (size_t i = 0; i < n; i++) {
        if (!m) {
            w[i] -= c->lr * g[i];
            continue;
        }
        m[i] = c->momentum * m[i] - c->lr * g[i];
        w[i] += c->nesterov ? c->momentum * m[i] - c->lr * g[i] : m[i];
    }
}

static void rmsprop(const kn_opt_step *c, size_t n, const float *g, float *w, float *m, float *v)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = c->rho * v[i] + c->rho_rest * (g[i] * g[i]);
        float d = c->lr * g[i] / sqrtf(v[i] + c->eps);
        if (m)
            d = m[i] = c->momentum * m[i] + d;
        w[i] -= d;
    }
}

static void adam(const kn_opt_step *c, size_t n, const float *g, float *w, float *m, float *v)
{
    for (size_t i = 0; i < n; i++) {
        float decayed = w[i] - w[i] * c->decay * c->lr;
        m[i] += (g[i] - m[i]) * c->rest1;
        v[i] += (g[i] * g[i] - v[i]) * c->rest2;
        w[i] = decayed - m[i] * c->alpha / (sqrtf(v[i]) + c->eps);
    }
}

static void adamw_torch(const kn_opt_step *c, size_t n, const float *g, float *w, float *m,
                        float *v)
{
    for (size_t i = 0; i < n; i++) {
        m[i] += (g[i] - m[i]) * c->rest1;
        v[i] = v[i] * c->beta2 + c->rest2 * g[i] * g[i];
        w[i] = w[i] * c->keep - c->alpha * m[i] / (sqrtf(v[i]) / c->root2 + c->eps);
    }
}

static void sum(int shards, float *const *shard, size_t at, size_t n, float *g)
{
    for (size_t i = 0; i < n; i++) {
        g[i] = 0.0f;
        for (int s = 0; s < shards; s++) {
            g[i] += shard[s][at + i];
            shard[s][at + i] = 0.0f;
        }
    }
}

const kn_opt_impl kn_opt_ref = {
    "optimizer_ref", KN_ISA_SCALAR, sgd, rmsprop, adam, adamw_torch, sum};
