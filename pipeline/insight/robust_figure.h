/* The figure of robustness: a panel for each way in which test images are made worse. */
#ifndef PL_INSIGHT_ROBUST_FIGURE_H
#define PL_INSIGHT_ROBUST_FIGURE_H

#include "insight/robust_curves.h"

enum { PL_ROBUST_DRAWN = 4 /* groups: a colour each */ };

/* g: [count], at most PL_ROBUST_DRAWN of them. Whole lines: as the images are; broken: aligned. Appends gnuplot commands. Returns the
 * figure's height in points. */
int pl_robust_figure(const pl_study_data *d, const pl_robust_group *const *g, int count,
                     pl_str *body);

#endif
