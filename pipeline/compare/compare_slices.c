/* The slices of a comparison, declared in compare.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/compare.h"
#include "stats/holm.h"

typedef bool (*belongs)(const pl_comparison *c, size_t image, size_t column);

static bool is_class_1(const pl_comparison *c, size_t i, size_t column)
{
    (void)column;
    return c->images.label[i] != 0;
}

static bool is_class_0(const pl_comparison *c, size_t i, size_t column)
{
    return !is_class_1(c, i, column);
}

static int8_t value_of(const pl_comparison *c, size_t i, size_t column)
{
    const pl_attributes *a = c->images.attributes;
    return a->value[c->images.row[i] * a->columns + column];
}

static bool has(const pl_comparison *c, size_t i, size_t column)
{
    return value_of(c, i, column) > 0;
}

static bool has_not(const pl_comparison *c, size_t i, size_t column)
{
    return value_of(c, i, column) < 0;
}

/* Runs: by the counts of who is right. */
static void judge_runs(const pl_comparison *c, belongs in, size_t column, pl_slice *s)
{
    const pl_common_images *m = &c->images;
    pl_pairs p = {0, 0, 0, 0};
    for (size_t i = 0; i < m->count; i++) {
        int a = m->right[0][0][i], b = m->right[1][0][i];
        if (!in(c, i, column))
            continue;
        p.both += a && b;
        p.first += a && !b;
        p.second += !a && b;
        p.neither += !a && !b;
    }
    pl_paired r = pl_compare_pairs(&p);
    s->low = r.low;
    s->high = r.high;
    s->p = r.exact_p;
}

static void add_slice(pl_comparison *c, char *name, belongs in, size_t column, float *d)
{
    const pl_common_images *m = &c->images;
    pl_slice s = {.name = name};
    double sum[2] = {0.0, 0.0};
    for (size_t i = 0; i < m->count; i++) {
        if (!in(c, i, column))
            continue;
        d[s.n++] = m->share[0][i] - m->share[1][i];
        for (int side = 0; side < 2; side++)
            sum[side] += (double)m->share[side][i];
    }
    for (int side = 0; side < 2; side++)
        s.accuracy[side] = s.n ? sum[side] / (double)s.n : (double)NAN;
    s.difference = s.accuracy[0] - s.accuracy[1];
    if (fabs(s.difference) < 1e-7) /* what single precision leaves of equal shares */
        s.difference = 0.0;
    s.small = s.n < PL_SLICE_SMALL;
    if (c->groups) {
        pl_boot b = pl_paired_bootstrap_f(d, s.n, PL_COMPARE_SAMPLES, 1);
        s.low = b.low;
        s.high = b.high;
        s.p = b.p;
    } else {
        judge_runs(c, in, column, &s);
    }
    c->slice[c->slices++] = s;
}

/* Whether the column is the target: the same as the labels, on every image. */
static bool is_target(const pl_comparison *c, size_t column)
{
    for (size_t i = 0; i < c->images.count; i++)
        if (value_of(c, i, column) != (c->images.label[i] ? 1 : -1))
            return false;
    return true;
}

/* Small ones last, then by corrected p, then by the size of the difference, then by name. */
static int by_surety(const void *a, const void *b)
{
    const pl_slice *x = a, *y = b;
    double difference[2] = {isnan(x->difference) ? 0.0 : fabs(x->difference),
                            isnan(y->difference) ? 0.0 : fabs(y->difference)};
    double p[2] = {isnan(x->p) ? 2.0 : x->p, isnan(y->p) ? 2.0 : y->p};
    if (x->small != y->small)
        return x->small ? 1 : -1;
    if (p[0] != p[1])
        return p[0] < p[1] ? -1 : 1;
    if (difference[0] != difference[1])
        return difference[0] > difference[1] ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void correct(pl_comparison *c)
{
    double *p = malloc((c->slices + 1) * sizeof *p);
    if (!p)
        abort();
    for (size_t k = 0; k < c->slices; k++)
        p[k] = c->slice[k].p;
    pl_holm(p, c->slices, p);
    for (size_t k = 0; k < c->slices; k++)
        c->slice[k].holm_p = p[k];
    free(p);
}

void pl_compare_slices(pl_comparison *c)
{
    const pl_attributes *a = c->images.attributes;
    size_t columns = a ? a->columns : 0;
    const char *target = NULL;
    float *d = malloc((c->images.count + 1) * sizeof *d);
    c->slice = calloc(2 * columns + 2, sizeof *c->slice);
    if (!d || !c->slice)
        abort();
    for (size_t k = 0; k < columns; k++) {
        if (is_target(c, k)) {
            target = target ? target : a->column[k];
            continue;
        }
        add_slice(c, pl_strdup(a->column[k]), has, k, d);
        add_slice(c, pl_format("not %s", a->column[k]), has_not, k, d);
    }
    add_slice(c, target ? pl_strdup(target) : pl_strdup("class 1"), is_class_1, 0, d);
    add_slice(c, target ? pl_format("not %s", target) : pl_strdup("class 0"), is_class_0, 0, d);
    correct(c);
    qsort(c->slice, c->slices, sizeof *c->slice, by_surety);
    free(d);
}
