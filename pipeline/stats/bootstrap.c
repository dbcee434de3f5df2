#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "stats/order.h"

enum { MAX_VALUES = 256 };

/* Inversion from the mode outwards: about sqrt(n p (1 - p)) steps. The values are taken in the order mode, mode + 1, mode - 1,
 * mode + 2, ...; any fixed order is a right one. */
long long pl_binomial_draw(long long n, double p, double u)
{
    if (n <= 0 || p <= 0.0)
        return 0;
    if (p >= 1.0)
        return n;
    double dn = (double)n, odds = p / (1.0 - p);
    long long mode = (long long)((dn + 1.0) * p), up = mode, down = mode;
    double dm = (double)mode;
    double at = exp(lgamma(dn + 1) - lgamma(dm + 1) - lgamma(dn - dm + 1) + dm * log(p) +
                    (dn - dm) * log1p(-p));
    double above = at, below = at;
    u -= at;
    while (u >= 0.0 && (up < n || down > 0)) {
        if (up < n) {
            above *= odds * (double)(n - up) / (double)(up + 1);
            up++;
            u -= above;
            if (u < 0.0)
                return up;
        }
        if (down > 0) {
            below *= (double)down / (odds * (double)(n - down + 1));
            down--;
            u -= below;
            if (u < 0.0)
                return down;
        }
        if (above + below < 1e-300) /* what rounding left of u */
            break;
    }
    return mode;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* As numpy's default: linear between the order statistics. */
static double quantile(const double *sorted, int n, double q)
{
    double at = q * (n - 1);
    int i = (int)at;
    return i + 1 < n ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static double *new_means(int samples)
{
    double *means = malloc((size_t)samples * sizeof *means);
    if (!means)
        abort();
    return means;
}

/* Frees the means. */
static pl_boot conclude(double difference, double *means, int samples)
{
    pl_boot r = {difference, 0, 0, 0};
    long long low = 0, high = 0;
    for (int i = 0; i < samples;
         i++) { /* a mean of thirds that cancel is 0, not a rest of rounding */
        low += means[i] < 1e-12;
        high += means[i] > -1e-12;
    }
    r.p = fmin(1.0, 2.0 * (double)((low < high ? low : high) + 1) / (samples + 1.0));
    qsort(means, (size_t)samples, sizeof *means, by_value);
    r.low = quantile(means, samples, 0.025);
    r.high = quantile(means, samples, 0.975);
    free(means);
    return r;
}

/* k different values, each as often as count tells: conditional binomials one after another, the commonest value last, as it
 * gets what is left without a draw. */
static pl_boot from_counts(const double *value, const long long *count, int k, size_t n,
                           int samples, uint64_t seed)
{
    double *means = new_means(samples), sum = 0.0;
    int last = 0;
    kn_rng rng;
    kn_rng_init(&rng, seed, 0);
    for (int v = 0; v < k; v++) {
        sum += value[v] * (double)count[v];
        last = count[v] > count[last] ? v : last;
    }
    for (int s = 0; s < samples; s++) {
        long long to_draw = (long long)n, of = (long long)n;
        double total = 0.0;
        for (int v = 0; v < k && to_draw > 0; v++) {
            if (v == last || count[v] == 0)
                continue;
            long long got =
                pl_binomial_draw(to_draw, (double)count[v] / (double)of, kn_rng_uniform64(&rng));
            total += value[v] * (double)got;
            to_draw -= got;
            of -= count[v];
        }
        means[s] = (total + value[last] * (double)to_draw) / (double)n;
    }
    return conclude(sum / (double)n, means, samples);
}

static const pl_boot nothing = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};

pl_boot pl_paired_bootstrap(const int8_t *d, size_t n, int samples, uint64_t seed)
{
    static const double value[3] = {-1.0, 0.0, 1.0};
    long long count[3] = {0, 0, 0};
    if (n == 0 || samples < 1)
        return nothing;
    for (size_t i = 0; i < n; i++)
        count[d[i] < 0 ? 0 : d[i] > 0 ? 2 : 1]++;
    return from_counts(value, count, 3, n, samples, seed);
}

static pl_boot by_image(const float *d, size_t n, int samples, uint64_t seed)
{
    double *means = new_means(samples), sum = 0.0;
    kn_rng rng;
    kn_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < n; i++)
        sum += (double)d[i];
    for (int s = 0; s < samples; s++) {
        double total = 0.0;
        for (size_t i = 0; i < n; i++)
            total += (double)d[kn_rng_below(&rng, (uint32_t)n)];
        means[s] = total / (double)n;
    }
    return conclude(sum / (double)n, means, samples);
}

pl_boot pl_paired_bootstrap_f(const float *d, size_t n, int samples, uint64_t seed)
{
    double value[MAX_VALUES];
    long long count[MAX_VALUES];
    int k = 0;
    if (n == 0 || samples < 1)
        return nothing;
    uint32_t *order = pl_order_new(d, n);
    for (size_t i = 0; i < n && k <= MAX_VALUES; i++) {
        double v = (double)d[order[i]];
        if (k > 0 && value[k - 1] >= v) { /* >=: 0 after -0 */
            count[k - 1]++;
        } else if (k < MAX_VALUES) {
            value[k] = v;
            count[k++] = 1;
        } else {
            k = MAX_VALUES + 1;
        }
    }
    free(order);
    return k <= MAX_VALUES ? from_counts(value, count, k, n, samples, seed)
                           : by_image(d, n, samples, seed);
}
