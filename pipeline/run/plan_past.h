/* The study's earlier entries of a stage, and which of them is nearest to a missing one. Read from
 * the store when first asked for a stage; bounded, so that a plan stays quick in a store of any size.
 */
#ifndef PL_RUN_PLAN_PAST_H
#define PL_RUN_PLAN_PAST_H

#include "run/plan.h"

typedef struct pl_plan_past pl_plan_past;

/* The newest 2,000 entries of a stage are looked at, and of these the newest 500 that this study made
 * are compared. */
enum { PL_PAST_READ = 2000, PL_PAST_KEPT = 500 };

/* The entry.json of the entry whose parts differ least from the node's; of equals the one made last.
 * Entries the plan hits are siblings and do not count. NULL: none. Borrowed. */
json_t *pl_plan_nearest(pl_plan *p, const pl_plan_node *n);

/* Whether entries were left unseen, so that "never run" is not known for sure. */
bool pl_plan_past_is_cut(const pl_plan *p, pl_stage_id stage);

void pl_plan_past_free(pl_plan_past *past); /* NULL is allowed */

#endif
