#include "study/run_confidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/calibration.h"
#include "stats/mean.h"
#include "study/answers.h"
#include "util/fs.h"

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

static void take_side(const pl_image_set *set, const float *p, int which, pl_confident_side *out)
{
    out->p = zeroed(set->on_side[which], sizeof *out->p);
    out->label = zeroed(set->on_side[which], sizeof *out->label);
    for (size_t i = 0; i < set->count; i++)
        if (set->side[i] == which) {
            out->p[out->count] = p[i];
            out->label[out->count++] = set->label[i];
        }
}

/* The runs were asked the same images about this target. */
static void take_mean(pl_answers *const *answers, size_t runs, size_t target,
                      pl_run_confidence *out)
{
    const pl_image_set *set = answers[0][target].images;
    const float **p = zeroed(runs, sizeof(*p));
    float *mean = zeroed(set->count, sizeof *mean);
    for (size_t k = 0; k < runs; k++)
        p[k] = answers[k][target].probability;
    pl_average(p, runs, set->count, mean);
    take_side(set, mean, PL_SIDE_VAL, &out->val);
    take_side(set, mean, PL_SIDE_TEST, &out->test);
    out->temperature = pl_temperature_fit(out->val.p, out->val.label, out->val.count);
    free(mean);
    free(p);
}

static void free_answers(pl_answers *all, size_t count)
{
    for (size_t t = 0; t < count; t++)
        pl_answers_clear(&all[t]);
    free(all);
}

/* The answers of a run to all it tells, on the images of the first. */
static kn_status read_run(const char *dir, const char *first_dir, const pl_answers *first,
                          size_t targets, pl_image_sets *sets, pl_answers **out, kn_error *e)
{
    char *path = pl_path_join(dir, "predictions.csv");
    size_t count = 0;
    kn_status rc = pl_answers_read_all(sets, path, out, &count, e);
    if (rc == KN_OK && count != targets)
        rc = kn_fail(e, KN_EFORMAT, "%s: answers to %zu attributes where the model tells %zu", path,
                     count, targets);
    for (size_t t = 0; rc == KN_OK && first && t < targets; t++)
        if ((*out)[t].images != first[t].images)
            rc = kn_fail(e, KN_EDATA,
                         "%s and %s/predictions.csv list other images or labels: their mean has "
                         "no temperature and no coverage",
                         path, first_dir);
    if (rc != KN_OK && *out) {
        free_answers(*out, count);
        *out = NULL;
    }
    free(path);
    return rc;
}

kn_status pl_run_confidence_read(const char *const *run_dir, size_t runs, size_t targets,
                                 pl_run_confidence *out, kn_error *e)
{
    pl_answers **answers = zeroed(runs, sizeof(*answers));
    pl_image_sets sets = {NULL, 0};
    kn_status rc = KN_OK;
    memset(out, 0, targets * sizeof *out);
    for (size_t k = 0; k < runs && rc == KN_OK; k++)
        rc = read_run(run_dir[k], run_dir[0], answers[0], targets, &sets, &answers[k], e);
    for (size_t t = 0; t < targets && rc == KN_OK; t++)
        take_mean(answers, runs, t, &out[t]);
    for (size_t k = 0; k < runs; k++)
        if (answers[k])
            free_answers(answers[k], targets);
    free(answers);
    pl_image_sets_clear(&sets);
    return rc;
}

void pl_run_confidence_clear(pl_run_confidence *c, size_t targets)
{
    for (size_t t = 0; t < targets; t++) {
        free(c[t].val.p);
        free(c[t].val.label);
        free(c[t].test.p);
        free(c[t].test.label);
    }
    memset(c, 0, targets * sizeof *c);
}

void pl_run_confidence_calibrate(pl_run_confidence *c)
{
    pl_confident_side *const sides[] = {&c->val, &c->test};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < sides[k]->count; i++)
            sides[k]->p[i] = pl_temperature_apply(sides[k]->p[i], c->temperature);
}

static int falling(const void *a, const void *b)
{
    const double *p = a, *q = b;
    return (*p < *q) - (*p > *q);
}

double pl_confidence_at(const pl_run_confidence *c, double coverage)
{
    size_t n = c->val.count;
    if (n == 0)
        return (double)NAN;
    double *sure = malloc(n * sizeof *sure);
    if (!sure)
        abort();
    for (size_t i = 0; i < n; i++)
        sure[i] = pl_confidence_of(c->val.p[i]);
    qsort(sure, n, sizeof *sure, falling);
    size_t answered = (size_t)ceil(coverage * (double)n);
    double least = sure[answered > 0 ? answered - 1 : 0];
    free(sure);
    return least;
}

pl_answered pl_answered_at(const pl_confident_side *side, double confidence)
{
    pl_answered a = {0, (double)NAN, (double)NAN};
    size_t right = 0;
    for (size_t i = 0; i < side->count; i++) {
        if (pl_confidence_of(side->p[i]) < confidence)
            continue;
        a.count++;
        right += (side->p[i] > 0.5f) == (side->label[i] != 0);
    }
    if (side->count)
        a.coverage = (double)a.count / (double)side->count;
    if (a.count)
        a.accuracy = (double)right / (double)a.count;
    return a;
}
