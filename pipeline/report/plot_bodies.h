/* The gnuplot commands of each kind of figure; each function appends to `body`. */
#ifndef PL_REPORT_PLOT_BODIES_H
#define PL_REPORT_PLOT_BODIES_H

#include "study/study_data.h"
#include "util/str.h"

enum {
    PL_CURVES_WIDTH = 900,
    PL_CURVES_HEIGHT = 360,
    PL_CONFUSION_WIDTH = 420,
    PL_CONFUSION_HEIGHT = 420,
    PL_PROGRESS_WIDTH = 900,
    PL_PROGRESS_HEIGHT = 420
};

/* Accuracy and loss after each epoch of the runs of one group, train and validation: of one run its values, of several (seeds)
 * the mean as a line and the least and greatest as a band. Runs may end at different epochs; an epoch's mean is over those that
 * have it. The best epoch (greatest mean validation accuracy; least mean validation loss) is marked. All runs have epochs;
 * count is at least 1. */
typedef struct pl_curves {
    const char *title;                /* of the figure: the group, and which seeds */
    const pl_report_run *const *runs; /* [count] */
    int count;
} pl_curves;

void pl_plot_curves(const pl_curves *c, pl_str *body);

/* epoch,runs, then of train_accuracy, val_accuracy, train_loss and val_loss NAME,NAME_low,NAME_high; of one run only NAME. */
void pl_curves_csv(const pl_curves *c, pl_str *csv);

/* The same for a page that draws them itself: compact JSON, a list of charts that stand side by side (accuracy, then loss; one
 * without any value is left out; "[]" is possible).
 *
 *   [{"xlabel":"epoch","ylabel":"accuracy (%)","x":[1,2],
 *     "series":[{"name":"train","role":"train","y":[70.2,84.4],"low":[..],"high":[..]},
 *               {"name":"validation","role":"val","y":[80,89.9],"low":[..],"high":[..]}],
 *     "marks":[{"name":"best epoch","series":1,"x":2,"y":89.9}]}, ...]
 *
 * y, low and high have a number for each x, or null where there is none; low and high are there when several runs are drawn and
 * are the edges of a band. role is the colour: "train" or "val". marks are points to be pointed out, each on series number
 * `series`. Numbers have 5 significant digits; of more than 250 epochs that many evenly spaced ones are given. Nothing in it is
 * text from outside. */
void pl_curves_json(const pl_curves *c, pl_str *json);

/* The test images of the group: counts and shares of each class, summed over seeds. target may be
 * NULL. */
void pl_plot_confusion(const pl_report_group *g, const char *target, pl_str *body);
void pl_confusion_csv(const pl_confusion *c,
                      pl_str *csv); /* actual,predicted,count,share_of_actual */

/* Validation accuracy after each epoch, a line per group, the stopped ones set apart; for a study in
 * which runs that were stopped left their epochs. */
bool pl_study_has_progress(const pl_study_data *d);
void pl_plot_progress(const pl_study_data *d, pl_str *body);
void pl_progress_csv(const pl_study_data *d, pl_str *csv); /* group,finished,epoch,val_accuracy */

#endif
