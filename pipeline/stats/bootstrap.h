/* Paired bootstrap over images: two answers to each image, images drawn anew with replacement. */
#ifndef PL_STATS_BOOTSTRAP_H
#define PL_STATS_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct pl_boot {
    double difference; /* mean of d */
    double low,
        high; /* 95 % percentile interval: quantiles 0.025 and 0.975 of the resampled means, linear between them */
    double
        p; /* two-sided: 2 min(share of resampled means <= 0, share >= 0), each share (count + 1) / (samples + 1); at most 1 */
} pl_boot;

/* d[i] = right_a - right_b, in {-1, 0, 1}. Only the counts of the three values matter, so a resample is a multinomial draw of
 * them, whatever n. The same d, samples and seed give the same numbers. samples >= 1. n = 0: all NaN. */
pl_boot pl_paired_bootstrap(const int8_t *d, size_t n, int samples, uint64_t seed);

/* The same for any values: d[i] = difference of the means over seeds. Up to 256 different values (groups of seeds have few)
 * are drawn as counts too; with more, image by image: n * samples draws. */
pl_boot pl_paired_bootstrap_f(const float *d, size_t n, int samples, uint64_t seed);

/* A binomial(n, p) number that a uniform u in [0, 1) stands for; exact to rounding. */
long long pl_binomial_draw(long long n, double p, double u);

#endif
