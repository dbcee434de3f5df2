/* Several tests at once. */
#ifndef PL_STATS_HOLM_H
#define PL_STATS_HOLM_H

#include <stddef.h>

/* Holm's step-down correction (1979): adjusted[i] < alpha for all tests together at level alpha. A p that is NaN stays NaN and
 * does not count as a test. adjusted may be p. */
void pl_holm(const double *p, size_t n, double *adjusted);

#endif
