#include "stats/drift.h"

#include <math.h>
#include <stdlib.h>

#include "stats/interval.h"

pl_share_difference pl_newcombe(long long k1, long long n1, long long k2, long long n2)
{
    if (n1 <= 0 || n2 <= 0)
        return (pl_share_difference){(double)NAN, (double)NAN, (double)NAN};
    double p = (double)k1 / (double)n1, q = (double)k2 / (double)n2;
    pl_interval a = pl_wilson(k1, n1), b = pl_wilson(k2, n2);
    pl_share_difference r = {p - q, 0, 0};
    r.low = r.difference - hypot(p - a.low, b.high - q);
    r.high = r.difference + hypot(a.high - p, q - b.low);
    return r;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Large x: 2 sum (-1)^(k-1) exp(-2 k^2 x^2). Small x, where that converges slowly: 1 minus
 * sqrt(2 pi)/x sum exp(-(2k-1)^2 pi^2 / (8 x^2)). */
double pl_kolmogorov(double x)
{
    const double pi = 3.14159265358979323846;
    double sum = 0.0;
    if (x <= 0.0)
        return 1.0;
    if (x < 1.0) {
        for (int k = 1; k <= 20; k++)
            sum += exp(-(2 * k - 1) * (2 * k - 1) * pi * pi / (8.0 * x * x));
        return 1.0 - sqrt(2.0 * pi) / x * sum;
    }
    for (int k = 1; k <= 20; k++)
        sum += (k % 2 ? 2.0 : -2.0) * exp(-2.0 * k * k * x * x);
    return fmin(1.0, sum);
}

pl_ks pl_ks_two(double *a, size_t na, double *b, size_t nb)
{
    pl_ks r = {(double)NAN, (double)NAN};
    if (na == 0 || nb == 0)
        return r;
    qsort(a, na, sizeof *a, by_value);
    qsort(b, nb, sizeof *b, by_value);
    size_t i = 0, k = 0;
    r.distance = 0.0;
    while (i < na && k < nb) {
        double at = a[i] < b[k] ? a[i] : b[k];
        while (i < na && a[i] <= at)
            i++;
        while (k < nb && b[k] <= at)
            k++;
        r.distance = fmax(r.distance, fabs((double)i / (double)na - (double)k / (double)nb));
    }
    double root = sqrt((double)na * (double)nb / (double)(na + nb));
    r.p = pl_kolmogorov((root + 0.12 + 0.11 / root) * r.distance);
    return r;
}
