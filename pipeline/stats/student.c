#include "stats/student.h"

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

double pl_t_two_sided(double t, double df)
{
    return isnan(t) ? t : isinf(t) ? 0.0 : pl_beta_inc(0.5 * df, 0.5, df / (df + t * t));
}
