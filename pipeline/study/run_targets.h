/* Of runs that tell several attributes, which one is looked into: for study_data.c, which declares what others use. */
#ifndef PL_STUDY_RUN_TARGETS_H
#define PL_STUDY_RUN_TARGETS_H

#include "study/study_data.h"

/* Fills d->target of a study with runs that tell several: the spec's report.target in its study.yaml, else the first attribute that
 * all runs that are done tell, if there is one. */
kn_status pl_study_choose_target(pl_study_data *d, kn_error *e);

/* The mean over the attributes of the share of the commoner class of the test images; NaN where the runs that are done do not all
 * tell the same attributes. */
double pl_study_mean_majority(const pl_study_data *d);

#endif
