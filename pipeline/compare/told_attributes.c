#include "compare/told_attributes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

/* The test scores of one attribute of a run (NULL: of all together); NULL: none. */
static const json_t *scores_of(const pl_report_run *r, const char *name)
{
    const json_t *test = json_object_get(r->metrics, "test");
    const json_t *targets = json_object_get(test, "targets");
    return name && targets ? json_object_get(targets, name) : test;
}

static double number(const json_t *scores, const char *key)
{
    const json_t *v = json_object_get(scores, key);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

static pl_summary summarize(const pl_study_data *d, const pl_report_group *g, const char *name,
                            const char *key)
{
    double *value = zeroed((size_t)g->run_count, sizeof *value);
    size_t n = 0;
    for (int k = 0; k < g->run_count; k++)
        if (d->run[g->run[k]].done)
            value[n++] = number(scores_of(&d->run[g->run[k]], name), key);
    pl_summary summary = pl_summarize(value, n);
    free(value);
    return summary;
}

/* As of the nearest whole number of right answers. */
static pl_interval wilson(double share, long long n)
{
    const pl_interval none = {(double)NAN, (double)NAN};
    return isnan(share) || n <= 0 ? none : pl_wilson(llround(share * (double)n), n);
}

static pl_told told_of(const pl_study_data *d, int group, const pl_report_run *first,
                       const char *name)
{
    const pl_report_group *g = &d->group[group];
    const json_t *scores = scores_of(first, name);
    pl_told t = {.group = group, .name = name};
    t.labelled = (long long)json_integer_value(json_object_get(scores, "count"));
    t.unknown = (long long)json_integer_value(json_object_get(scores, "unknown"));
    t.majority = number(scores, "majority");
    t.accuracy = summarize(d, g, name, "accuracy");
    t.balanced = summarize(d, g, name, "balanced_accuracy");
    t.auc = summarize(d, g, name, "auc");
    t.f1 = summarize(d, g, name, "f1");
    t.images = wilson(t.accuracy.mean, name ? t.labelled : 0);
    return t;
}

static const pl_report_run *first_done(const pl_study_data *d, const pl_report_group *g)
{
    for (int k = 0; k < g->run_count; k++)
        if (d->run[g->run[k]].done)
            return &d->run[g->run[k]];
    return NULL;
}

pl_told *pl_told_new(const pl_study_data *d, int *count)
{
    size_t room = 0;
    *count = 0;
    for (int g = 0; g < d->group_count && pl_study_tells_several(d); g++) {
        const pl_report_run *first = first_done(d, &d->group[g]);
        room += first ? pl_run_targets(first) + 1 : 0;
    }
    pl_told *told = zeroed(room, sizeof *told);
    for (int g = 0; g < d->group_count && room > 0; g++) {
        const pl_report_run *first = first_done(d, &d->group[g]);
        size_t targets = first ? pl_run_targets(first) : 0;
        for (size_t k = 0; k < targets; k++) {
            const char *name = pl_run_target_at(first, k);
            if (name)
                told[(*count)++] = told_of(d, g, first, name);
        }
        if (targets > 1)
            told[(*count)++] = told_of(d, g, first, NULL);
    }
    return told;
}

static bool is_alone(const pl_told *told, int count, int i)
{
    return (i == 0 || told[i - 1].group != told[i].group) &&
           (i + 1 == count || told[i + 1].group != told[i].group);
}

/* Together less alone, for each seed that both groups have. */
static pl_effect difference(const pl_study_data *d, const pl_told *alone, const pl_told *together)
{
    const pl_report_group *a = &d->group[alone->group], *b = &d->group[together->group];
    double *v = zeroed((size_t)a->run_count, sizeof *v);
    size_t n = 0;
    for (int i = 0; i < a->run_count; i++)
        for (int k = 0; k < b->run_count; k++) {
            const pl_report_run *one = &d->run[a->run[i]], *other = &d->run[b->run[k]];
            if (!one->done || !other->done || strcmp(one->seed, other->seed) != 0)
                continue;
            v[n++] = number(scores_of(other, together->name), "accuracy") -
                     number(scores_of(one, alone->name), "accuracy");
            break;
        }
    pl_effect effect = pl_effect_mean(v, n);
    free(v);
    return effect;
}

pl_told_pair *pl_told_pairs_new(const pl_study_data *d, const pl_told *told, int count, int *pairs)
{
    pl_told_pair *pair = NULL;
    *pairs = 0;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < count && is_alone(told, count, i); k++) {
            if (is_alone(told, count, k) || !told[k].name ||
                strcmp(told[k].name, told[i].name) != 0)
                continue;
            pair = realloc(pair, (size_t)(*pairs + 1) * sizeof *pair);
            if (!pair)
                abort();
            pair[(*pairs)++] =
                (pl_told_pair){&told[i], &told[k], difference(d, &told[i], &told[k])};
        }
    return pair;
}

static void add_number(pl_str *s, double value)
{
    pl_str_add(s, ",");
    pl_csv_add_number(s, value);
}

void pl_told_csv(const pl_study_data *d, const pl_told *told, int count, pl_str *s)
{
    pl_str_add(s, "group,kind,attribute,n,labelled,unknown,majority,accuracy_mean,accuracy_std,"
                  "accuracy_ci95_low,accuracy_ci95_high,wilson_low,wilson_high,"
                  "balanced_accuracy_mean,auc_mean,f1_mean\n");
    for (int i = 0; i < count; i++) {
        const pl_told *t = &told[i];
        const double number[] = {
            t->majority,   t->accuracy.mean, t->accuracy.std,  t->accuracy.low, t->accuracy.high,
            t->images.low, t->images.high,   t->balanced.mean, t->auc.mean,     t->f1.mean};
        pl_csv_add(s, d->group[t->group].name);
        pl_str_addf(s, ",%s,", t->name ? "attribute" : "mean");
        pl_csv_add(s, t->name ? t->name : "");
        pl_str_addf(s, ",%d,%lld,%lld", t->accuracy.n, t->labelled, t->unknown);
        for (size_t k = 0; k < sizeof number / sizeof *number; k++)
            add_number(s, number[k]);
        pl_str_add(s, "\n");
    }
}
