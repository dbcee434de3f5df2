/* The report's section on models that tell several attributes: a row per group and attribute, what telling them together costs, and per
 * group a figure of accuracy against the commoner class. */
#ifndef PL_COMPARE_TOLD_SECTION_H
#define PL_COMPARE_TOLD_SECTION_H

#include "draw/doc.h"
#include "draw/figures.h"
#include "study/drawn.h"

/* Nothing where no run tells several. Figures (group-NN-attributes) of the groups that are drawn. */
void pl_told_section(const pl_study_data *d, const pl_drawn *drawn, pl_doc *doc,
                     pl_figures *figures);

/* attributes.csv into the study's folder; removed where no run tells several. */
kn_status pl_told_write(const pl_study_data *d, kn_error *e);

#endif
