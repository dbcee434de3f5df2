/* The figures of a study.
 *
 *   comparison           test accuracy per group with 95 % intervals, best on top, and the majority
 *                        baseline
 *   progress             of a study with stopped runs: validation accuracy against epoch, a line per
 *                        group
 *   curves-RUNID         accuracy and loss against epoch, train and validation, of one run
 *   group-NN-curves      the same of all seeds of a group with several: their mean, and their range as
 *                        a band
 *   group-NN-confusion   the test images of a group's runs, summed over its seeds
 *
 * NN counts groups as in runs.csv, from 01. */
#ifndef PL_REPORT_PLOTS_H
#define PL_REPORT_PLOTS_H

#include "study/drawn.h"
#include "draw/figures.h"
#include "study/study_data.h"

enum {
    PL_PLOTS_MAX_ROWS = 100 /* rows of the comparison; above, its middle is left out */
};

/* Adds every figure of the study. target: the attribute's name, or NULL. */
void pl_plots_add(const pl_study_data *d, const pl_drawn *drawn, const char *target, pl_figures *f);

/* The figures' names. Whether a group has curves at all: pl_group_has_curves. */
void pl_group_figure_name(const pl_study_data *d, int group, const char *what,
                          char out[PL_FIGURE_NAME]);
bool pl_group_has_curves(const pl_study_data *d, int group);

/* The numbers of a group's curves figure, for a page that draws them itself: see pl_curves_json. "[]" where it has none. */
void pl_group_curves_json(const pl_study_data *d, int group, pl_str *json);

extern const char *const pl_plot_heads[]; /* for pl_figures_prune */

#endif
