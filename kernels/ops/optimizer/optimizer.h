/* Optimizers over flat parameter blocks, with Keras's defaults and formulas (t counts steps from
 * 1), and AdamW as PyTorch has it:
 *
 *   sgd      momentum 0: w -= lr g
 *            else v = momentum v - lr g;  w += v   (nesterov: w += momentum v - lr g)
 *   rmsprop  v = rho v + (1-rho) g^2;  d = lr g / sqrt(v + eps)
 *            momentum 0: w -= d;  else m = momentum m + d;  w -= m
 *   adam     m += (g - m)(1-beta1);  v += (g^2 - v)(1-beta2)
 *            w -= lr sqrt(1-beta2^t)/(1-beta1^t) m / (sqrt(v) + eps)
 *   adamw    w -= lr weight_decay w, then adam
 *   adamw_torch  w *= 1 - lr weight_decay;  m as adam;  v = beta2 v + (1-beta2) g^2
 *            w -= lr/(1-beta1^t) m / (sqrt(v)/sqrt(1-beta2^t) + eps)      (torch.optim.AdamW)
 *
 * The arithmetic is f32, as theirs. Constants are double because Keras rounds 1 - beta2, not
 * beta2, to f32. Elementwise: any partition of the block gives the same bytes. */
#ifndef KN_OPS_OPTIMIZER_H
#define KN_OPS_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum kn_optimizer_kind {
    KN_OPT_SGD,
    KN_OPT_RMSPROP,
    KN_OPT_ADAM,
    KN_OPT_ADAMW,
    KN_OPT_ADAMW_TORCH,
    KN_OPT_COUNT
} kn_optimizer_kind;

extern const char *const kn_optimizer_names[]; /* "sgd", ..., "adamw_torch", NULL */

typedef struct kn_optimizer {
    kn_optimizer_kind kind;
    double beta1, beta2, eps; /* the adams: 0.9 0.999 1e-7, torch's eps 1e-8; rmsprop: eps 1e-7 */
    double rho;               /* rmsprop: 0.9 */
    double momentum;          /* sgd, rmsprop: 0 */
    bool nesterov;            /* sgd */
    double weight_decay;      /* adamw: 0.004; adamw_torch: 0.01 */
} kn_optimizer;

/* The defaults of a kind: Keras's, or PyTorch's. */
kn_optimizer kn_optimizer_default(kn_optimizer_kind kind);

/* Moment blocks the optimizer needs per parameter: 0, 1 or 2. */
int kn_optimizer_moments(const kn_optimizer *o);

/* One step on n parameters. m and v are moment blocks (NULL where unused; one block is m). step
 * >= 1. */
void kn_optimizer_step(const kn_optimizer *o, size_t n, float lr, int64_t step, const float *g,
                       float *w, float *m, float *v);

/* g[n] = shard[0][at..] + shard[1][at..] + ..., in that order; the summed numbers become 0. */
void kn_gradient_sum(int shards, float *const *shard, size_t at, size_t n, float *g);

/* penalty = l1 sum|w| + l2 sum w^2 (returned, double, fixed order); g[n] += l1 sign(w) + 2 l2 w
 * where g is not NULL. */
double kn_regularize(size_t n, float l1, float l2, const float *w, float *g);

#endif
