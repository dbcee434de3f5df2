/* Correlation of two yes-no columns. */
#ifndef PL_STATS_PHI_H
#define PL_STATS_PHI_H

/* Pearson's correlation of two binary columns from the counts of (yes, yes), (yes, no), (no, yes), (no, no); -1..1. NaN where a
 * column has one value only. */
double pl_phi(long long n11, long long n10, long long n01, long long n00);

#endif
