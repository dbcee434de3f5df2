/* Cost against accuracy: which groups no other group beats in both. The costs are wall times, so what is made here is among what
 * "the same bytes" leaves out. */
#ifndef PL_COMPARE_PARETO_H
#define PL_COMPARE_PARETO_H

#include "draw/doc.h"
#include "draw/figures.h"
#include "study/study_data.h"

typedef struct pl_cost_point {
    int group;
    double seconds;  /* mean time of training of its runs; > 0 */
    double accuracy; /* mean test accuracy */
    bool
        front; /* no other group trains in at most this time with at least this accuracy, and better in one of them */
} pl_cost_point;

/* The groups that have both, by rising seconds, then falling accuracy, then as in runs.csv; heap, *count of them. */
pl_cost_point *pl_pareto_new(const pl_study_data *d, int *count);

/* A heading, the figure "pareto" with the front named, and the front as a table. Adds nothing with fewer than two points. */
void pl_pareto_section(const pl_study_data *d, pl_doc *doc, pl_figures *figures);

#endif
