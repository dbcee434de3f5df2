#include "stats/order.h"

#include <stdlib.h>
#include <string.h>

enum { BITS = 11, PASSES = 3, BUCKETS = 1 << BITS };

/* Bits that order as the floats do. */
static uint32_t key_of(float v)
{
    uint32_t u;
    memcpy(&u, &v, sizeof u);
    return u & 0x80000000u ? ~u : u | 0x80000000u;
}

/* Radix sort from the low digit. */
uint32_t *pl_order_new(const float *values, size_t n)
{
    uint32_t *from = malloc((n + 1) * sizeof *from), *to = malloc((n + 1) * sizeof *to);
    if (!from || !to)
        abort();
    for (size_t i = 0; i < n; i++)
        from[i] = (uint32_t)i;
    for (int pass = 0; pass < PASSES; pass++) {
        size_t start[BUCKETS + 1] = {0};
        for (size_t i = 0; i < n; i++)
            start[((key_of(values[i]) >> (BITS * pass)) & (BUCKETS - 1)) + 1]++;
        for (int b = 0; b < BUCKETS; b++)
            start[b + 1] += start[b];
        for (size_t i = 0; i < n; i++)
            to[start[(key_of(values[from[i]]) >> (BITS * pass)) & (BUCKETS - 1)]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    free(to);
    return from;
}
