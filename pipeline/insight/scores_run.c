#include "insight/scores_run.h"

#include <math.h>
#include <stdlib.h>

#include "io/csv.h"
#include "stats/calibration.h"

static pl_calibrated calibration_of(const float *p, const uint8_t *label, size_t n)
{
    pl_bin bin[PL_CALIBRATION_BINS];
    pl_reliability(p, label, n, PL_CALIBRATION_BINS, bin);
    return (pl_calibrated){pl_ece(bin, PL_CALIBRATION_BINS), pl_brier(p, label, n),
                           pl_log_loss(p, label, n)};
}

static pl_calibrated calibrated(const pl_side_answers *s, double temperature)
{
    float *p = malloc((s->count + 1) * sizeof *p);
    if (!p)
        abort();
    for (size_t i = 0; i < s->count; i++)
        p[i] = pl_temperature_apply(s->p[i], temperature);
    pl_calibrated c = calibration_of(p, s->label, s->count);
    free(p);
    return c;
}

static double best_threshold(const pl_threshold_row *row, size_t rows, pl_threshold_by by)
{
    const pl_threshold_row *best = pl_threshold_best(row, rows, by);
    return best ? best->threshold : (double)NAN;
}

static void choose_on(const pl_side_answers *val, pl_run_scores *out)
{
    size_t rows;
    pl_threshold_row *row = pl_thresholds_new(val->p, val->label, val->count, &rows);
    out->temperature = pl_temperature_fit(val->p, val->label, val->count);
    out->threshold_balanced = best_threshold(row, rows, PL_BY_BALANCED);
    out->threshold_accuracy = best_threshold(row, rows, PL_BY_ACCURACY);
    free(row);
}

static void judge_choice(const pl_side_answers *s, pl_run_scores *out)
{
    out->after = calibrated(s, out->temperature);
    if (!isnan(out->threshold_balanced))
        pl_thresholds_at(s->p, s->label, s->count, &out->threshold_balanced, 1, &out->at_balanced);
    if (!isnan(out->threshold_accuracy))
        pl_thresholds_at(s->p, s->label, s->count, &out->threshold_accuracy, 1, &out->at_accuracy);
}

void pl_run_scores_of(const pl_answers *a, pl_run_scores *out)
{
    const double none = (double)NAN;
    const pl_threshold_row no_row = {none, none, none, none, none};
    *out = (pl_run_scores){.side = pl_judged_side(a->images),
                           .auc = {none, none, none, none},
                           .average_precision = none,
                           .before = {none, none, none},
                           .after = {none, none, none},
                           .temperature = none,
                           .at_half = no_row,
                           .threshold_balanced = none,
                           .threshold_accuracy = none,
                           .at_balanced = no_row,
                           .at_accuracy = no_row};
    if (out->side < 0)
        return;
    pl_side_answers s, val;
    const double half = 0.5;
    pl_side_answers_of(a, out->side, &s);
    pl_side_answers_of(a, PL_SIDE_VAL, &val);
    out->images = s.count;
    out->of[0] = s.of[0];
    out->of[1] = s.of[1];
    out->auc = pl_delong(s.p, s.label, s.count);
    out->average_precision = pl_average_precision(s.p, s.label, s.count);
    out->before = calibration_of(s.p, s.label, s.count);
    pl_thresholds_at(s.p, s.label, s.count, &half, 1, &out->at_half);
    if (val.count > 0)
        choose_on(&val, out);
    if (val.count > 0 && out->side != PL_SIDE_VAL)
        judge_choice(&s, out);
    pl_side_answers_clear(&val);
    pl_side_answers_clear(&s);
}

void pl_scores_csv(const pl_study_data *d, const pl_study_answers *answers, pl_str *csv)
{
    pl_str_add(csv,
               "run,group,seed,side,images,auc,auc_low,auc_high,average_precision,ece,brier,"
               "log_loss,temperature,ece_calibrated,brier_calibrated,log_loss_calibrated,accuracy,"
               "recall_0,recall_1,balanced_accuracy,threshold_balanced,"
               "balanced_accuracy_at_threshold,threshold_accuracy,accuracy_at_threshold\n");
    for (int i = 0; i < d->run_count; i++) {
        pl_run_scores s;
        pl_run_scores_of(&answers->run[i], &s);
        if (s.side < 0)
            continue;
        pl_csv_add(csv, d->run[i].id);
        pl_str_add(csv, ",");
        pl_csv_add(csv, d->group[d->run[i].group].name);
        pl_str_add(csv, ",");
        pl_csv_add(csv, d->run[i].seed);
        pl_str_addf(csv, ",%s,%zu", pl_side_names[s.side], s.images);
        const double v[] = {s.auc.auc,
                            s.auc.low,
                            s.auc.high,
                            s.average_precision,
                            s.before.ece,
                            s.before.brier,
                            s.before.log_loss,
                            s.temperature,
                            s.after.ece,
                            s.after.brier,
                            s.after.log_loss,
                            s.at_half.accuracy,
                            s.at_half.recall_0,
                            s.at_half.recall_1,
                            s.at_half.balanced,
                            s.threshold_balanced,
                            s.at_balanced.balanced,
                            s.threshold_accuracy,
                            s.at_accuracy.accuracy};
        for (size_t k = 0; k < sizeof v / sizeof v[0]; k++) {
            pl_str_add(csv, ",");
            pl_csv_add_number(csv, v[k]);
        }
        pl_str_add(csv, "\n");
    }
}
