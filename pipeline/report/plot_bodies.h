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
    PL_COMPARISON_WIDTH = 900,
    PL_PROGRESS_WIDTH = 900,
    PL_PROGRESS_HEIGHT = 420
};

/* Accuracy and loss against epoch of runs of one group, all with epochs; several are seeds drawn
 * over one another, left_out: how many more there are. */
void pl_plot_curves(const pl_report_group *g, const pl_report_run *const *runs, int count,
                    int left_out, pl_str *body);

/* The test images of the group: counts and shares of each class, summed over seeds. target may be
 * NULL. */
void pl_plot_confusion(const pl_report_group *g, const char *target, pl_str *body);

/* Validation accuracy after each epoch, a line per group, the stopped ones set apart; for a study in
 * which runs that were stopped left their epochs. */
bool pl_study_has_progress(const pl_study_data *d);
void pl_plot_progress(const pl_study_data *d, pl_str *body);

/* Test accuracy of the groups in `order`. Returns the height the figure needs. */
int pl_plot_comparison(const pl_study_data *d, const int *order, int count, pl_str *body);

#endif
