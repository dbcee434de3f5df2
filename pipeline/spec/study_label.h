/* What runs of a study are called. */
#ifndef PL_SPEC_STUDY_LABEL_H
#define PL_SPEC_STUDY_LABEL_H

#include "spec/spec.h"

/* Fills label, group_label and value of every run (the study's run_count of them) from the study's
 * axes; `seeds`: train.seed is swept, and labels name it. */
void pl_study_label(pl_study *s, pl_run *runs, bool seeds);

#endif
