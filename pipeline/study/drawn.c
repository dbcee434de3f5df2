#include "study/drawn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct ranked {
    double accuracy;
    int run;
} ranked;

static double accuracy_of(const pl_report_run *r)
{
    double test = r->metric[PL_TEST_ACCURACY], val = r->metric[PL_VAL_ACCURACY];
    return !isnan(test) ? test : !isnan(val) ? val : -1.0;
}

/* Best first, ties as in runs.csv. */
static int by_accuracy(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->accuracy != y->accuracy)
        return x->accuracy < y->accuracy ? 1 : -1;
    return x->run - y->run;
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The group's runs that fit, best first. */
static ranked *rank_runs(const pl_study_data *d, int group, bool (*fits)(const pl_report_run *r),
                         int *count)
{
    const pl_report_group *g = &d->group[group];
    ranked *rank = calloc((size_t)g->run_count + 1, sizeof *rank);
    if (!rank)
        abort();
    int n = 0;
    for (int k = 0; k < g->run_count; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        if (fits(r))
            rank[n++] = (ranked){accuracy_of(r), g->run[k]};
    }
    qsort(rank, (size_t)n, sizeof *rank, by_accuracy);
    *count = n;
    return rank;
}

static bool at_edge(int i, int count)
{
    return i < PL_DRAWN_EDGE || i >= count - PL_DRAWN_EDGE;
}

bool pl_run_has_curves(const pl_report_run *r)
{
    return r->done && r->epoch_count > 0;
}

static void choose_edges(const pl_study_data *d, pl_drawn *w)
{
    int count;
    int *order = pl_groups_by(d, PL_TEST_ACCURACY, &count);
    if (count == 0) {
        free(order);
        order = pl_groups_by(d, PL_VAL_ACCURACY, &count);
    }
    for (int i = 0; i < count; i++) {
        if (!at_edge(i, count))
            continue;
        int runs;
        ranked *rank = rank_runs(d, order[i], pl_run_has_curves, &runs);
        w->group[order[i]] = true;
        for (int k = 0; k < runs; k++)
            w->run[rank[k].run] = at_edge(k, runs);
        free(rank);
    }
    free(order);
}

void pl_drawn_choose(const pl_study_data *d, bool all, pl_drawn *out)
{
    *out = (pl_drawn){.group = calloc((size_t)d->group_count + 1, sizeof *out->group),
                      .run = calloc((size_t)d->run_count + 1, sizeof *out->run),
                      .all = all};
    if (!out->group || !out->run)
        abort();
    if (!all && d->run_count > PL_DRAWN_ALL_RUNS) {
        choose_edges(d, out);
        return;
    }
    for (int g = 0; g < d->group_count; g++)
        out->group[g] = d->group[g].done > 0;
    for (int i = 0; i < d->run_count; i++)
        out->run[i] = pl_run_has_curves(&d->run[i]);
}

void pl_drawn_clear(pl_drawn *w)
{
    free(w->group);
    free(w->run);
    memset(w, 0, sizeof *w);
}

int pl_drawn_runs(const pl_study_data *d, int group, bool all, bool (*fits)(const pl_report_run *r),
                  int *runs, int *left_out)
{
    int count;
    ranked *rank = rank_runs(d, group, fits, &count);
    int shown = all || count <= PL_DRAWN_ALL_RUNS ? count : PL_DRAWN_ALL_RUNS;
    for (int i = 0; i < shown; i++)
        runs[i] = rank[shown == count ? i : i * (count - 1) / (shown - 1)].run;
    qsort(runs, (size_t)shown, sizeof *runs, by_number);
    free(rank);
    *left_out = count - shown;
    return shown;
}
