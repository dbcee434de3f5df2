/* Mean and spread of a few values. */
#ifndef PL_STATS_MEAN_H
#define PL_STATS_MEAN_H

#include <stddef.h>

/* Mean, sample standard deviation and Student's 95 % interval of the mean over the values that are
 * not NaN. n counts them. n = 0: all NaN. n = 1: std, low and high are NaN. */
typedef struct pl_summary {
    int n;
    double mean, std, low, high;
} pl_summary;
pl_summary pl_summarize(const double *values, size_t count);

/* out[i] = mean over k < n of value[k][i], for i < count: summed in double in the order of k, then rounded. n >= 1; out may be one of
 * value[k]. */
void pl_average(const float *const *value, size_t n, size_t count, float *out);

#endif
