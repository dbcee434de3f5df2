#include "stats/holm.h"

#include <math.h>
#include <stdlib.h>

typedef struct ranked {
    double p;
    size_t at;
} ranked;

static int by_p(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

/* adjusted of the k-th smallest of m (from 0): the largest of (m - j) p_j over j <= k, at most 1; equal p get equal values
 * whatever their order. */
void pl_holm(const double *p, size_t n, double *adjusted)
{
    ranked *r = calloc(n + 1, sizeof *r);
    size_t m = 0;
    if (!r)
        abort();
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i]))
            adjusted[i] = p[i];
        else
            r[m++] = (ranked){p[i], i};
    }
    qsort(r, m, sizeof *r, by_p);
    double most = 0.0;
    for (size_t k = 0; k < m; k++) {
        most = fmax(most, fmin(1.0, (double)(m - k) * r[k].p));
        adjusted[r[k].at] = most;
    }
    free(r);
}
