/* The line below a figure that names where its numbers come from. */
#ifndef PL_COMPARE_FIGURE_SOURCE_H
#define PL_COMPARE_FIGURE_SOURCE_H

#include "study/study_data.h"

/* "claims, 38 runs; data 0a1b2c3d4e5f, 2,448 test images": the study, its runs that are done, the ID of their data where they
 * share one, and of the test side. Appends. */
void pl_add_study_source(const pl_study_data *d, pl_str *s);

#endif
