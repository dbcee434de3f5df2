/* DeLong's variance of areas under ROC curves, declared in roc.h. With X the scores of label 1 (m of them), Y those of label 0 (n),
 * and midranks among X, Y and all:
 *   v10_i = (rank_all(X_i) - rank_X(X_i)) / n       the share of Y below X_i, ties half
 *   v01_j = 1 - (rank_all(Y_j) - rank_Y(Y_j)) / m   the share of X above Y_j
 *   auc = mean(v10);  cov = cov(v10)/m + cov(v01)/n */
#include <math.h>
#include <stdlib.h>

#include "stats/normal.h"
#include "stats/order.h"
#include "stats/roc.h"

/* v[i]: v10 or v01 of image i, by its label. One pass over runs of equal scores: midranks within a class and among all differ by
 * the other class's images below, ties half. */
static double *placements_new(const float *p, const uint8_t *label, size_t n, const size_t of[2])
{
    double *v = malloc((n + 1) * sizeof *v);
    uint32_t *order = pl_order_new(p, n);
    size_t below[2] = {0, 0};
    if (!v)
        abort();
    for (size_t i = 0, end; i < n; i = end) {
        size_t here[2] = {0, 0};
        for (end = i; end < n && p[order[end]] == p[order[i]]; end++)
            here[label[order[end]] != 0]++;
        for (size_t k = i; k < end; k++) {
            int one = label[order[k]] != 0;
            double share = ((double)below[!one] + 0.5 * (double)here[!one]) / (double)of[!one];
            v[order[k]] = one ? share : 1.0 - share;
        }
        below[0] += here[0];
        below[1] += here[1];
    }
    free(order);
    return v;
}

static double mean_of(const double *v, const uint8_t *label, size_t n, int side, size_t m)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (label[i] != 0) == side ? v[i] : 0.0;
    return sum / (double)m;
}

/* Sample covariance over the images of one label, divided by their number. */
static double part(const double *a, const double *b, const uint8_t *label, size_t n, int side,
                   size_t m)
{
    if (m < 2)
        return (double)NAN;
    double ma = mean_of(a, label, n, side, m), mb = mean_of(b, label, n, side, m), sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (label[i] != 0) == side ? (a[i] - ma) * (b[i] - mb) : 0.0;
    return sum / (double)(m - 1) / (double)m;
}

static double covariance(const double *a, const double *b, const uint8_t *label, size_t n,
                         const size_t of[2])
{
    return part(a, b, label, n, 1, of[1]) + part(a, b, label, n, 0, of[0]);
}

static void count(const uint8_t *label, size_t n, size_t of[2])
{
    of[0] = of[1] = 0;
    for (size_t i = 0; i < n; i++)
        of[label[i] != 0]++;
}

pl_auc pl_delong(const float *p, const uint8_t *label, size_t n)
{
    pl_auc r = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    size_t of[2];
    count(label, n, of);
    if (of[0] == 0 || of[1] == 0)
        return r;
    double *v = placements_new(p, label, n, of);
    r.auc = mean_of(v, label, n, 1, of[1]);
    r.se = sqrt(covariance(v, v, label, n, of));
    if (!isnan(r.se)) {
        r.low = fmax(0.0, r.auc - PL_Z95 * r.se);
        r.high = fmin(1.0, r.auc + PL_Z95 * r.se);
    }
    free(v);
    return r;
}

pl_auc_pair pl_delong_pair(const float *a, const float *b, const uint8_t *label, size_t n)
{
    const double none = (double)NAN;
    pl_auc_pair r = {{none, none}, none, none, none, none, none};
    size_t of[2];
    count(label, n, of);
    if (of[0] == 0 || of[1] == 0)
        return r;
    double *v = placements_new(a, label, n, of), *w = placements_new(b, label, n, of);
    r.auc[0] = mean_of(v, label, n, 1, of[1]);
    r.auc[1] = mean_of(w, label, n, 1, of[1]);
    r.difference = r.auc[0] - r.auc[1];
    int alike = 1;
    for (size_t i = 0; i < n; i++) {
        alike = alike && v[i] == w[i];
        v[i] -= w[i]; /* var(v - w) = var(v) - 2 cov(v, w) + var(w), without cancellation */
    }
    r.se = sqrt(covariance(v, v, label, n, of));
    if (alike)
        r.p = 1.0;
    else if (r.se > 0.0)
        r.p = pl_normal_two_sided(r.difference / r.se);
    if (!isnan(r.se)) {
        r.low = fmax(-1.0, r.difference - PL_Z95 * r.se);
        r.high = fmin(1.0, r.difference + PL_Z95 * r.se);
    }
    free(v);
    free(w);
    return r;
}
