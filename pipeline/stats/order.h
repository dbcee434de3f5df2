/* The order of many floats, and their ranks. */
#ifndef PL_STATS_ORDER_H
#define PL_STATS_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* Indices of values (no NaN) from the least to the greatest, equal ones as they stand; heap, n of them. n < 2^32. -0 counts as
 * less than 0: give none. Linear time. */
uint32_t *pl_order_new(const float *values, size_t n);

#endif
