#include "insight/robust_curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "stats/interval.h"
#include "stats/mean.h"
#include "util/fs.h"

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

/* share: room for [runs] numbers. */
static pl_robust_mean mean_at(const pl_robust *r, int runs, int align, int kind, int step,
                              double *share)
{
    const double nan = (double)NAN;
    pl_robust_mean m = {0, nan, nan, nan, nan, nan, nan};
    double answered = 0;
    int measured = 0;
    pl_interval wilson = {nan, nan};
    for (int k = 0; k < runs; k++) {
        const pl_robust_point *p = &r[k].point[align][kind][step];
        if (p->images == 0)
            continue;
        answered += (double)p->answered / (double)p->images;
        measured++;
        if (p->answered == 0)
            continue;
        share[m.runs] = (double)p->right / (double)p->answered;
        m.least = fmin(m.least, share[m.runs]);
        m.most = fmax(m.most, share[m.runs++]);
        wilson = pl_wilson(p->right, p->answered);
    }
    pl_summary s = pl_summarize(share, (size_t)m.runs);
    m.accuracy = s.mean;
    m.low = s.low;
    m.high = s.high;
    m.kept = measured ? answered / measured : nan;
    if (m.runs == 1) {
        m.low = m.least = wilson.low;
        m.high = m.most = wilson.high;
    }
    return m;
}

void pl_robust_mean_of(const pl_robust *r, int runs, pl_robust_group *out)
{
    double *share = zeroed((size_t)runs, sizeof *share);
    *out = (pl_robust_group){.runs = runs};
    for (int a = 0; a < 2; a++)
        for (int k = 0; k < PL_DISTURB_COUNT; k++)
            for (int s = 0; s < PL_DISTURB_STEPS; s++)
                out->at[a][k][s] = mean_at(r, runs, a, k, s, share);
    for (int i = 0; i < runs; i++) {
        long long images = r[i].point[0][0][0].images;
        out->images = images > out->images ? images : out->images;
        out->aligned = out->aligned || r[i].aligned;
    }
    free(share);
}

/* The runs of a group that have a file; r, run: room for all of them. */
static kn_status read_group(const pl_study_data *d, const pl_report_group *g, pl_robust *r,
                            int *run, int *count, kn_error *e)
{
    kn_status rc = KN_OK;
    *count = 0;
    for (int k = 0; k < g->run_count && rc == KN_OK; k++) {
        const pl_report_run *its = &d->run[g->run[k]];
        char *path = pl_robust_path(d->dir, its->id);
        bool found = false;
        if (its->done && pl_exists(path))
            rc = pl_robust_read(path, pl_run_targets(its) > 1 ? pl_run_target(d, its) : NULL,
                                &found, &r[*count], e);
        if (found)
            run[(*count)++] = g->run[k];
        free(path);
    }
    return rc;
}

kn_status pl_robust_groups_read(const pl_study_data *d, pl_robust_group **out, int *count,
                                kn_error *e)
{
    kn_status rc = KN_OK;
    *out = zeroed((size_t)d->group_count, sizeof(**out));
    *count = 0;
    for (int i = 0; i < d->group_count && rc == KN_OK; i++) {
        const pl_report_group *g = &d->group[i];
        pl_robust *r = zeroed((size_t)g->run_count, sizeof *r);
        int *run = zeroed((size_t)g->run_count, sizeof *run), runs;
        rc = read_group(d, g, r, run, &runs, e);
        if (rc == KN_OK && runs > 0) {
            pl_robust_group *its = &(*out)[(*count)++];
            pl_robust_mean_of(r, runs, its);
            its->group = i;
            its->run = run;
            run = NULL;
        }
        free(run);
        free(r);
    }
    if (rc != KN_OK) {
        pl_robust_groups_free(*out, *count);
        *out = NULL;
        *count = 0;
    }
    return rc;
}

void pl_robust_groups_free(pl_robust_group *g, int count)
{
    for (int i = 0; i < count; i++)
        free(g[i].run);
    free(g);
}

static void add_row(const pl_study_data *d, const pl_robust_group *g, int align, int kind, int step,
                    pl_str *csv)
{
    const pl_robust_mean *m = &g->at[align][kind][step];
    const double v[] = {m->kept, m->accuracy, m->low, m->high, m->least, m->most};
    pl_csv_add(csv, d->group[g->group].name);
    pl_str_addf(csv, ",%d,%s,%g,%d,%lld", m->runs, pl_disturbances[kind].name,
                pl_disturbances[kind].amount[step], align, g->images);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        pl_str_add(csv, ",");
        pl_csv_add_number(csv, v[i]);
    }
    pl_str_add(csv, "\n");
}

void pl_robust_groups_csv(const pl_study_data *d, const pl_robust_group *g, int count, pl_str *csv)
{
    pl_str_add(csv, "group,runs,disturbance,amount,align,images,kept,accuracy,low,high,least,"
                    "most\n");
    for (int i = 0; i < count; i++)
        for (int k = 0; k < PL_DISTURB_COUNT; k++)
            for (int a = 0; a < (g[i].aligned ? 2 : 1); a++)
                for (int s = 0; s < PL_DISTURB_STEPS; s++)
                    add_row(d, &g[i], a, k, s, csv);
}
