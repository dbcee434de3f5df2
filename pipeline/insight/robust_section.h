/* The report's section on robustness: curves of the runs that `facet robust` was asked about. */
#ifndef PL_INSIGHT_ROBUST_SECTION_H
#define PL_INSIGHT_ROBUST_SECTION_H

#include "draw/doc.h"
#include "draw/figures.h"
#include "study/study_data.h"

enum {
    PL_ROBUST_RUNS = 4
}; /* drawn at most: those with the best validation accuracy, one of each group */

/* Adds the figure "robust" and, where doc is not NULL, its section. Nothing where no run has a file (insight/robust.h). KN_EFORMAT where
 * one is malformed. */
kn_status pl_robust_section(const pl_study_data *d, pl_doc *doc, pl_figures *figures, kn_error *e);

#endif
