/* What the epochs say: trained too long, or too short. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/lint_rules.h"
#include "compare/overfitting.h"

enum { SHOWN = 6 };

/* A loss that falls by more than this share in the last epoch would go on falling. */
static const double STILL_FALLING = 0.01;

/* "cnn from epoch 8 of 10 (+0.0123, 0.0040 to 0.0206)". */
static void add_rise(const pl_study_data *d, int group, const pl_overfitting *o, pl_str *s)
{
    pl_str_addf(s, "%s from epoch %d of %d (%+.4f", d->group[group].label, o->best + 1, o->epochs,
                o->rise.mean);
    if (o->rise.n > 1)
        pl_str_addf(s, ", %.4f to %.4f", o->rise.low, o->rise.high);
    pl_str_add(s, ")");
}

static void add_rises(const pl_study_data *d, const int *group, int n, pl_str *s)
{
    int shown = n > SHOWN + 1 ? SHOWN : n;
    for (int i = 0; i < shown; i++) {
        pl_overfitting o = pl_group_overfitting(d, group[i]);
        pl_str_add(s, i ? "; " : "");
        add_rise(d, group[i], &o, s);
    }
    if (shown < n)
        pl_str_addf(s, "; and %d more", n - shown);
}

/* Those whose rise is more than chance warn; the others are told. */
void pl_lint_overfitting(const pl_study_data *d, pl_lint *l)
{
    int *sure = calloc((size_t)d->group_count + 1, sizeof *sure), n = 0;
    int *open = calloc((size_t)d->group_count + 1, sizeof *open), m = 0;
    pl_str names, rises;
    if (!sure || !open)
        abort();
    pl_str_init(&names);
    pl_str_init(&rises);
    for (int g = 0; g < d->group_count; g++) {
        pl_overfitting o = pl_group_overfitting(d, g);
        if (o.best == 0 || o.best == o.epochs)
            continue;
        if (pl_overfits(&o))
            sure[n++] = g;
        else
            open[m++] = g;
    }
    pl_lint_names(d, sure, n, &names);
    add_rises(d, sure, n, &rises);
    if (n > 0)
        pl_lint_add(
            l, PL_LINT_OVERFITTING, PL_SEVERITY_WARNING, sure, n,
            "%d group%s overfit%s: the validation loss rises before the last epoch: %s.\nMean rise "
            "of the validation loss from its least to the last epoch, 95 %% interval over the "
            "seeds: "
            "%s. train.early_stopping with restore keeps the best epoch; overfitting.csv has all.",
            n, n == 1 ? "" : "s", n == 1 ? "s" : "", names.text, rises.text);
    pl_str_reset(&names);
    pl_str_reset(&rises);
    pl_lint_names(d, open, m, &names);
    add_rises(d, open, m, &rises);
    if (m > 0)
        pl_lint_add(l, PL_LINT_OVERFITTING, PL_SEVERITY_NOTE, open, m,
                    "%d group%s the least validation loss before the last epoch, by no more than "
                    "chance may "
                    "do: %s.\nRise to the last epoch, 95 %% interval over the seeds (none of a "
                    "single seed): "
                    "%s.",
                    m, m == 1 ? " has" : "s have", names.text, rises.text);
    pl_str_clear(&names);
    pl_str_clear(&rises);
    free(open);
    free(sure);
}

/* Best in the last epoch, and the loss fell in it by more than a little. Without validation images the training loss counts. */
static bool still_falls(const pl_overfitting *o)
{
    if (o->best > 0)
        return o->best == o->epochs && o->val_fall > STILL_FALLING;
    return o->train_fall > STILL_FALLING;
}

static bool stopped_short(const pl_report_run *r)
{
    const json_t *train = json_object_get(r->manifest, "train");
    return r->done && !pl_run_is_random(r) && json_is_false(json_object_get(train, "converged"));
}

static void lint_lbfgs(const pl_study_data *d, pl_lint *l)
{
    int n, *group = pl_lint_groups_with(d, stopped_short, &n);
    pl_str names;
    pl_str_init(&names);
    pl_lint_names(d, group, n, &names);
    if (n > 0)
        pl_lint_add(l, PL_LINT_UNCONVERGED, PL_SEVERITY_WARNING, group, n,
                    "lbfgs stopped before its gradient was below model.tol: %s.\nRaise "
                    "model.max_iter; until "
                    "then the fit depends on where it was stopped.",
                    names.text);
    pl_str_clear(&names);
    free(group);
}

void pl_lint_unconverged(const pl_study_data *d, pl_lint *l)
{
    int *group = calloc((size_t)d->group_count + 1, sizeof *group), n = 0;
    pl_str names;
    double most = 0;
    if (!group)
        abort();
    pl_str_init(&names);
    for (int g = 0; g < d->group_count; g++) {
        pl_overfitting o = pl_group_overfitting(d, g);
        if (!still_falls(&o))
            continue;
        group[n++] = g;
        most = fmax(most, o.best > 0 ? o.val_fall : o.train_fall);
    }
    pl_lint_names(d, group, n, &names);
    if (n > 0)
        pl_lint_add(
            l, PL_LINT_UNCONVERGED, PL_SEVERITY_NOTE, group, n,
            "the loss of %d group%s still falls by over %.0f %% an epoch at the end: %s.\nBy up to "
            "%.1f %% in the last epoch: more epochs may change the order, in favour of these.",
            n, n == 1 ? "" : "s", 100 * STILL_FALLING, names.text, 100 * most);
    pl_str_clear(&names);
    free(group);
    lint_lbfgs(d, l);
}
