#include "report/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_section.h"
#include "io/csv.h"
#include "draw/escape.h"
#include "study/attributes.h"

static void csv_number(pl_str *s, double v)
{
    pl_str_add(s, ",");
    pl_csv_add_number(s, v);
}

static void csv_head(const pl_study_data *d, pl_str *s)
{
    pl_str_add(s, "group");
    for (int a = 0; a < d->axis_count; a++) {
        pl_str_add(s, ",");
        pl_csv_add(s, d->axis[a]);
    }
    pl_str_add(s, ",n");
}

static void csv_group(const pl_study_data *d, const pl_report_group *g, pl_str *s)
{
    pl_csv_add(s, g->name);
    for (int a = 0; a < d->axis_count; a++) {
        pl_str_add(s, ",");
        pl_csv_add(s, g->value[a]);
    }
    pl_str_addf(s, ",%d", g->done);
}

long long pl_group_test_images(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    long long n = 0;
    for (int k = 0; k < g->run_count && n == 0; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        const json_t *count = json_object_get(json_object_get(r->metrics, "test"), "count");
        n = pl_run_targets(r) > 1 ? json_integer_value(count) : pl_confusion_total(&r->test);
    }
    return n;
}

pl_interval pl_group_wilson(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    bool several = false;
    for (int k = 0; k < g->run_count; k++)
        several = several || pl_run_targets(&d->run[g->run[k]]) > 1;
    return pl_wilson_of_share(g->summary[PL_TEST_ACCURACY].mean,
                              several ? 0 : pl_group_test_images(d, group));
}

pl_interval pl_wilson_of_share(double share, long long n)
{
    const pl_interval none = {(double)NAN, (double)NAN};
    return isnan(share) || n <= 0 ? none : pl_wilson(llround(share * (double)n), n);
}

pl_interval pl_majority_wilson(const pl_study_data *d)
{
    return pl_wilson_of_share(d->majority, pl_study_tells_several(d) ? 0 : d->test_images);
}

double pl_group_balanced_accuracy(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    double sum = 0;
    int n = 0;
    for (int k = 0; k < g->run_count; k++) {
        const json_t *test = json_object_get(d->run[g->run[k]].metrics, "test");
        const json_t *value = json_object_get(test, "balanced_accuracy");
        if (!d->run[g->run[k]].done || !json_is_number(value))
            continue;
        sum += json_number_value(value);
        n++;
    }
    return n ? sum / n : (double)NAN;
}

/* The columns behind the metrics: those that later versions added. */
static void csv_more(const pl_table *t, int group, pl_str *s)
{
    const pl_report_group *g = &t->d->group[group];
    const pl_mark *m = &t->marks->group[group];
    long long images = pl_group_test_images(t->d, group);
    pl_interval wilson = pl_group_wilson(t->d, group);
    pl_str_add(s, ",");
    pl_csv_add(s, t->d->run[g->run[0]].params);
    csv_number(s, wilson.low);
    csv_number(s, wilson.high);
    csv_number(s, images > 0 ? (double)images : (double)NAN);
    csv_number(s, g->summary[PL_TEST_AUC].mean);
    csv_number(s, pl_group_balanced_accuracy(t->d, group));
    csv_number(s, m->difference);
    csv_number(s, m->low);
    csv_number(s, m->high);
    csv_number(s, m->p_mcnemar);
    csv_number(s, m->p_bootstrap);
    csv_number(s, m->p_holm);
    if (m->paired || group == t->marks->best)
        pl_str_addf(s, ",%d", m->as_good);
    else
        pl_str_add(s, ",");
}

void pl_table_csv(const pl_table *t, pl_str *s)
{
    const pl_study_data *d = t->d;
    csv_head(d, s);
    for (int m = 0; m < PL_TABLE_METRICS; m++) {
        const char *name = pl_metric_name((pl_metric)m);
        pl_str_addf(s, ",%s_mean,%s_std,%s_ci95_low,%s_ci95_high", name, name, name, name);
    }
    pl_str_add(s, ",params,test_wilson_low,test_wilson_high,test_images,test_auc_mean,"
                  "balanced_accuracy_mean,vs_best_difference,vs_best_low,vs_best_high,"
                  "vs_best_p_mcnemar,vs_best_p_bootstrap,vs_best_p_holm,as_good_as_best\n");
    for (int i = 0; i < d->group_count; i++) {
        const pl_report_group *g = &d->group[i];
        csv_group(d, g, s);
        for (int m = 0; m < PL_TABLE_METRICS; m++) {
            csv_number(s, g->summary[m].mean);
            csv_number(s, g->summary[m].std);
            csv_number(s, g->summary[m].low);
            csv_number(s, g->summary[m].high);
        }
        csv_more(t, i, s);
        pl_str_add(s, "\n");
    }
}

void pl_cost_csv(const pl_study_data *d, pl_str *s)
{
    csv_head(d, s);
    pl_str_add(s, ",train_seconds_mean,images_per_second_mean\n");
    for (int i = 0; i < d->group_count; i++) {
        const pl_report_group *g = &d->group[i];
        csv_group(d, g, s);
        csv_number(s, g->summary[PL_TRAIN_SECONDS].mean);
        csv_number(s, g->summary[PL_IMAGES_PER_SECOND].mean);
        pl_str_add(s, "\n");
    }
}

bool pl_mixed_note(const pl_study_data *d, pl_str *s)
{
    bool mixed = pl_study_mixes_arithmetic(d);
    if (mixed)
        pl_str_add(s, "The runs were computed with different arithmetic (instruction set or BLAS "
                      "core): see numeric in their manifests.");
    return mixed;
}

/* A sentence for each data of done runs whose audit fails. */
static void add_audits(const pl_study_data *d, pl_str *s)
{
    char seen[PL_DATA_ID] = "", id[PL_DATA_ID]; /* runs of one data follow one another */
    size_t before = s->size;
    for (int i = 0; i < d->run_count; i++) {
        pl_data_id_of(d->run[i].manifest, id);
        if (!d->run[i].done || !id[0] || strcmp(id, seen) == 0)
            continue;
        memcpy(seen, id, sizeof seen);
        pl_str sentence;
        pl_str_init(&sentence);
        if (pl_audit_warning(d->dir, id, &sentence) && !strstr(s->text + before, sentence.text))
            pl_str_addf(s, "%s%s.", s->size ? " " : "", sentence.text);
        pl_str_clear(&sentence);
    }
}

bool pl_table_note(const pl_study_data *d, pl_str *s)
{
    int left_out = d->run_count - d->done;
    size_t before = s->size;
    if (left_out) {
        pl_str counts;
        pl_str_init(&counts);
        pl_study_add_counts(d, &counts);
        pl_str_addf(s, "%d of %d runs %s left out: %s.", left_out, d->run_count,
                    left_out == 1 ? "is" : "are", counts.text + 2);
        pl_str_clear(&counts);
    }
    if (pl_study_mixes_arithmetic(d))
        pl_str_add(s, left_out ? " " : "");
    pl_mixed_note(d, s);
    add_audits(d, s);
    return s->size > before;
}

bool pl_table_best(const pl_study_data *d, int group, pl_metric m)
{
    double mine = d->group[group].summary[m].mean;
    return m != PL_TEST_LOSS && d->group_count > 1 && mine >= d->best[m] && /* not of NaN */
           pl_study_tells_alike(d);
}
