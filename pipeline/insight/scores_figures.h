/* The figures of one model looked into, each as gnuplot commands and as the table of its numbers. */
#ifndef PL_INSIGHT_SCORES_FIGURES_H
#define PL_INSIGHT_SCORES_FIGURES_H

#include "insight/scores_names.h"
#include "insight/scores_run.h"
#include "insight/scores_side.h"

enum {
    PL_ROC_WIDTH = 760,
    PL_ROC_HEIGHT = 450,
    PL_CALIBRATION_WIDTH = 760,
    PL_CALIBRATION_HEIGHT = 420,
    PL_THRESHOLD_WIDTH = 760,
    PL_THRESHOLD_HEIGHT = 400,
    PL_HISTOGRAM_WIDTH = 760,
    PL_HISTOGRAM_HEIGHT = 340,
    PL_HISTOGRAM_BINS = 20
};

/* The run of a group that is looked into, with what the figures need. */
typedef struct pl_shown {
    const pl_study_data *d;
    const pl_study_answers *answers;
    int group, run;
    bool chosen;            /* by validation accuracy, see pl_shown_run */
    pl_group_answers runs;  /* of the group */
    pl_side_answers judged; /* the run's, on the side it is judged on */
    pl_run_scores scores;   /* of the run */
    char name[2][PL_CLASS_NAME];
    char *title;  /* heap: the group, and the seed */
    char *source; /* heap: pl_source_line of the run */
} pl_shown;

/* False where the group has no answers; nothing is to be cleared then. */
bool pl_shown_begin(const pl_study_data *d, const pl_study_answers *answers, int group,
                    pl_shown *out);
void pl_shown_end(pl_shown *s);
bool pl_shown_both_classes(const pl_shown *s);

/* ROC and precision against recall of the run, thick, and of the group's other runs, thin (at most PL_ROC_OTHERS of them). For
 * images of both classes.
 * csv: curve (roc, pr), run, threshold (empty at infinity and at the corner of a step), x, y (roc: false and true positive rate; pr: recall and precision). */
enum { PL_ROC_OTHERS = 9 };
void pl_roc_figure(const pl_shown *s, pl_str *body, pl_str *csv);

/* The reliability diagram as given and with the temperature, and how many images each bin has.
 * csv: probabilities (given, calibrated), bin_low, bin_high, images, mean_probability, share_1, low, high (95 %, Wilson). */
void pl_calibration_figure(const pl_shown *s, pl_str *body, pl_str *csv);

/* csv: threshold, accuracy, recall_0, recall_1, balanced_accuracy: the rows drawn. */
void pl_threshold_figure(const pl_shown *s, pl_str *body, pl_str *csv);

/* csv: bin_low, bin_high, images_0, images_1, share_0, share_1 (of the class). */
void pl_histogram_figure(const pl_shown *s, pl_str *body, pl_str *csv);

/* The probability (of class 1) that a share q of the judged images of a class do not exceed; NaN of none. */
double pl_class_quantile(const pl_shown *s, int class, double q);

#endif
