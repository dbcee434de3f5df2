#include "compare/ensembles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run/predictor.h"
#include "stages/scores.h"
#include "stats/calibration.h"
#include "stats/mean.h"
#include "util/fs.h"

static const pl_boot no_gain = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
static const pl_interval no_interval = {(double)NAN, (double)NAN};

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

/* The runs of a group that are done, and what they answered. */
typedef struct members {
    int *run; /* heap, [count]: index into the study's */
    int count;
    pl_answers **answers; /* heap, [count]: of each the attributes it tells, [targets] */
    size_t targets;
    bool owned; /* the answers were read here, not by pl_study_answers_read */
    pl_image_sets sets;
} members;

static void drop(members *m, int k)
{
    for (size_t t = 0; m->owned && m->answers[k] && t < m->targets; t++)
        pl_answers_clear(&m->answers[k][t]);
    if (m->owned)
        free(m->answers[k]);
}

static void members_clear(members *m)
{
    for (int k = 0; k < m->count; k++)
        drop(m, k);
    free(m->answers);
    free(m->run);
    pl_image_sets_clear(&m->sets);
}

/* The answers of a run to all it tells. Runs of a group differ in the seed alone: another number than that of the first is an error. */
static kn_status read_run(const pl_report_run *r, const char *path, members *m, pl_answers **out,
                          kn_error *e)
{
    size_t targets;
    if (m->count == 0)
        m->targets = pl_run_targets(r);
    KN_TRY(pl_answers_read_all(&m->sets, path, out, &targets, e));
    if (targets == m->targets)
        return KN_OK;
    for (size_t t = 0; t < targets; t++)
        pl_answers_clear(&(*out)[t]);
    free(*out);
    return kn_fail(e, KN_EFORMAT, "%s: answers to %zu attributes where the run's group tells %zu",
                   path, targets, m->targets);
}

static bool asked_alike(const pl_answers *a, const pl_answers *b, size_t targets)
{
    for (size_t t = 0; t < targets; t++)
        if (a[t].images != b[t].images)
            return false;
    return true;
}

/* One run into the members, or into the count of those that cannot be. */
static kn_status take_run(const pl_study_data *d, const pl_study_answers *a, int run, members *m,
                          pl_ensemble *counts, kn_error *e)
{
    const pl_report_run *r = &d->run[run];
    pl_answers *its = &a->run[run];
    if (!r->done) {
        counts->not_done++;
        return KN_OK;
    }
    if (m->owned) {
        char *path = pl_format("%s/runs/%s/predictions.csv", d->dir, r->id);
        kn_status rc = KN_OK;
        its = NULL;
        if (pl_exists(path))
            rc = read_run(r, path, m, &its, e);
        free(path);
        KN_TRY(rc);
    } else if (!its->images)
        its = NULL;
    if (!its) {
        counts->unanswered++;
        return KN_OK;
    }
    m->answers[m->count] = its;
    if (m->count > 0 && !asked_alike(m->answers[0], its, m->targets)) {
        counts->other_images++;
        drop(m, m->count);
        return KN_OK;
    }
    m->run[m->count++] = run;
    return KN_OK;
}

/* Where a study has runs that tell several attributes, the answers in memory are those to one of them. */
static kn_status take_group(const pl_study_data *d, const pl_study_answers *a, int group,
                            members *m, pl_ensemble *counts, kn_error *e)
{
    const pl_report_group *g = &d->group[group];
    size_t room = (size_t)g->run_count;
    *m = (members){.run = zeroed(room, sizeof *m->run),
                   .answers = zeroed(room, sizeof *m->answers),
                   .targets = 1,
                   .owned = pl_study_tells_several(d)};
    for (int k = 0; k < g->run_count; k++)
        KN_TRY(take_run(d, a, g->run[k], m, counts, e));
    return KN_OK;
}

/* Probabilities of one side's images, beside their labels. */
typedef struct side {
    float *p;
    uint8_t *label;
    size_t count;
} side;

static void side_of(const pl_image_set *set, const float *p, int which, side *out)
{
    out->count = 0;
    for (size_t i = 0; i < set->count; i++)
        if (set->side[i] == which) {
            out->p[out->count] = p[i];
            out->label[out->count++] = set->label[i];
        }
}

static pl_ensemble_scores score(const side *s)
{
    pl_scores scores;
    if (pl_scores_compute(s->count, s->label, s->p, &scores) != 0)
        abort();
    return (pl_ensemble_scores){.images = (long long)s->count,
                                .accuracy = scores.accuracy,
                                .balanced_accuracy = scores.balanced_accuracy,
                                .log_loss = pl_log_loss(s->p, s->label, s->count),
                                .auc = scores.auc};
}

static void add_scores(pl_ensemble_scores *sum, const pl_ensemble_scores *more, double weight)
{
    sum->accuracy += weight * more->accuracy;
    sum->balanced_accuracy += weight * more->balanced_accuracy;
    sum->log_loss += weight * more->log_loss;
    sum->auc += weight * more->auc;
}

/* Who is right about a test image: 1 or 0. */
static int right(const side *s, size_t i)
{
    return (s->p[i] > 0.5f) == (s->label[i] != 0);
}

/* Of n models, (average right) - (share of them that is right), as a whole number of n-th parts, so that equal ones are equal. */
static void find_gains(const side *mean, const side *each, int models, int best, pl_ensemble *out)
{
    float *d = zeroed(mean->count, sizeof *d);
    int8_t *pair = zeroed(mean->count, sizeof *pair);
    long long more = 0; /* in n-th parts of an image */
    for (size_t i = 0; i < mean->count; i++) {
        int of_all = 0;
        for (int k = 0; k < models; k++)
            of_all += right(&each[k], i);
        more += models * right(mean, i) - of_all;
        d[i] = (float)(models * right(mean, i) - of_all) / (float)models;
        pair[i] = (int8_t)(right(mean, i) - right(&each[best], i));
    }
    out->gain = pl_paired_bootstrap_f(d, mean->count, PL_ENSEMBLE_SAMPLES, 1);
    if (mean->count > 0) /* not rounded to float */
        out->gain.difference = (double)more / ((double)models * (double)mean->count);
    out->gain_over_best = pl_paired_bootstrap(pair, mean->count, PL_ENSEMBLE_SAMPLES, 1);
    free(d);
    free(pair);
}

/* The scores of one attribute; accuracy: [m->count], of each run on the test images. */
static void score_target(const members *m, size_t target, pl_ensemble *out, double *accuracy)
{
    const pl_image_set *set = m->answers[0][target].images;
    size_t models = (size_t)m->count;
    const float **p = zeroed(models, sizeof(*p));
    float *average = zeroed(set->count, sizeof *average);
    side *each = zeroed(models + 1, sizeof *each), *mean = &each[models];
    int best = 0;
    for (size_t k = 0; k < models; k++)
        p[k] = m->answers[k][target].probability;
    pl_average(p, models, set->count, average);
    for (size_t k = 0; k <= models; k++) {
        each[k].p = zeroed(set->count, sizeof *each[k].p);
        each[k].label = zeroed(set->count, sizeof *each[k].label);
    }
    for (int s = PL_SIDE_VAL; s <= PL_SIDE_TEST; s++) { /* what the test side leaves is used on */
        side_of(set, average, s, mean);
        out->of[s] = score(mean);
        out->single[s] = (pl_ensemble_scores){.images = out->of[s].images};
        for (size_t k = 0; k < models; k++) {
            side_of(set, p[k], s, &each[k]);
            pl_ensemble_scores its = score(&each[k]);
            add_scores(&out->single[s], &its, 1.0 / (double)models);
            accuracy[k] = its.accuracy;
        }
    }
    for (int k = 1; k < m->count; k++)
        best = accuracy[k] > accuracy[best] ? k : best;
    out->best = isnan(accuracy[best]) ? -1 : m->run[best];
    out->best_accuracy = accuracy[best];
    out->wilson = mean->count == 0
                      ? no_interval
                      : pl_wilson(llround(out->of[PL_SIDE_TEST].accuracy * (double)mean->count),
                                  (long long)mean->count);
    find_gains(mean, each, m->count, best, out);
    for (size_t k = 0; k <= models; k++) {
        free(each[k].p);
        free(each[k].label);
    }
    free(each);
    free(average);
    free(p);
}

static double mean_of(const pl_ensemble_scores *const *s, size_t count,
                      double (*figure)(const pl_ensemble_scores *))
{
    double *v = zeroed(count, sizeof *v);
    for (size_t t = 0; t < count; t++)
        v[t] = figure(s[t]);
    double mean = pl_summarize(v, count).mean;
    free(v);
    return mean;
}

static double accuracy_of(const pl_ensemble_scores *s)
{
    return s->accuracy;
}
static double balanced_of(const pl_ensemble_scores *s)
{
    return s->balanced_accuracy;
}
static double loss_of(const pl_ensemble_scores *s)
{
    return s->log_loss;
}
static double auc_of(const pl_ensemble_scores *s)
{
    return s->auc;
}

/* The mean of each figure over the attributes that have it. */
static pl_ensemble_scores mean_scores(const pl_ensemble_scores *const *s, size_t count)
{
    return (pl_ensemble_scores){.accuracy = mean_of(s, count, accuracy_of),
                                .balanced_accuracy = mean_of(s, count, balanced_of),
                                .log_loss = mean_of(s, count, loss_of),
                                .auc = mean_of(s, count, auc_of)};
}

/* The group's own row from those of its attributes; sum: [m->count], of each run's test accuracies, over `told` attributes. */
static void conclude_several(const members *m, const pl_ensemble *target, const double *sum,
                             size_t told, pl_ensemble *out)
{
    const pl_ensemble_scores **of = zeroed(m->targets, sizeof(*of));
    const pl_ensemble_scores **single = zeroed(m->targets, sizeof(*single));
    int best = 0;
    for (int s = PL_SIDE_VAL; s <= PL_SIDE_TEST; s++) {
        for (size_t t = 0; t < m->targets; t++) {
            of[t] = &target[t].of[s];
            single[t] = &target[t].single[s];
        }
        out->of[s] = mean_scores(of, m->targets);
        out->single[s] = mean_scores(single, m->targets);
    }
    free(of);
    free(single);
    for (int k = 1; k < m->count; k++)
        best = sum[k] > sum[best] ? k : best;
    out->best = told > 0 ? m->run[best] : -1;
    out->best_accuracy = told > 0 ? sum[best] / (double)told : (double)NAN;
    out->wilson = no_interval;
    out->gain = out->gain_over_best = no_gain;
    out->gain.difference = out->of[PL_SIDE_TEST].accuracy - out->single[PL_SIDE_TEST].accuracy;
    out->gain_over_best.difference = out->of[PL_SIDE_TEST].accuracy - out->best_accuracy;
}

static pl_ensemble *add_row(pl_ensembles *s, const pl_ensemble *row)
{
    s->row = realloc(s->row, (size_t)(s->count + 1) * sizeof *s->row);
    if (!s->row)
        abort();
    s->row[s->count] = *row;
    return &s->row[s->count++];
}

static void score_group(const pl_study_data *d, const members *m, const pl_ensemble *cost,
                        pl_ensembles *s)
{
    double *accuracy = zeroed((size_t)m->count, sizeof *accuracy);
    double *sum = zeroed((size_t)m->count, sizeof *sum);
    size_t told = 0;
    int own = s->count;
    if (m->targets > 1)
        add_row(s, cost);
    for (size_t t = 0; t < m->targets; t++) {
        pl_ensemble *row = add_row(s, cost);
        row->attribute = m->targets > 1 ? pl_run_target_at(&d->run[m->run[0]], t) : NULL;
        score_target(m, t, row, accuracy);
        told += isnan(accuracy[0]) ? 0 : 1;
        for (int k = 0; k < m->count && !isnan(accuracy[0]); k++)
            sum[k] += accuracy[k];
    }
    if (m->targets > 1)
        conclude_several(m, &s->row[own + 1], sum, told, &s->row[own]);
    free(accuracy);
    free(sum);
}

/* What one prediction takes. */
static void find_cost(const pl_study_data *d, const members *m, pl_ensemble *out)
{
    kn_view view[PL_VIEWS_MAX];
    out->models = m->count;
    for (int k = 0; k < m->count; k++) {
        const pl_report_run *r = &d->run[m->run[k]];
        char *end;
        double parameters = strtod(r->params, &end);
        int views = pl_manifest_views(r->manifest, view);
        out->parameters += end == r->params ? (double)NAN : parameters;
        out->passes += views > 0 ? views : 1;
    }
}

kn_status pl_ensembles_make(const pl_study_data *d, const pl_study_answers *a, pl_ensembles *out,
                            kn_error *e)
{
    kn_status rc = KN_OK;
    *out = (pl_ensembles){NULL, 0};
    for (int g = 0; g < d->group_count && rc == KN_OK; g++) {
        pl_ensemble cost = {.group = g};
        members m;
        if (d->group[g].done < 2)
            continue;
        rc = take_group(d, a, g, &m, &cost, e);
        if (rc == KN_OK && m.count > 1) {
            find_cost(d, &m, &cost);
            score_group(d, &m, &cost, out);
        }
        members_clear(&m);
    }
    if (rc != KN_OK)
        pl_ensembles_clear(out);
    return rc;
}

void pl_ensembles_clear(pl_ensembles *s)
{
    free(s->row);
    *s = (pl_ensembles){NULL, 0};
}

const pl_ensemble *pl_ensemble_of_group(const pl_ensembles *s, int group)
{
    for (int i = 0; i < s->count; i++)
        if (s->row[i].group == group && !s->row[i].attribute)
            return &s->row[i];
    return NULL;
}
