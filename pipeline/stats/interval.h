/* A share of n things, with its uncertainty. */
#ifndef PL_STATS_INTERVAL_H
#define PL_STATS_INTERVAL_H

typedef struct pl_interval {
    double low, high;
} pl_interval;

/* Wilson's 95 % score interval of a share right/n, without continuity correction (Wilson 1927); within [0, 1].
 * NaN for n <= 0. */
pl_interval pl_wilson(long long right, long long n);

/* Standard error of a share p measured on n things: sqrt(p (1 - p) / n). NaN for n <= 0. */
double pl_share_error(double p, double n);

#endif
