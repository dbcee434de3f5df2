/* The numbers of figures that the page draws itself, so that they answer to the mouse: compact JSON, a list of charts that
 * stand side by side.
 *
 *   [{"xlabel":"epoch","ylabel":"accuracy (%)","x":[1,2],
 *     "series":[{"name":"validation, seed 1","role":"val","tags":["validation","seed 1"],"y":[80,89.9],
 *                "low":[..],"high":[..]}],
 *     "marks":[{"name":"best epoch","series":0,"x":2,"y":89.9}]}]
 *
 * y has a number for each x, or null; low and high (optional) are the edges of a band. role (optional): "train" or "val", the
 * colour; without it series have colours of their own. tags (optional; the name): what the legend shows and hides, each once.
 * marks (optional) are points to be pointed out. */
#ifndef PL_REPORT_PAGE_CURVES_H
#define PL_REPORT_PAGE_CURVES_H

#include "study/study_data.h"

/* Accuracy and loss of a group's runs, each of them a line: heap; NULL where none has epochs, or more than eight do. */
char *pl_page_curves_json(const pl_study_data *d, int group);

/* Validation accuracy after each epoch, a line per group: the mean of its runs that have the epoch. Of more than 24 groups
 * those with the best last value. Heap. */
char *pl_page_progress_json(const pl_study_data *d);

#endif
