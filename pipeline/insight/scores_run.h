/* The scores of one run's probabilities on the side it is judged on: test, or validation where there are no test images.
 *
 * Temperature and thresholds are chosen on validation images alone. Where these are the images judged on, or there are none,
 * what they would give is not told: on the images they were chosen on it would look too good. */
#ifndef PL_INSIGHT_SCORES_RUN_H
#define PL_INSIGHT_SCORES_RUN_H

#include <stddef.h>

#include "insight/scores_side.h"
#include "stats/roc.h"
#include "stats/threshold.h"
#include "util/str.h"

enum { PL_CALIBRATION_BINS = 10 }; /* of equal width */

/* How far probabilities are off; NaN where there is none. */
typedef struct pl_calibrated {
    double ece, brier, log_loss;
} pl_calibrated;

typedef struct pl_run_scores {
    int side; /* PL_SIDE_VAL or PL_SIDE_TEST; -1: no answers, and everything below is NaN or 0 */
    size_t images, of[2];
    pl_auc auc;
    double average_precision;
    pl_calibrated before, after; /* as the run gave them, and with the temperature */
    double temperature;          /* NaN: no validation images */
    pl_threshold_row at_half;    /* on the side judged, at 0.5 */
    double threshold_balanced,
        threshold_accuracy; /* the best on validation, by balanced accuracy and by accuracy; NaN: none */
    pl_threshold_row at_balanced, at_accuracy; /* on the side judged, at these */
} pl_run_scores;

void pl_run_scores_of(const pl_answers *a, pl_run_scores *out);

/* STUDY/scores.csv: a row per run that is done and has answers: run, group, seed, side, images, auc, auc_low, auc_high (95 %,
 * DeLong), average_precision, ece (10 bins of equal width), brier, log_loss (natural logarithm, probabilities cut to [1e-7, 1 -
 * 1e-7]), temperature, ece_calibrated, brier_calibrated, log_loss_calibrated, accuracy, recall_0, recall_1, balanced_accuracy (at
 * 0.5), threshold_balanced, balanced_accuracy_at_threshold, threshold_accuracy, accuracy_at_threshold. */
void pl_scores_csv(const pl_study_data *d, const pl_study_answers *answers, pl_str *csv);

#endif
