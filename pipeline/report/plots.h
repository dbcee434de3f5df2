/* The figures of a study.
 *
 *   comparison           test accuracy per group with 95 % intervals, best on top, and the majority
 *                        baseline
 *   curves-RUNID         accuracy and loss against epoch, train and validation, of one run
 *   group-NN-curves      the same of all seeds of a group with several
 *   group-NN-confusion   the test images of a group's runs, summed over its seeds
 *
 * NN counts groups as in runs.csv, from 01. */
#ifndef PL_REPORT_PLOTS_H
#define PL_REPORT_PLOTS_H

#include <stdbool.h>

#include "report/figures.h"
#include "report/study_data.h"

enum {
    PL_PLOTS_MANY_RUNS =
        40,                 /* above: figures per run and group only of the best and worst groups */
    PL_PLOTS_EDGE = 3,      /* so many of each */
    PL_PLOTS_MAX_ROWS = 100 /* rows of the comparison; above, its middle is left out */
};

/* Which groups get figures of their own; heap, one bool per group. */
bool *pl_plots_choose(const pl_study_data *d, bool all);

/* Adds every figure of the study; chosen as pl_plots_choose gives it. target: the attribute's name,
 * or NULL. */
void pl_plots_add(const pl_study_data *d, const bool *chosen, const char *target, pl_figures *f);

/* The figures' names. Whether a group has curves at all: pl_group_has_curves. */
void pl_group_figure_name(const pl_study_data *d, int group, const char *what,
                          char out[PL_FIGURE_NAME]);
bool pl_group_has_curves(const pl_study_data *d, int group);

extern const char *const pl_plot_heads[]; /* for pl_figures_prune */

#endif
