#include "cli/predict_sure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "stats/calibration.h"

static const char *name_of(const pl_predictions *p, size_t target)
{
    return p->model->spec.data.target.name[target];
}

static kn_status check_validation(const pl_predict_args *a, const pl_compare_side *side,
                                  const pl_predictions *p, const pl_predict_sure *s, kn_error *e)
{
    const char *what = a->calibrated ? "a temperature" : "a coverage";
    if (!a->calibrated && !(a->coverage > 0))
        return KN_OK;
    for (size_t k = s->from; k < s->to; k++)
        if (s->of[k].val.count == 0)
            return kn_fail(e, KN_EDATA,
                           "%s/predictions.csv has no validation images%s%s, which %s is taken "
                           "from%s",
                           side->run[0].dir, p->targets > 1 ? " with a label of " : "",
                           p->targets > 1 ? name_of(p, k) : "", what,
                           s->to - s->from > 1 ? "; --target NAME tells another alone" : "");
    return KN_OK;
}

static kn_status read_confidence(const pl_compare_side *side, pl_predict_sure *s, kn_error *e)
{
    const char **dir = calloc((size_t)side->runs, sizeof *dir);
    if (!dir)
        return kn_fail(e, KN_ENOMEM, "no memory for %d runs", side->runs);
    for (int k = 0; k < side->runs; k++)
        dir[k] = side->run[k].dir;
    kn_status rc = pl_run_confidence_read(dir, (size_t)side->runs, s->targets, s->of, e);
    free(dir);
    return rc;
}

kn_status pl_predict_sure_open(const pl_predict_args *a, const pl_compare_side *side,
                               const pl_predictions *p, pl_predict_sure *out, kn_error *e)
{
    bool all = p->targets > 1 && !a->target;
    memset(out, 0, sizeof *out);
    out->targets = p->targets;
    out->from = all ? 0 : p->target;
    out->to = all ? p->targets : p->target + 1;
    out->calibrated = a->calibrated;
    out->asked = a->calibrated || a->abstain > 0 || a->coverage > 0;
    for (size_t k = 0; k < p->targets; k++)
        out->least[k] = a->abstain > 0 ? a->abstain : (double)NAN;
    if (!out->asked)
        return KN_OK;
    KN_TRY(read_confidence(side, out, e));
    KN_TRY(check_validation(a, side, p, out, e));
    for (size_t k = out->from; k < out->to; k++) {
        if (a->calibrated)
            pl_run_confidence_calibrate(&out->of[k]);
        if (a->coverage > 0)
            out->least[k] = pl_confidence_at(&out->of[k], a->coverage);
    }
    return KN_OK;
}

void pl_predict_sure_close(pl_predict_sure *s)
{
    pl_run_confidence_clear(s->of, s->targets);
}

void pl_predict_sure_judge(const pl_predict_sure *s, pl_predictions *p)
{
    for (size_t i = 0; i < p->count && s->asked; i++)
        for (size_t k = s->from; k < s->to; k++) {
            size_t at = pl_prediction_at(p, i, k);
            if (s->calibrated)
                p->probability[at] = pl_temperature_apply(p->probability[at], s->of[k].temperature);
            if (p->answer[at] == PL_ANSWERED && pl_confidence_of(p->probability[at]) < s->least[k])
                p->answer[at] = PL_UNSURE;
        }
}

/* Of the pictures here, those with a face. */
typedef struct here {
    size_t asked, answered;
} here;

static here count_here(const pl_predictions *p, size_t target)
{
    here h = {0, 0};
    for (size_t i = 0; i < p->count; i++) {
        pl_answer answer = p->answer[pl_prediction_at(p, i, target)];
        h.asked += answer != PL_NO_FACE;
        h.answered += answer == PL_ANSWERED;
    }
    return h;
}

static void print_side(const char *name, const pl_confident_side *side, double least)
{
    pl_answered a = pl_answered_at(side, least), all = pl_answered_at(side, 0);
    if (side->count == 0)
        return;
    printf("  on %s it answers %.1f %% of %zu", name, 100 * a.coverage, side->count);
    if (a.count)
        printf(", %.2f %% of these rightly", 100 * a.accuracy);
    printf(" (all of them: %.2f %%)\n", 100 * all.accuracy);
}

static void print_one(const pl_predict_sure *s, const pl_predictions *p, size_t k)
{
    const pl_run_confidence *c = &s->of[k];
    here h = count_here(p, k);
    if (s->calibrated)
        printf("probabilities by the temperature %.3f, fitted on %zu validation images%s\n",
               c->temperature, c->val.count, p->models > 1 ? " by the mean of the models" : "");
    if (isnan(s->least[k]))
        return;
    printf("coverage %.1f %%: %zu of %zu are answered, %zu unsure (confidence below %.4f)\n",
           h.asked ? 100 * (double)h.answered / (double)h.asked : 0, h.answered, h.asked,
           h.asked - h.answered, s->least[k]);
    print_side("validation", &c->val, s->least[k]);
    print_side("test", &c->test, s->least[k]);
}

/* "95.0 /  98.1": % answered, and % of these that are right. */
static void print_cell(const pl_confident_side *side, double least)
{
    pl_answered a = pl_answered_at(side, least);
    if (a.count == 0)
        printf("  %13s", side->count ? "0.0 /     -" : "-");
    else
        printf("  %5.1f / %5.1f", 100 * a.coverage, 100 * a.accuracy);
}

static void print_table(const pl_predict_sure *s, const pl_predictions *p)
{
    bool unsure = !isnan(s->least[s->from]);
    int width = (int)strlen("target");
    for (size_t k = s->from; k < s->to; k++)
        if ((int)strlen(name_of(p, k)) > width)
            width = (int)strlen(name_of(p, k));
    printf("what the answers are worth%s:\n",
           unsure ? "; of validation and test images % answered / % of these rightly" : "");
    printf("  %-*s", width, "target");
    printf("%s%s\n", s->calibrated ? "  temperature" : "",
           unsure ? "  confidence  answered     validation           test" : "");
    for (size_t k = s->from; k < s->to; k++) {
        here h = count_here(p, k);
        printf("  %-*s", width, name_of(p, k));
        if (s->calibrated)
            printf("  %11.3f", s->of[k].temperature);
        if (unsure) {
            printf("  %10.4f  %8zu", s->least[k], h.answered);
            print_cell(&s->of[k].val, s->least[k]);
            print_cell(&s->of[k].test, s->least[k]);
        }
        printf("\n");
    }
}

void pl_predict_sure_summary(const pl_predict_sure *s, const pl_predictions *p)
{
    if (!s->asked)
        return;
    if (s->to - s->from > 1)
        print_table(s, p);
    else
        print_one(s, p, s->from);
}

static json_t *number(double v)
{
    return isnan(v) ? json_null() : json_real(v);
}

static json_t *side_json(const pl_confident_side *side, double least)
{
    pl_answered a = pl_answered_at(side, least);
    return json_pack("{s:I, s:I, s:o, s:o}", "images", (json_int_t)side->count, "answered",
                     (json_int_t)a.count, "coverage", number(a.coverage), "accuracy",
                     number(a.accuracy));
}

json_t *pl_predict_sure_json(const pl_predict_sure *s, const pl_predictions *p)
{
    if (!s->asked)
        return NULL;
    json_t *all = json_array();
    for (size_t k = s->from; k < s->to; k++) {
        const pl_run_confidence *c = &s->of[k];
        double least = isnan(s->least[k]) ? 0 : s->least[k];
        here h = count_here(p, k);
        json_array_append_new(
            all, json_pack("{s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "target",
                           pl_json_string(name_of(p, k)), "temperature",
                           s->calibrated ? number(c->temperature) : json_null(), "confidence",
                           number(s->least[k]), "answered", (json_int_t)h.answered, "unsure",
                           (json_int_t)(h.asked - h.answered), "validation",
                           side_json(&c->val, least), "test", side_json(&c->test, least)));
    }
    return all;
}
