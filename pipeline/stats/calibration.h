/* Whether probabilities mean what they say. p: of class 1, in [0, 1]; label: 0 or 1. */
#ifndef PL_STATS_CALIBRATION_H
#define PL_STATS_CALIBRATION_H

#include <stddef.h>
#include <stdint.h>

/* A bin of the reliability diagram. mean and share are NaN where it is empty. */
typedef struct pl_bin {
    long long count;
    double mean;  /* of p */
    double share; /* of label 1 */
} pl_bin;

/* `bins` bins of equal width: bin k holds k/bins < p <= (k+1)/bins, the first one 0 too (as scikit-learn's calibration_curve with
 * strategy uniform). */
void pl_reliability(const float *p, const uint8_t *label, size_t n, int bins, pl_bin *out);

/* Expected calibration error: sum over these bins of count/n |share - mean| (Guo et al. 2017, for the probability of class 1).
 * NaN where all are empty. */
double pl_ece(const pl_bin *bin, int bins);

/* Mean of (p - label)^2. NaN for n = 0. */
double pl_brier(const float *p, const uint8_t *label, size_t n);

/* Mean of -log(probability of the label), p cut to [1e-7, 1 - 1e-7] as Keras does. NaN for n = 0. */
double pl_log_loss(const float *p, const uint8_t *label, size_t n);

/* Temperature scaling (Guo et al. 2017) for one sigmoid output: T such that the log loss of sigmoid(logit(p) / T) is least, p
 * cut as above. In [0.01, 100]; the ends are taken where the least lies beyond them (all answers right, all labels alike). 1
 * where every p is 1/2; NaN for n = 0. */
double pl_temperature_fit(const float *p, const uint8_t *label, size_t n);
float pl_temperature_apply(float p, double T); /* what is above 1/2 stays above it */

#endif
