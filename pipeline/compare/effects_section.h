/* The effects of the swept keys in the report. */
#ifndef PL_COMPARE_EFFECTS_SECTION_H
#define PL_COMPARE_EFFECTS_SECTION_H

#include "base/status.h"
#include "draw/doc.h"
#include "draw/figures.h"
#include "study/study_data.h"

/* A heading, the figure "effects" (a row per level that can be estimated), and tables of the effects and interactions. Adds nothing
 * where no key is swept or nothing can be told. */
void pl_effects_section(const pl_study_data *d, pl_doc *doc, pl_figures *figures);

/* Writes STUDY/effects.csv (effects_study.h); of a study without swept keys only the header. */
kn_status pl_effects_write(const pl_study_data *d, kn_error *e);

#endif
