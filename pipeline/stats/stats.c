#include "stats/stats.h"

#include <float.h>
#include <math.h>

/* The continued fraction of I_x(a, b) by the modified Lentz method; converges fast for x < (a + 1)
 * / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m <= 10000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0));
        double step = 1.0;
        const double numerator[2] = {even, odd};
        for (int i = 0; i < 2; i++) {
            d = 1.0 + numerator[i] * d;
            d = 1.0 / (fabs(d) < tiny ? tiny : d);
            c = 1.0 + numerator[i] / c;
            c = fabs(c) < tiny ? tiny : c;
            step = d * c;
            h *= step;
        }
        if (fabs(step - 1.0) < 2 * DBL_EPSILON)
            break;
    }
    return h;
}

double pl_beta_inc(double a, double b, double x)
{
    if (x <= 0.0)
        return 0.0;
    if (x >= 1.0)
        return 1.0;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1.0) / (a + b + 2.0))
        return front * beta_fraction(a, b, x) / a;
    return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b;
}

/* Share of the distribution above t >= 0. */
static double t_upper(double t, double df)
{
    return 0.5 * pl_beta_inc(0.5 * df, 0.5, df / (df + t * t));
}

double pl_t_quantile(double p, double df)
{
    if (p < 0.5)
        return -pl_t_quantile(1.0 - p, df);
    double low = 0.0, high = 1.0;
    while (t_upper(high, df) > 1.0 - p && high < 1e300)
        high *= 2.0;
    for (int i = 0; i < 200; i++) {
        double middle = 0.5 * (low + high);
        if (t_upper(middle, df) > 1.0 - p)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

pl_summary pl_summarize(const double *values, size_t count)
{
    pl_summary s = {0, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    double sum = 0.0, squares = 0.0, least = (double)INFINITY, most = -least;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i])) {
            sum += values[i];
            least = values[i] < least ? values[i] : least;
            most = values[i] > most ? values[i] : most;
            s.n++;
        }
    }
    if (s.n == 0)
        return s;
    s.mean =
        least == most ? least : sum / s.n; /* equal values have no spread, not one of rounding */
    if (s.n == 1)
        return s;
    for (size_t i = 0; i < count; i++) {
        if (!isnan(values[i]))
            squares += (values[i] - s.mean) * (values[i] - s.mean);
    }
    s.std = sqrt(squares / (s.n - 1));
    double half = pl_t_quantile(0.975, s.n - 1) * s.std / sqrt(s.n);
    s.low = s.mean - half;
    s.high = s.mean + half;
    return s;
}

double pl_share_error(double p, double n)
{
    return n > 0 ? sqrt(p * (1.0 - p) / n) : (double)NAN;
}

/* P(X = k) and P(X <= k) for X ~ binomial(n, 1/2). */
static double half_binomial(long long n, long long k)
{
    double dn = (double)n, dk = (double)k;
    return exp(lgamma(dn + 1) - lgamma(dk + 1) - lgamma(dn - dk + 1) - dn * log(2.0));
}

static double half_binomial_below(long long n, long long k)
{
    return pl_beta_inc((double)(n - k), (double)k + 1.0, 0.5);
}

pl_paired pl_compare_pairs(const pl_pairs *c)
{
    const double z = 1.959963984540054; /* 97.5 % of the normal distribution */
    double n = (double)(c->both + c->first + c->second + c->neither);
    double b = (double)c->first, d = (double)c->second;
    pl_paired r = {{0}, 0, 0, 0, 1.0, 1.0};
    r.accuracy[0] = ((double)c->both + b) / n;
    r.accuracy[1] = ((double)c->both + d) / n;
    r.difference = (b - d) / n;

    double m = n + 2.0, centre = (b - d) / m;
    double half = z * sqrt((b + d + 1.0) - (b - d) * (b - d) / m) / m;
    r.low = centre - half < -1.0 ? -1.0 : centre - half;
    r.high = centre + half > 1.0 ? 1.0 : centre + half;

    long long discordant = c->first + c->second;
    long long least = c->first < c->second ? c->first : c->second;
    if (discordant == 0)
        return r;
    double at = half_binomial(discordant, least);
    if (c->first == c->second) {
        r.mid_p = 1.0 - 0.5 * at;
        return r;
    }
    double below = half_binomial_below(discordant, least);
    r.exact_p = fmin(1.0, 2.0 * below);
    r.mid_p = 2.0 * below - at;
    return r;
}
