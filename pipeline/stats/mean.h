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

#endif
