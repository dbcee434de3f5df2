/* Overflow-checked size arithmetic. Each returns false, leaving *out alone, when the result does
 * not fit. */
#ifndef KN_BASE_SIZE_H
#define KN_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool kn_size_mul(size_t a, size_t b, size_t *out)
{
    if (a != 0 && b > SIZE_MAX / a)
        return false;
    *out = a * b;
    return true;
}

static inline bool kn_size_add(size_t a, size_t b, size_t *out)
{
    if (b > SIZE_MAX - a)
        return false;
    *out = a + b;
    return true;
}

/* The smallest multiple of `unit` (a power of two) that is not below n; n must be at most SIZE_MAX
 * - unit. */
static inline size_t kn_size_round_up(size_t n, size_t unit)
{
    return (n + unit - 1) & ~(unit - 1);
}

#endif
