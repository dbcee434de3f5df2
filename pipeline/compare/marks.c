#include "compare/marks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/test_sides.h"
#include "stats/bootstrap.h"
#include "stats/holm.h"
#include "stats/mcnemar.h"

static const double LEVEL = 0.05;

/* The least p of a bootstrap is 2 / (samples + 1): enough samples that Holm's correction of it stays below the level. */
static int samples_for(int groups)
{
    int needed = groups > 10000000 ? 400000000 : 40 * groups * 2;
    return needed > PL_MARKS_SAMPLES ? needed : PL_MARKS_SAMPLES;
}

/* How many of the group's runs answer each test image rightly, in the order of names; *runs of them. */
static void count_right(const pl_study_data *d, const pl_study_answers *a, const pl_test_sides *t,
                        int group, int *right, int *runs)
{
    const pl_report_group *g = &d->group[group];
    *runs = 0;
    for (int k = 0; k < g->run_count; k++) {
        const pl_answers *answers = &a->run[g->run[k]];
        if (!d->run[g->run[k]].done || !answers->images)
            continue;
        const size_t *image = t->image[pl_test_set_of(t, answers->images)];
        size_t n = answers->images->on_side[PL_SIDE_TEST];
        for (size_t i = 0; i < n; i++)
            right[i] = (*runs ? right[i] : 0) + pl_is_right(answers, image[i]);
        ++*runs;
    }
}

/* The run with the median test accuracy; of an even number the lower of the two in the middle. */
static const pl_answers *median_run(const pl_study_data *d, const pl_study_answers *a, int group)
{
    const pl_report_group *g = &d->group[group];
    const pl_answers *found = NULL;
    for (int k = 0; k < g->run_count && !found; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        int below = 0, equal = 0; /* before this one where equal */
        if (!r->done)
            continue;
        for (int j = 0; j < g->run_count; j++) {
            const pl_report_run *other = &d->run[g->run[j]];
            if (!other->done)
                continue;
            below += other->metric[PL_TEST_ACCURACY] < r->metric[PL_TEST_ACCURACY];
            equal += other->metric[PL_TEST_ACCURACY] == r->metric[PL_TEST_ACCURACY] && j < k;
        }
        if (below + equal == (g->done - 1) / 2)
            found = &a->run[g->run[k]];
    }
    return found;
}

static double mcnemar(const pl_answers *one, const pl_answers *other, const pl_test_sides *t)
{
    pl_pairs pairs = {0, 0, 0, 0};
    const size_t *of_one = t->image[pl_test_set_of(t, one->images)];
    const size_t *of_other = t->image[pl_test_set_of(t, other->images)];
    for (size_t i = 0; i < one->images->on_side[PL_SIDE_TEST]; i++) {
        int a = pl_is_right(one, of_one[i]), b = pl_is_right(other, of_other[i]);
        pairs.both += a && b;
        pairs.first += a && !b;
        pairs.second += !a && b;
        pairs.neither += !a && !b;
    }
    return pl_compare_pairs(&pairs).exact_p;
}

typedef struct counted {
    int *right, runs;
} counted;

/* Of the same number of runs the difference is a whole number of them, so equal differences are equal numbers. */
static void compare(const counted *group, const counted *best, size_t n, int samples, float *d,
                    pl_mark *out)
{
    for (size_t i = 0; i < n; i++)
        d[i] = (float)(group->right[i] * best->runs - best->right[i] * group->runs) /
               (float)(group->runs * best->runs);
    pl_boot boot = pl_paired_bootstrap_f(d, n, samples, 1);
    out->difference = boot.difference;
    out->low = boot.low;
    out->high = boot.high;
    out->p_bootstrap = boot.p;
}

static void correct(const pl_study_data *d, pl_marks *out)
{
    double *p = calloc((size_t)d->group_count + 1, sizeof *p);
    if (!p)
        abort();
    for (int g = 0; g < d->group_count; g++)
        p[g] = out->group[g].p_bootstrap;
    pl_holm(p, (size_t)d->group_count, p);
    for (int g = 0; g < d->group_count; g++) {
        out->group[g].p_holm = p[g];
        out->group[g].as_good = g == out->best || p[g] >= LEVEL; /* not of NaN */
    }
    free(p);
}

/* Those that can be: the others count as unpaired. */
static void find_paired(const pl_study_data *d, const pl_study_answers *a, const pl_test_sides *t,
                        pl_marks *out)
{
    int set = pl_group_test_set(d, a, t, out->best);
    if (set >= 0)
        out->images = t->sets->set[set]->on_side[PL_SIDE_TEST];
    for (int g = 0; g < d->group_count; g++) {
        bool paired = set >= 0 && out->images > 0 && pl_group_test_set(d, a, t, g) == set;
        out->group[g].paired = paired;
        if (g == out->best || isnan(d->group[g].summary[PL_TEST_ACCURACY].mean))
            continue;
        out->compared += paired;
        out->unpaired += !paired;
    }
}

static void compare_all(const pl_study_data *d, const pl_study_answers *a, const pl_test_sides *t,
                        pl_marks *out)
{
    counted best = {calloc(out->images, sizeof(int)), 0};
    counted group = {calloc(out->images, sizeof(int)), 0};
    float *differences = calloc(out->images, sizeof *differences);
    if (!best.right || !group.right || !differences)
        abort();
    const pl_answers *median = median_run(d, a, out->best);
    count_right(d, a, t, out->best, best.right, &best.runs);
    for (int g = 0; g < d->group_count; g++) {
        if (g == out->best || !out->group[g].paired)
            continue;
        count_right(d, a, t, g, group.right, &group.runs);
        compare(&group, &best, out->images, out->samples, differences, &out->group[g]);
        const pl_answers *own = median_run(d, a, g);
        if (own && median)
            out->group[g].p_mcnemar = mcnemar(own, median, t);
    }
    free(differences);
    free(group.right);
    free(best.right);
}

void pl_marks_make(const pl_study_data *d, const pl_study_answers *a, pl_marks *out)
{
    const double none = (double)NAN;
    int count;
    int *order = pl_groups_by(d, PL_TEST_ACCURACY, &count);
    *out = (pl_marks){.group = calloc((size_t)d->group_count + 1, sizeof *out->group),
                      .best = count > 0 ? order[0] : -1};
    if (!out->group)
        abort();
    free(order);
    for (int g = 0; g < d->group_count; g++)
        out->group[g] = (pl_mark){false, none, none, none, none, none, none, false};
    if (!pl_study_tells_alike(d)) /* answers to different questions: none is the best */
        out->best = -1;
    if (out->best < 0)
        return;
    if (pl_study_tells_several(
            d)) { /* an accuracy is a mean over attributes: no share of images to pair */
        out->group[out->best].as_good = true;
        return;
    }
    pl_test_sides sides;
    pl_test_sides_make(&a->sets, &sides);
    find_paired(d, a, &sides, out);
    out->samples = samples_for(out->compared);
    if (out->compared > 0)
        compare_all(d, a, &sides, out);
    correct(d, out);
    pl_test_sides_clear(&sides);
}

void pl_marks_clear(pl_marks *m)
{
    free(m->group);
    *m = (pl_marks){.best = -1};
}
