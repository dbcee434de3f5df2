#include "stats/effects.h"

#include <math.h>
#include <stdlib.h>

#include "stats/mean.h"
#include "stats/student.h"

static pl_effect conclude(int n, int df, double value, double error)
{
    pl_effect r = {n, df, value, (double)NAN, (double)NAN, (double)NAN};
    if (df < 1)
        return r;
    double half = pl_t_quantile(0.975, df) * error;
    r.low = value - half;
    r.high = value + half;
    if (error > 0.0)
        r.p = pl_t_two_sided(value / error, df);
    return r;
}

pl_effect pl_effect_mean(const double *difference, size_t n)
{
    pl_summary s = pl_summarize(difference, n);
    if (s.n == 0)
        return (pl_effect){0, 0, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    return conclude(s.n, s.n - 1, s.mean, s.std / sqrt(s.n));
}

typedef struct block_sums {
    int n;
    double x, y; /* sums, then means */
    int varied;  /* has two different x */
    double first;
} block_sums;

/* Within blocks: slope = sum (x - mean x)(y - mean y) / sum (x - mean x)^2, error^2 = rest / df / sum (x - mean x)^2. */
pl_effect pl_effect_slope(const double *x, const double *y, const int *block, size_t n, int blocks)
{
    block_sums *b = calloc((size_t)blocks + 1, sizeof *b);
    double xx = 0.0, xy = 0.0, yy = 0.0;
    int used = 0, of = 0;
    if (!b)
        abort();
    for (size_t i = 0; i < n; i++) {
        block_sums *s = &b[block[i]];
        s->varied = s->varied || (s->n > 0 && x[i] != s->first);
        s->first = s->n ? s->first : x[i];
        s->n++;
        s->x += x[i];
        s->y += y[i];
    }
    for (int k = 0; k < blocks; k++) {
        used += b[k].varied ? b[k].n : 0;
        of += b[k].varied;
    }
    for (size_t i = 0; i < n; i++) {
        const block_sums *s = &b[block[i]];
        if (s->varied) {
            double dx = x[i] - s->x / s->n, dy = y[i] - s->y / s->n;
            xx += dx * dx;
            xy += dx * dy;
            yy += dy * dy;
        }
    }
    free(b);
    if (used == 0)
        return (pl_effect){0, 0, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    double slope = xy / xx, rest = fmax(0.0, yy - slope * xy);
    int df = used - of - 1;
    return conclude(used, df, slope, df > 0 ? sqrt(rest / df / xx) : (double)NAN);
}
