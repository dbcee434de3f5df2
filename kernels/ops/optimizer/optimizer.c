#include "ops/optimizer/optimizer.h"

#include <math.h>

const char *const kn_optimizer_names[] = {"sgd", "rmsprop", "adam", "adamw", NULL};

kn_optimizer kn_optimizer_default(kn_optimizer_kind kind)
{
    return (kn_optimizer){.kind = kind,
                          .beta1 = 0.9,
                          .beta2 = 0.999,
                          .eps = 1e-7,
                          .rho = 0.9,
                          .momentum = 0.0,
                          .nesterov = false,
                          .weight_decay = kind == KN_OPT_ADAMW ? 0.004 : 0.0};
}

float kn_optimizer_default_lr(kn_optimizer_kind kind)
{
    return kind == KN_OPT_SGD ? 0.01f : 0.001f;
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
    case KN_OPT_COUNT:
        break;
    }
    return 2;
}

static void sgd(const kn_optimizer *o, size_t n, float lr, const float *g, float *w, float *m)
{
    float momentum = (float)o->momentum;
    for (size_t i = 0; i < n; i++) {
        if (momentum == 0.0f) {
            w[i] -= lr * g[i];
            continue;
        }
        m[i] = momentum * m[i] - lr * g[i];
        w[i] += o->nesterov ? momentum * m[i] - lr * g[i] : m[i];
    }
}

static void rmsprop(const kn_optimizer *o, size_t n, float lr, const float *g, float *w, float *m,
                    float *v)
{
    float momentum = (float)o->momentum, rho = (float)o->rho, rest = (float)(1.0 - o->rho);
    float eps = (float)o->eps;
    for (size_t i = 0; i < n; i++) {
        v[i] = rho * v[i] + rest * (g[i] * g[i]);
        float d = lr * g[i] / sqrtf(v[i] + eps);
        if (momentum > 0.0f) {
            m[i] = momentum * m[i] + d;
            d = m[i];
        }
        w[i] -= d;
    }
}

static void adam(const kn_optimizer *o, size_t n, float lr, int64_t step, const float *g, float *w,
                 float *m, float *v)
{
    float rest1 = (float)(1.0 - o->beta1), rest2 = (float)(1.0 - o->beta2), eps = (float)o->eps;
    double power1 = pow((double)(float)o->beta1, (double)step);
    double power2 = pow((double)(float)o->beta2, (double)step);
    float alpha = (float)((double)lr * sqrt(1.0 - power2) / (1.0 - power1));
    float decay = o->kind == KN_OPT_ADAMW ? (float)o->weight_decay : 0.0f;
    for (size_t i = 0; i < n; i++) {
        float wi = w[i] - w[i] * decay * lr;
        m[i] += (g[i] - m[i]) * rest1;
        v[i] += (g[i] * g[i] - v[i]) * rest2;
        w[i] = wi - m[i] * alpha / (sqrtf(v[i]) + eps);
    }
}

void kn_optimizer_step(const kn_optimizer *o, size_t n, float lr, int64_t step, const float *g,
                       float *w, float *m, float *v)
{
    switch (o->kind) {
    case KN_OPT_SGD:
        sgd(o, n, lr, g, w, m);
        break;
    case KN_OPT_RMSPROP:
        if (o->momentum > 0.0) /* the mean of squares is the only block without momentum */
            rmsprop(o, n, lr, g, w, m, v);
        else
            rmsprop(o, n, lr, g, w, NULL, m);
        break;
    case KN_OPT_ADAM:
    case KN_OPT_ADAMW:
    case KN_OPT_COUNT:
        adam(o, n, lr, step, g, w, m, v);
        break;
    }
}

double kn_regularize(size_t n, float l1, float l2, const float *w, float *g)
{
    double sum1 = 0.0, sum2 = 0.0;
    for (size_t i = 0; i < n; i++) {
        double wi = (double)w[i];
        sum1 += fabs(wi);
        sum2 += wi * wi;
        if (g) {
            float sign = w[i] > 0.0f ? 1.0f : w[i] < 0.0f ? -1.0f : 0.0f;
            g[i] += l1 * sign + 2.0f * l2 * w[i];
        }
    }
    return (double)l1 * sum1 + (double)l2 * sum2;
}
