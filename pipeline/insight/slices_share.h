/* Shares of images where each counts by how many of a group's runs answer it rightly: k of n, k not whole.
 *
 * Intervals and tests take an image as one trial. That is exact for one run; for several the mean over them varies less from
 * image to image than one run's answer does, so intervals are rather too wide and p rather too large, never the contrary. */
#ifndef PL_INSIGHT_SLICES_SHARE_H
#define PL_INSIGHT_SLICES_SHARE_H

#include "stats/interval.h"

/* Wilson's 95 % interval of k/n; of whole k that of pl_wilson. NaN for n <= 0. */
pl_interval pl_wilson_share(double k, double n);

typedef struct pl_share_gap {
    double gap;       /* k1/n1 - k0/n0 */
    double low, high; /* 95 %: Newcombe 1998, method 10 */
    double p; /* two-sided, of the pooled two-proportion z test; 1 where all or none are right */
} pl_share_gap;

/* NaN where one of them is empty. */
pl_share_gap pl_share_gap_of(double k1, double n1, double k0, double n0);

#endif
