/* Whether two samples differ: shares, and distributions. */
#ifndef PL_STATS_DRIFT_H
#define PL_STATS_DRIFT_H

#include <stddef.h>

/* Two independent shares: difference p1 - p2 and its 95 % interval (Newcombe 1998, method 10: from the two Wilson intervals).
 * NaN where one of the samples is empty. */
typedef struct pl_share_difference {
    double difference, low, high;
} pl_share_difference;
pl_share_difference pl_newcombe(long long k1, long long n1, long long k2, long long n2);

/* Kolmogorov-Smirnov, two samples, two-sided: the largest distance between the distributions, and p by Kolmogorov's limit with
 * Stephens' correction, Q((sqrt(N) + 0.12 + 0.11/sqrt(N)) D), N = n1 n2 / (n1 + n2); good from N of about 4. */
typedef struct pl_ks {
    double distance, p;
} pl_ks;

/* Sorts both samples (no NaN) in place. NaN where one is empty. */
pl_ks pl_ks_two(double *a, size_t na, double *b, size_t nb);

/* Kolmogorov's distribution: P(K > x). */
double pl_kolmogorov(double x);

#endif
