/* What the test accuracies seem to say: which group is best, by how much, and better than nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/lint_rules.h"
#include "stats/student.h"

/* Whether a run stops by a value it cannot have: early stopping, a plateau, without validation images. */
static bool stops_blind(const pl_report_run *r)
{
    return r->done && isnan(r->metric[PL_VAL_ACCURACY]) &&
           (strcmp(pl_run_parameter(r, "train.early_stopping.enabled"), "true") == 0 ||
            strcmp(pl_run_parameter(r, "train.schedule.type"), "plateau") == 0);
}

static void lint_blind(const pl_study_data *d, pl_lint *l)
{
    int n, *group = pl_lint_groups_with(d, stops_blind, &n);
    pl_str names;
    pl_str_init(&names);
    pl_lint_names(d, group, n, &names);
    if (n > 0)
        pl_lint_add(
            l, PL_LINT_ON_TEST, PL_SEVERITY_WARNING, group, n,
            "no validation images, but early stopping or a plateau schedule: %s.\nGive the split a "
            "validation side; a choice by test images makes the test accuracy too high.",
            names.text);
    pl_str_clear(&names);
    free(group);
}

void pl_lint_on_test(const pl_study_data *d, const pl_marks *m, pl_lint *l)
{
    int count, tested;
    int *by_val = pl_groups_by(d, PL_VAL_ACCURACY, &count);
    free(pl_groups_by(d, PL_TEST_ACCURACY, &tested));
    lint_blind(d, l);
    if (m->best >= 0 && tested > 1 && count == 0) {
        pl_lint_add(
            l, PL_LINT_ON_TEST, PL_SEVERITY_WARNING, &m->best, 1,
            "the best group can only be chosen on the test images: no run has validation "
            "images.\nThe best of many is then better on these images than it will be on others.");
    } else if (m->best >= 0 && count > 0 && by_val[0] != m->best &&
               d->group[by_val[0]].summary[PL_VAL_ACCURACY].mean !=
                   d->group[m->best].summary[PL_VAL_ACCURACY].mean) {
        const pl_report_group *best = &d->group[m->best], *chosen = &d->group[by_val[0]];
        int both[2] = {m->best, by_val[0]};
        pl_lint_add(
            l, PL_LINT_ON_TEST, PL_SEVERITY_WARNING, both, 2,
            "the best group by test accuracy, %s (%.2f %%), is not the best by validation, %s, "
            "whose "
            "test accuracy is %.2f %%.\nA choice must not see the test images: report the one that "
            "validation chooses (validation accuracy %.2f %% against %.2f %%).",
            best->label, 100 * best->summary[PL_TEST_ACCURACY].mean, chosen->label,
            100 * chosen->summary[PL_TEST_ACCURACY].mean,
            100 * chosen->summary[PL_VAL_ACCURACY].mean, 100 * best->summary[PL_VAL_ACCURACY].mean);
    }
    free(by_val);
}

/* Welch's 95 % interval of the difference of two means over seeds; false where a group has one seed. */
static bool welch(const pl_summary *a, const pl_summary *b, double *low, double *high)
{
    if (a->n < 2 || b->n < 2)
        return false;
    double va = a->std * a->std / a->n, vb = b->std * b->std / b->n, v = va + vb;
    double df = v > 0 ? v * v / (va * va / (a->n - 1) + vb * vb / (b->n - 1)) : a->n + b->n - 2;
    double half = pl_t_quantile(0.975, df) * sqrt(v);
    *low = a->mean - b->mean - half;
    *high = a->mean - b->mean + half;
    return true;
}

/* The best against the second, over other images and over other seeds: either may turn the order round. */
void pl_lint_unsettled(const pl_study_data *d, const pl_marks *m, pl_lint *l)
{
    int count;
    int *order = pl_groups_by(d, PL_TEST_ACCURACY, &count);
    if (count > 1 && pl_study_tells_alike(d)) { /* else the one answers another question */
        const pl_report_group *a = &d->group[order[0]], *b = &d->group[order[1]];
        const pl_mark *mark = &m->group[order[1]];
        const pl_summary *x = &a->summary[PL_TEST_ACCURACY], *y = &b->summary[PL_TEST_ACCURACY];
        double low = 0, high = 0;
        bool images = mark->paired && !isnan(mark->difference), seeds = welch(x, y, &low, &high);
        bool open_images = images && -mark->high <= 0, open_seeds = seeds && low <= 0;
        pl_str told;
        pl_str_init(&told);
        if (images)
            pl_str_addf(&told, " %+.2f to %+.2f over the test images", -100 * mark->high,
                        -100 * mark->low);
        if (seeds)
            pl_str_addf(&told, "%s %+.2f to %+.2f over the seeds (Welch)", images ? "," : "",
                        100 * low, 100 * high);
        if (x->mean == y->mean)
            pl_lint_add(l, PL_LINT_UNSETTLED, PL_SEVERITY_NOTE, order, 2,
                        "%s and %s have the same test accuracy: neither leads.\nTheir order in a "
                        "ranking means nothing.",
                        a->label, b->label);
        else if (open_images || open_seeds)
            pl_lint_add(l, PL_LINT_UNSETTLED, PL_SEVERITY_WARNING, order, 2,
                        "%s leads %s by %.2f points of test accuracy, and chance may have made "
                        "that.\n95 %% "
                        "interval of the lead:%s. Other %s may turn the order round.",
                        a->label, b->label, 100 * (x->mean - y->mean), told.text,
                        open_images && open_seeds ? "images or seeds"
                        : open_images             ? "images"
                                                  : "seeds");
        pl_str_clear(&told);
    }
    free(order);
}

static bool is_done_by_chance(const pl_report_run *r)
{
    return r->done && pl_run_is_random(r);
}

void pl_lint_single_seed(const pl_study_data *d, pl_lint *l)
{
    int random, n = 0, *group = pl_lint_groups_with(d, is_done_by_chance, &random);
    for (int i = 0; i < random; i++) {
        if (d->group[group[i]].done == 1)
            group[n++] = group[i];
    }
    pl_str names;
    pl_str_init(&names);
    pl_lint_names(d, group, n, &names);
    if (n > 0)
        pl_lint_add(
            l, PL_LINT_SINGLE_SEED, PL_SEVERITY_NOTE, group, n,
            "%d of %d group%s that depend on chance %s a single seed: %s.\nNothing tells how much "
            "another seed would change; give sweep.seeds at least three.",
            n, random, random == 1 ? "" : "s", n == 1 ? "has" : "have", names.text);
    pl_str_clear(&names);
    free(group);
}

/* Of the images it was tested on; of several attributes the mean, as its accuracy is. */
static double majority_of(const pl_report_run *r)
{
    const json_t *mean = json_object_get(json_object_get(r->metrics, "test"), "majority");
    if (pl_run_targets(r) > 1)
        return json_is_number(mean) ? json_number_value(mean) : (double)NAN;
    double zeros = (double)(r->test.count[0][0] + r->test.count[0][1]);
    double ones = (double)(r->test.count[1][0] + r->test.count[1][1]);
    return zeros + ones > 0 ? fmax(zeros, ones) / (zeros + ones) : (double)NAN;
}

static bool below(const pl_report_run *r)
{
    return r->done && r->metric[PL_TEST_ACCURACY] <= majority_of(r); /* not of NaN */
}

/* Groups whose runs are all or on the whole not above it, then groups in which single runs are not. */
void pl_lint_majority(const pl_study_data *d, pl_lint *l)
{
    int *group = calloc((size_t)d->group_count + 1, sizeof *group);
    int *partly = calloc((size_t)d->group_count + 1, sizeof *partly);
    int n = 0, parts = 0, runs = 0;
    if (!group || !partly)
        abort();
    for (int g = 0; g < d->group_count; g++) {
        const pl_report_group *own = &d->group[g];
        int low = 0;
        double sum = 0;
        for (int k = 0; k < own->run_count; k++) {
            const pl_report_run *r = &d->run[own->run[k]];
            low += below(r);
            sum += r->done ? majority_of(r) : 0;
        }
        if (own->done > 0 && own->summary[PL_TEST_ACCURACY].mean <= sum / own->done)
            group[n++] = g;
        else if (low > 0)
            partly[parts++] = g;
        runs += n > 0 && group[n - 1] == g ? 0 : low;
    }
    pl_str names;
    pl_str_init(&names);
    pl_lint_names(d, group, n, &names);
    if (n > 0)
        pl_lint_add(
            l, PL_LINT_MAJORITY, PL_SEVERITY_WARNING, group, n,
            "%d group%s no better than always naming the commoner class: %s.\nTheir models have "
            "learnt nothing; do not compare how bad they are.",
            n, n == 1 ? " is" : "s are", names.text);
    pl_str_reset(&names);
    pl_lint_names(d, partly, parts, &names);
    if (parts > 0)
        pl_lint_add(
            l, PL_LINT_COLLAPSED, PL_SEVERITY_WARNING, partly, parts,
            "%d run%s no better than always naming the commoner class, beside others of the group "
            "that are: %s.\nThe group's mean is of neither kind, and its interval is wide for that "
            "reason; say how many runs collapse.",
            runs, runs == 1 ? " is" : "s are", names.text);
    pl_str_clear(&names);
    free(partly);
    free(group);
}
