/* Output layer and loss together, on logits. A target y is 0 or 1, or between them where labels are
 * smoothed or mixed.
 *
 *   sigmoid  a unit a target  p = sig(z)         loss = softplus(z) - y z   (binary cross-entropy)
 *   softmax  2 units          p = softmax(z)[1]  loss = logsumexp(z) - (1-y) z[0] - y z[1]
 *                                                (sparse categorical)
 *   relu     1 unit           p = clip(relu(z), eps, 1-eps), eps 1e-7
 *                                                loss = -y log p - (1-y) log(1-p)
 *
 * relu's gradient is zero where relu or the clip cut (as Keras computes it). Only sigmoid has more
 * than one target; the loss of an image is then the mean over all its targets (as Keras's), a
 * missing one counting 0, without gradient. The mean over the batch is the caller's: scale = sample
 * weight / batch size. */
#ifndef KN_OPS_LOSS_H
#define KN_OPS_LOSS_H

#include <stddef.h>
#include <stdint.h>

typedef enum kn_output {
    KN_OUTPUT_SIGMOID,
    KN_OUTPUT_SOFTMAX,
    KN_OUTPUT_RELU,
    KN_OUTPUT_COUNT
} kn_output;

extern const char *const kn_output_names[]; /* "sigmoid", "softmax", "relu", NULL */

/* Most targets of a net. A label is 0, 1 or KN_LABEL_MISSING. */
enum { KN_TARGETS_MAX = 64, KN_LABEL_MISSING = 255 };

/* 2 for softmax, else `targets`. */
int kn_output_units(kn_output output, int targets);

/* z[mb,units] -> p[mb,targets], the probability of class 1. */
void kn_output_probability(kn_output output, int targets, size_t mb, const float *z, float *p);

/* p[mb,targets] as kn_output_probability gives it. y[mb,targets] in 0..1, NaN where missing.
 * loss[mb]: unscaled, double. dz[mb,units] = d(loss)/dz * scale[image]; dz may be z; dz NULL: not
 * wanted. */
void kn_output_loss(kn_output output, int targets, size_t mb, const float *z, const float *y,
                    const float *scale, float *p, double *loss, float *dz);

#endif
