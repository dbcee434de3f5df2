/* The standard normal distribution. */
#ifndef PL_STATS_NORMAL_H
#define PL_STATS_NORMAL_H

/* 97.5 % of it lie below: half of a 95 % interval. */
#define PL_Z95 1.959963984540054

/* Share of the distribution further from 0 than z; NaN for NaN. */
double pl_normal_two_sided(double z);

#endif
