/* Output layer and loss together, on logits; binary labels 0/1.
 *
 *   sigmoid  1 unit   p = sig(z)         loss = softplus(z) - y z      (binary cross-entropy)
 *   softmax  2 units  p = softmax(z)[1]  loss = logsumexp(z) - z[y]    (sparse categorical)
 *   relu     1 unit   p = clip(relu(z), eps, 1-eps), eps 1e-7
 *                                        loss = -y log p - (1-y) log(1-p)
 *
 * relu's gradient is zero where relu or the clip cut (as Keras computes it). The probability
 * reported is p. The mean over the batch is the caller's: scale = sample weight / batch size. */
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

int kn_output_units(kn_output output); /* 1 or 2 */

/* z[mb,units] -> p[mb], the probability of class 1. */
void kn_output_probability(kn_output output, size_t mb, const float *z, float *p);

/* p[mb] as kn_output_probability gives it. loss[mb]: unweighted per image, double. dz[mb,units] = d(loss)/dz * scale[label]; dz may be z; dz
 * NULL: not wanted. label[mb] is 0 or 1; scale[2] by class. */
void kn_output_loss(kn_output output, size_t mb, const float *z, const uint8_t *label,
                    const float scale[2], float *p, double *loss, float *dz);

#endif
