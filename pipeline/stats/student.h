/* Student's t distribution, by the incomplete beta function. */
#ifndef PL_STATS_STUDENT_H
#define PL_STATS_STUDENT_H

/* The value below which a share p of Student's t distribution with df >= 1 degrees of freedom lies;
 * 0 < p < 1. */
double pl_t_quantile(double p, double df);

/* Share of the distribution further from 0 than t; NaN for NaN. */
double pl_t_two_sided(double t, double df);

/* Regularised incomplete beta function I_x(a, b); 0 <= x <= 1, a, b > 0 (DLMF 8.17). */
double pl_beta_inc(double a, double b, double x);

#endif
