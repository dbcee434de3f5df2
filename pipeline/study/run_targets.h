/* Of runs that tell several attributes, which one is looked into: for study_data.c, which declares what others use. */
#ifndef PL_STUDY_RUN_TARGETS_H
#define PL_STUDY_RUN_TARGETS_H

#include "study/study_data.h"

/* Fills d->target of a study with runs that tell several: the report.target of its study.yaml where a run tells it (else that is
 * warned of), else the first attribute that all runs that are done tell, else the first of the first run. */
kn_status pl_study_choose_target(pl_study_data *d, kn_error *e);

/* The mean over the attributes of the share of the commoner class of the test images; NaN where the runs do not tell alike. */
double pl_study_mean_majority(const pl_study_data *d);

#endif
