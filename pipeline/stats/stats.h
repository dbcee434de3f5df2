/* The statistics of tables and comparisons. */
#ifndef PL_STATS_STATS_H
#define PL_STATS_STATS_H

#include <stddef.h>

/* The value below which a share p of Student's t distribution with df >= 1 degrees of freedom lies;
 * 0 < p < 1. */
double pl_t_quantile(double p, double df);

/* Regularised incomplete beta function I_x(a, b); 0 <= x <= 1, a, b > 0 (DLMF 8.17). */
double pl_beta_inc(double a, double b, double x);

/* Mean, sample standard deviation and Student's 95 % interval of the mean over the values that are
 * not NaN. n counts them. n = 0: all NaN. n = 1: std, low and high are NaN. */
typedef struct pl_summary {
    int n;
    double mean, std, low, high;
} pl_summary;
pl_summary pl_summarize(const double *values, size_t count);

/* Standard error of a share p measured on n things: sqrt(p (1 - p) / n). NaN for n <= 0. */
double pl_share_error(double p, double n);

/* Two classifiers on the same things: how many both get right, only the first, only the second,
 * neither. */
typedef struct pl_pairs {
    long long both, first, second, neither;
} pl_pairs;

typedef struct pl_paired {
    double accuracy[2];
    double difference; /* accuracy[0] - accuracy[1] */
    double low, high;  /* 95 % interval of the difference: Agresti and Min 2005 (Wald after adding
                          1/2 to each cell) */
    double exact_p;    /* McNemar's test, exact, two-sided: binomial(first + second, 1/2) */
    double mid_p;      /* its mid-p form (Fagerland, Lydersen, Laake 2013): less conservative */
} pl_paired;

/* The counts must not all be 0. */
pl_paired pl_compare_pairs(const pl_pairs *c);

#endif
