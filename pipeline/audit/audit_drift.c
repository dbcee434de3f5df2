#include "audit/audit_drift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/drift.h"
#include "stats/student.h"

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* The values of one side that are known; heap. */
static double *values_of(const pl_audit_data *d, const double *value, int side, size_t *n)
{
    double *list = must(malloc((d->on_side[side] + 1) * sizeof *list));
    *n = 0;
    for (size_t i = 0; i < d->count; i++)
        if (d->side[i] == side && !isnan(value[i]))
            list[(*n)++] = value[i];
    return list;
}

static void describe(pl_drift_row *r, const double *value, size_t n)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        sum += value[i];
    r->n = n;
    r->mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        square += (value[i] - r->mean) * (value[i] - r->mean);
    r->std = n > 1 ? sqrt(square / (double)(n - 1)) : (double)NAN;
}

/* Welch: standard error of the difference and degrees of freedom by Satterthwaite. */
static void compare_means(pl_drift_row *r, const pl_drift_row *train)
{
    double a = r->std * r->std / (double)r->n, b = train->std * train->std / (double)train->n;
    r->difference = r->mean - train->mean;
    if (isnan(a) || isnan(b))
        return;
    double df = a + b > 0 ? (a + b) * (a + b) /
                                (a * a / (double)(r->n - 1) + b * b / (double)(train->n - 1))
                          : 1;
    double half = a + b > 0 ? pl_t_quantile(0.975, df) * sqrt(a + b) : 0;
    r->low = r->difference - half;
    r->high = r->difference + half;
}

static pl_drift_row *add(pl_drift_table *t, const char *name, bool is_share, int side)
{
    pl_drift_row *r = &t->row[t->count++];
    double none = (double)NAN;
    *r = (pl_drift_row){name, is_share, side, 0, none, none, none, none, none, none, none, false};
    return r;
}

static void add_measure(pl_drift_table *t, const pl_audit_data *d, const char *name,
                        const double *value)
{
    size_t n[PL_SIDES];
    double *list[PL_SIDES];
    pl_drift_row train = {.n = 0};
    for (int s = 0; s < PL_SIDES; s++) {
        list[s] = values_of(d, value, s, &n[s]);
        if (n[s] == 0)
            continue;
        pl_drift_row *r = add(t, name, false, s);
        describe(r, list[s], n[s]);
        if (s == PL_SIDE_TRAIN) {
            train = *r;
        } else if (train.n > 0) {
            compare_means(r, &train);
            pl_ks ks = pl_ks_two(list[PL_SIDE_TRAIN], n[PL_SIDE_TRAIN], list[s], n[s]);
            r->distance = ks.distance;
            r->p = ks.p;
            r->told = ks.distance >= PL_DRIFT_DISTANCE && ks.p < PL_DRIFT_P;
        }
    }
    for (int s = 0; s < PL_SIDES; s++)
        free(list[s]);
}

/* Two shares, two-sided: z = (p - p0) / sqrt(q (1 - q) (1/n + 1/n0)), q of both together. */
static double pooled_p(long long k, long long n, long long k0, long long n0)
{
    double q = (double)(k + k0) / (double)(n + n0);
    double se = sqrt(q * (1 - q) * (1 / (double)n + 1 / (double)n0));
    double difference = (double)k / (double)n - (double)k0 / (double)n0;
    return se > 0 ? erfc(fabs(difference / se) / sqrt(2.0)) : 1;
}

static void add_share(pl_drift_table *t, const pl_audit_data *d, const pl_audit_columns *c,
                      size_t column)
{
    long long k0 = (long long)c->positive[column][PL_SIDE_TRAIN];
    long long n0 = (long long)c->known[column][PL_SIDE_TRAIN];
    for (int s = 0; s < PL_SIDES; s++) {
        if (c->known[column][s] == 0)
            continue;
        pl_drift_row *r = add(t, d->column[column], true, s);
        long long k = (long long)c->positive[column][s], n = (long long)c->known[column][s];
        r->n = (size_t)n;
        r->mean = (double)k / (double)n;
        r->std = sqrt(r->mean * (1 - r->mean));
        if (s == PL_SIDE_TRAIN || n0 == 0)
            continue;
        pl_share_difference x = pl_newcombe(k, n, k0, n0);
        r->difference = x.difference;
        r->low = x.low;
        r->high = x.high;
        r->distance = fabs(x.difference); /* of two values, 0 and 1 */
        r->p = pooled_p(k, n, k0, n0);
        double matters = column == d->target ? PL_DRIFT_TARGET : PL_DRIFT_SHARE;
        r->told = r->distance >= matters && r->p < PL_DRIFT_P;
    }
}

void pl_audit_drift_find(const pl_audit_data *d, const pl_audit_pixels *p,
                         const pl_audit_columns *c, pl_drift_table *out)
{
    out->count = 0;
    out->row = must(calloc((PL_MEASURES + d->columns) * PL_SIDES, sizeof *out->row));
    for (int m = 0; m < PL_MEASURES; m++)
        add_measure(out, d, pl_measure_names[m], p->value[m]);
    add_share(out, d, c, d->target);
    for (size_t k = 0; k < d->columns; k++)
        if (k != d->target)
            add_share(out, d, c, k);
}

void pl_audit_drift_clear(pl_drift_table *t)
{
    free(t->row);
    *t = (pl_drift_table){NULL, 0};
}

void pl_audit_drift_csv(const pl_drift_table *t, pl_str *s)
{
    pl_str_add(s, "measure,side,n,mean,std,difference,low,high,ks_distance,p,told,kind\n");
    for (size_t i = 0; i < t->count; i++) {
        const pl_drift_row *r = &t->row[i];
        const double number[] = {r->mean, r->std,      r->difference, r->low,
                                 r->high, r->distance, r->p};
        pl_csv_add(s, r->name);
        pl_str_addf(s, ",%s,%zu", pl_side_names[r->side], r->n);
        for (size_t k = 0; k < sizeof number / sizeof *number; k++) {
            pl_str_add(s, ",");
            pl_csv_add_number(s, number[k]);
        }
        pl_str_addf(s, ",%d,%s\n", r->told, r->is_share ? "share" : "mean");
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
    return sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
}

json_t *pl_audit_training_json(const pl_audit_data *d, const pl_audit_pixels *p)
{
    json_t *root = json_object();
    const int64_t *dim = d->x.dim;
    json_object_set_new(root, "count", json_integer((json_int_t)d->on_side[PL_SIDE_TRAIN]));
    json_object_set_new(
        root, "size",
        json_sprintf("%lldx%lldx%lld", (long long)dim[2], (long long)dim[1], (long long)dim[3]));
    for (int m = 0; m < PL_MEASURES; m++) {
        size_t n;
        double *v = values_of(d, p->value[m], PL_SIDE_TRAIN, &n);
        if (n > 0) {
            qsort(v, n, sizeof *v, by_value);
            json_object_set_new(root, pl_measure_names[m],
                                json_pack("{s:f,s:f,s:f,s:f,s:f,s:f,s:f}", "q01",
                                          quantile(v, n, 0.01), "q05", quantile(v, n, 0.05), "q50",
                                          quantile(v, n, 0.5), "q95", quantile(v, n, 0.95), "q99",
                                          quantile(v, n, 0.99), "min", v[0], "max", v[n - 1]));
        }
        free(v);
    }
    return root;
}
