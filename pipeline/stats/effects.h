/* Effects of factors on a response, from runs that differ in one of them (the others held: a block). Numbers alone; which runs
 * make a block is the caller's. */
#ifndef PL_STATS_EFFECTS_H
#define PL_STATS_EFFECTS_H

#include <stddef.h>

/* An effect with its 95 % interval by Student's t. n: how many differences (slope: values) it is made of, df: degrees of freedom.
 * n = 0: not estimable, all NaN. df = 0: no interval. p: two-sided, of no effect; NaN without interval or where there is no
 * spread at all. */
typedef struct pl_effect {
    int n, df;
    double value, low, high, p;
} pl_effect;

/* The mean of matched differences: the effect of a level (response at it minus response at the reference, in one block) or of an
 * interaction (difference of two such differences). The paired t test: ordinary least squares with a constant per block. */
pl_effect pl_effect_mean(const double *difference, size_t n);

/* y = a constant per block + slope * x, by ordinary least squares; block[i] in 0..blocks-1. Blocks without two different x tell
 * nothing about the slope and are left out of n and df. df = values - blocks - 1. */
pl_effect pl_effect_slope(const double *x, const double *y, const int *block, size_t n, int blocks);

#endif
