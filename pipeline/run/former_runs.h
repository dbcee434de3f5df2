/* Runs of the study's table that the spec as it stands has no more. */
#ifndef PL_RUN_FORMER_RUNS_H
#define PL_RUN_FORMER_RUNS_H

#include "run/plan.h"

/* Says so in a line, with their labels as far as they fit; nothing where there are none, or no table yet. Called before
 * the table is written anew. Their folders stay. */
void pl_former_runs_say(const pl_plan *plan);

#endif
