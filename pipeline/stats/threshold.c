#include "stats/threshold.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"

/* p in order, with the labels 1 among the first i of them. */
typedef struct ladder {
    size_t n;
    double *p;
    size_t *ones; /* [n + 1] */
} ladder;

static void ladder_new(const float *p, const uint8_t *label, size_t n, ladder *l)
{
    uint32_t *order = pl_order_new(p, n);
    *l = (ladder){n, malloc((n + 1) * sizeof(double)), malloc((n + 1) * sizeof(size_t))};
    if (!l->p || !l->ones)
        abort();
    l->ones[0] = 0;
    for (size_t i = 0; i < n; i++) {
        l->p[i] = (double)p[order[i]];
        l->ones[i + 1] = l->ones[i] + (label[order[i]] != 0);
    }
    free(order);
}

static void ladder_free(ladder *l)
{
    free(l->p);
    free(l->ones);
}

/* The row where the first `below` images are predicted 0. */
static pl_threshold_row row_of(const ladder *l, double threshold, size_t below)
{
    double missed = (double)l->ones[below], ones = (double)l->ones[l->n];
    double zeros = (double)l->n - ones, right_0 = (double)below - missed, right_1 = ones - missed;
    pl_threshold_row r = {threshold, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    if (l->n)
        r.accuracy = (right_0 + right_1) / (double)l->n;
    if (zeros > 0)
        r.recall_0 = right_0 / zeros;
    if (ones > 0)
        r.recall_1 = right_1 / ones;
    r.balanced = 0.5 * (r.recall_0 + r.recall_1);
    return r;
}

/* How many p are <= t. */
static size_t count_below(const ladder *l, double t)
{
    size_t low = 0, high = l->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->p[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void pl_thresholds_at(const float *p, const uint8_t *label, size_t n, const double *threshold,
                      size_t m, pl_threshold_row *out)
{
    ladder l;
    ladder_new(p, label, n, &l);
    for (size_t k = 0; k < m; k++)
        out[k] = row_of(&l, threshold[k], count_below(&l, threshold[k]));
    ladder_free(&l);
}

pl_threshold_row *pl_thresholds_new(const float *p, const uint8_t *label, size_t n, size_t *rows)
{
    ladder l;
    size_t k = 0;
    pl_threshold_row *row = malloc((n + 2) * sizeof *row);
    if (!row)
        abort();
    ladder_new(p, label, n, &l);
    row[k++] = row_of(&l, 0.0, count_below(&l, 0.0));
    for (size_t i = 1; i < n; i++)
        if (l.p[i] > l.p[i - 1])
            row[k++] = row_of(&l, 0.5 * (l.p[i - 1] + l.p[i]), i);
    row[k++] = row_of(&l, 1.0, n);
    ladder_free(&l);
    *rows = k;
    return row;
}

const pl_threshold_row *pl_threshold_best(const pl_threshold_row *row, size_t rows,
                                          pl_threshold_by by)
{
    const pl_threshold_row *best = NULL;
    for (size_t i = 0; i < rows; i++) {
        double value = by == PL_BY_BALANCED ? row[i].balanced : row[i].accuracy;
        double most = !best ? -1.0 : by == PL_BY_BALANCED ? best->balanced : best->accuracy;
        if (isnan(value) || value < most)
            continue;
        if (value > most || fabs(row[i].threshold - 0.5) < fabs(best->threshold - 0.5))
            best = &row[i];
    }
    return best;
}
