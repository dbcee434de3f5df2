#include "insight/slices_share.h"

#include <math.h>

static const double z = 1.959963984540054; /* of 97.5 % */

pl_interval pl_wilson_share(double k, double n)
{
    if (!(n > 0))
        return (pl_interval){(double)NAN, (double)NAN};
    double p = k / n, a = 1.0 + z * z / n, mid = (p + z * z / (2.0 * n)) / a;
    double half = z / a * sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    /* at the ends the formula leaves a rounding error */
    return (pl_interval){k <= 0 ? 0.0 : fmax(0.0, mid - half),
                         k >= n ? 1.0 : fmin(1.0, mid + half)};
}

pl_share_gap pl_share_gap_of(double k1, double n1, double k0, double n0)
{
    const double none = (double)NAN;
    if (!(n1 > 0) || !(n0 > 0))
        return (pl_share_gap){none, none, none, none};
    double p1 = k1 / n1, p0 = k0 / n0, gap = p1 - p0;
    pl_interval i1 = pl_wilson_share(k1, n1), i0 = pl_wilson_share(k0, n0);
    double pooled = (k1 + k0) / (n1 + n0);
    double error = sqrt(pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n0));
    return (pl_share_gap){gap, gap - hypot(p1 - i1.low, i0.high - p0),
                          gap + hypot(i1.high - p1, p0 - i0.low),
                          error > 0 ? erfc(fabs(gap) / error / sqrt(2.0)) : 1.0};
}
