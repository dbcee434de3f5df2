#include "stats/mean.h"

#include <math.h>

#include "stats/student.h"

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

void pl_average(const float *const *value, size_t n, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++) {
        double sum = 0.0;
        for (size_t k = 0; k < n; k++)
            sum += (double)value[k][i];
        out[i] = (float)(sum / (double)n);
    }
}
