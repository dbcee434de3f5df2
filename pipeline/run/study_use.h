/* Tells the store what a plan's runs need of it while they are made and after (cache/store_use.h). */
#ifndef PL_RUN_STUDY_USE_H
#define PL_RUN_STUDY_USE_H

#include "cache/store_use.h"
#include "run/plan.h"

/* Begins or renews: names the keys, as far as they are known, of all work that runs still to be made
 * need. Call it before the first entry is made and again when the shared stages are done. Hits that gc
 * removed between the plan and the first call are looked up again. Nothing to make: nothing is done. */
kn_status pl_study_use(pl_plan *p, pl_use *use, kn_error *e);

/* Ends it; what runs that are not done need stays noted. */
void pl_study_use_end(pl_plan *p, pl_use *use);

#endif
