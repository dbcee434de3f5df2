/* The section "Averages of seeds". */
#ifndef PL_COMPARE_ENSEMBLES_SECTION_H
#define PL_COMPARE_ENSEMBLES_SECTION_H

#include "compare/ensembles.h"
#include "draw/doc.h"

/* What averaging gives and costs, which runs are left out, and a row per group (of several attributes also per attribute). Nothing where
 * no group has two runs. */
void pl_ensembles_section(const pl_study_data *d, const pl_ensembles *s, pl_doc *doc);

#endif
