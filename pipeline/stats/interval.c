#include "stats/interval.h"

#include <math.h>

#include "stats/normal.h"

/* (p + z^2/2n -+ z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n); exact at the ends, where rounding would leave a rest. */
pl_interval pl_wilson(long long right, long long n)
{
    const double z = PL_Z95;
    if (n <= 0)
        return (pl_interval){(double)NAN, (double)NAN};
    double m = (double)n, k = (double)right, zz = z * z;
    double centre = (k + 0.5 * zz) / (m + zz);
    double half = z / (m + zz) * sqrt(k * (m - k) / m + 0.25 * zz);
    return (pl_interval){right == 0 ? 0.0 : centre - half, right == n ? 1.0 : centre + half};
}

double pl_share_error(double p, double n)
{
    return n > 0 ? sqrt(p * (1.0 - p) / n) : (double)NAN;
}
