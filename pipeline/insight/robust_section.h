/* The report's section on robustness: the groups that `facet robust` was asked about, each as the mean over its seeds. */
#ifndef PL_INSIGHT_ROBUST_SECTION_H
#define PL_INSIGHT_ROBUST_SECTION_H

#include "draw/doc.h"
#include "draw/figures.h"
#include "study/study_data.h"

/* Adds the figure "robust", whose numbers are those of all groups measured, and, where doc is not NULL, its section. Drawn are at most
 * PL_ROBUST_DRAWN groups, those with the best validation accuracy. Nothing where no run has a file (insight/robust.h). KN_EFORMAT where
 * one is malformed. */
kn_status pl_robust_section(const pl_study_data *d, pl_doc *doc, pl_figures *figures, kn_error *e);

#endif
