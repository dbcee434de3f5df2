#include "stats/mcnemar.h"

#include <math.h>

#include "stats/normal.h"
#include "stats/student.h"

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
    const double z = PL_Z95;
    double n = (double)(c->both + c->first + c->second + c->neither);
    double b = (double)c->first, d = (double)c->second;
    pl_paired r = {{0}, 0, 0, 0, 1.0, 1.0};
    if (n <= 0) {
        const double none = (double)NAN;
        return (pl_paired){{none, none}, none, none, none, none, none};
    }
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
