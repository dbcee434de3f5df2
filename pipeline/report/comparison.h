/* The test accuracy of the groups against each other, as a figure. */
#ifndef PL_REPORT_COMPARISON_H
#define PL_REPORT_COMPARISON_H

#include "draw/figures.h"
#include "report/table.h"

/* Adds the figure "comparison" and its block: a row per group, best on top, with Student's interval over the seeds and Wilson's
 * over the test images; the majority baseline as a line; published figures as marks, on the row of the group they name, else on
 * rows of their own. Above PL_PLOTS_MAX_ROWS groups the middle is left out. Nothing where no group has a test accuracy.
 *
 * comparison.csv: kind (group, baseline, reference), name, n, test_accuracy, seeds_low, seeds_high, images_low, images_high,
 * as_good_as_best; every group. */
void pl_comparison_section(const pl_table *t, pl_doc *doc, pl_figures *figures);

#endif
