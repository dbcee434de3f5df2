#include "compare/overfitting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"

/* The runs of a group that are done and have epochs of training; heap. */
static const pl_report_run **runs_with_epochs(const pl_study_data *d, int group, int *count,
                                              size_t *epochs)
{
    const pl_report_group *g = &d->group[group];
    const pl_report_run **runs = calloc((size_t)g->run_count + 1, sizeof(*runs));
    if (!runs)
        abort();
    *count = 0;
    *epochs = 0;
    for (int k = 0; k < g->run_count; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        if (!r->done || r->epoch_count == 0 || strcmp(pl_run_step(r), "epoch") != 0)
            continue;
        *epochs = *count == 0 || r->epoch_count < *epochs ? r->epoch_count : *epochs;
        runs[(*count)++] = r;
    }
    return runs;
}

typedef struct means {
    double train_loss, val_loss, val_accuracy;
} means;

static means at_epoch(const pl_report_run *const *runs, int count, size_t k)
{
    means m = {0, 0, 0};
    for (int i = 0; i < count; i++) {
        m.train_loss += runs[i]->epoch[k].train_loss / count;
        m.val_loss += runs[i]->epoch[k].val_loss / count;
        m.val_accuracy += runs[i]->epoch[k].val_accuracy / count;
    }
    return m;
}

static pl_summary rise_of(const pl_report_run *const *runs, int count, size_t best, size_t last)
{
    double *rise = calloc((size_t)count + 1, sizeof *rise);
    if (!rise)
        abort();
    for (int i = 0; i < count; i++)
        rise[i] = best == last ? (double)NAN
                               : runs[i]->epoch[last].val_loss - runs[i]->epoch[best].val_loss;
    pl_summary s = pl_summarize(rise, (size_t)count);
    free(rise);
    return s;
}

static double fall(double before, double after)
{
    return before > 0 ? (before - after) / before : (double)NAN;
}

pl_overfitting pl_group_overfitting(const pl_study_data *d, int group)
{
    const double none = (double)NAN;
    pl_overfitting o = {.loss_best = none,
                        .loss_last = none,
                        .accuracy_best = none,
                        .accuracy_last = none,
                        .rise = pl_summarize(NULL, 0),
                        .train_fall = none,
                        .val_fall = none};
    size_t epochs, best = 0;
    const pl_report_run **runs = runs_with_epochs(d, group, &o.runs, &epochs);
    o.epochs = (int)epochs;
    if (epochs > 0) {
        means least = at_epoch(runs, o.runs, 0), last = at_epoch(runs, o.runs, epochs - 1);
        for (size_t k = 1; k < epochs; k++) {
            means m = at_epoch(runs, o.runs, k);
            if (m.val_loss < least.val_loss) { /* not of NaN */
                least = m;
                best = k;
            }
        }
        if (!isnan(least.val_loss)) {
            o.best = (int)best + 1;
            o.loss_best = least.val_loss;
            o.loss_last = last.val_loss;
            o.accuracy_best = least.val_accuracy;
            o.accuracy_last = last.val_accuracy;
            o.rise = rise_of(runs, o.runs, best, epochs - 1);
        }
        if (epochs > 1) {
            means before = at_epoch(runs, o.runs, epochs - 2);
            o.train_fall = fall(before.train_loss, last.train_loss);
            o.val_fall = fall(before.val_loss, last.val_loss);
        }
    }
    free(runs);
    return o;
}

bool pl_overfits(const pl_overfitting *o)
{
    return o->rise.low > 0; /* not of NaN */
}

void pl_overfitting_csv(const pl_study_data *d, pl_str *s)
{
    pl_str_add(s, "group,n,epochs,best_epoch,val_loss_best,val_loss_last,rise,rise_low,rise_high,"
                  "val_accuracy_best,val_accuracy_last\n");
    for (int g = 0; g < d->group_count; g++) {
        pl_overfitting o = pl_group_overfitting(d, g);
        const double number[] = {o.loss_best, o.loss_last,     o.rise.mean,    o.rise.low,
                                 o.rise.high, o.accuracy_best, o.accuracy_last};
        pl_csv_add(s, d->group[g].name);
        pl_str_addf(s, ",%d,%d,", o.runs, o.epochs);
        if (o.best > 0)
            pl_str_addf(s, "%d", o.best);
        for (size_t i = 0; i < sizeof number / sizeof number[0]; i++) {
            pl_str_add(s, ",");
            pl_csv_add_number(s, number[i]);
        }
        pl_str_add(s, "\n");
    }
}
