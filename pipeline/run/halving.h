/* Successive halving (Jamieson and Talwalkar 2016), synchronous: all groups train up to the rung's epoch, the
 * best 1/factor of them go on, up to factor times the epoch. A group counts with the mean of its seeds, so that no
 * group of the table loses some of its seeds; the outcome does not depend on how many runs go side by side. */
#ifndef PL_RUN_HALVING_H
#define PL_RUN_HALVING_H

#include "run/plan.h"

/* The metric of a run at the rung's epoch, from RESULTS/STUDY/runs/ID/epochs.csv; of training that ended
 * earlier (early stopping, fewer epochs) that of its last epoch, where `ended`. NAN: it is not there. */
double pl_halving_figure(const char *study_dir, const char *id, pl_monitor metric, int epoch,
                         bool ended);

/* figure: per run of the study, NAN where it failed. alive: per group; those that go on stay true. place: per
 * group its place among `*ranked` alive ones, from 1; mean: the groups' figures. Groups with a failed run come last, equal ones
 * in the order of the spec. At least one group goes on. */
void pl_halving_rank(const pl_study *study, const double *figure, bool *alive, int *place,
                     double *mean, int *ranked);

#endif
