#include "stats/phi.h"

#include <math.h>

double pl_phi(long long n11, long long n10, long long n01, long long n00)
{
    double a = (double)n11, b = (double)n10, c = (double)n01, d = (double)n00;
    double yes[2] = {a + b, a + c}, no[2] = {c + d, b + d};
    double spread = sqrt(yes[0] * no[0]) * sqrt(yes[1] * no[1]);
    return spread > 0 ? fmax(-1.0, fmin(1.0, (a * d - b * c) / spread)) : (double)NAN;
}
