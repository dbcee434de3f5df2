/* Elementwise activations, as Keras names and defines them.
 *
 *   relu        max(z, 0)                          derivative at 0 is 0
 *   leaky_relu  z > 0 ? z : alpha z                alpha: Keras 3 negative_slope, default 0.3
 *   elu         z > 0 ? z : alpha (exp(z) - 1)     alpha default 1
 *   tanh, sigmoid, linear
 *   gelu        z Phi(z) = z/2 (1 + erf(z / sqrt 2))   (the exact form, Keras approximate=False)
 *
 * NaN goes in, NaN comes out; infinities as the formula gives them. Deterministic for a fixed
 * instruction set. */
#ifndef KN_OPS_ACTIVATION_H
#define KN_OPS_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

#define KN_ACT_LIST(X)                                                                             \
    X(KN_ACT_LINEAR, "linear")                                                                     \
    X(KN_ACT_RELU, "relu")                                                                         \
    X(KN_ACT_LEAKY_RELU, "leaky_relu")                                                             \
    X(KN_ACT_ELU, "elu")                                                                           \
    X(KN_ACT_TANH, "tanh")                                                                         \
    X(KN_ACT_SIGMOID, "sigmoid")                                                                   \
    X(KN_ACT_GELU, "gelu")

typedef enum kn_act_kind {
#define KN_ACT_ENUM(id, name) id,
    KN_ACT_LIST(KN_ACT_ENUM)
#undef KN_ACT_ENUM
        KN_ACT_COUNT
} kn_act_kind;

typedef struct kn_act {
    kn_act_kind kind;
    float alpha; /* leaky_relu and elu only; not negative, since the slope is told from y */
} kn_act;

/* NULL-terminated list of the names, in enum order (for schemas). */
extern const char *const kn_act_names[];

/* It never decreases (all but gelu): the maximum of a window may be taken before it. */
bool kn_act_is_monotone(kn_act_kind kind);

/* Keras's alpha of a kind: 0.3 for leaky_relu, 1 for elu, 0 otherwise. */
float kn_act_default_alpha(kn_act_kind kind);

/* True where the derivative follows from y alone; false (gelu) where backward needs z. */
bool kn_act_backward_from_y(kn_act_kind kind);

/* y[n] = act(z[n]); y may be z. */
void kn_act_forward(kn_act act, size_t n, const float *z, float *y);

/* dz[n] = dy[n] * act'(z[n]); z is read only where kn_act_backward_from_y is false and may be NULL
 * otherwise; dz may be dy. */
void kn_act_backward(kn_act act, size_t n, const float *z, const float *y, const float *dy,
                     float *dz);

#endif
