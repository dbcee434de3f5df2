/* In which order the runs of a study are started. */
#ifndef PL_RUN_ORDER_H
#define PL_RUN_ORDER_H

#include "base/status.h"
#include "run/plan.h"

typedef enum pl_order {
    PL_ORDER_AUTO, /* as the spec lists them; under a time limit the group first that is whole soonest */
    PL_ORDER_SPEC,      /* as the spec lists them */
    PL_ORDER_CHEAP,     /* least time first */
    PL_ORDER_EXPENSIVE, /* most time first: the last one to end ends soonest */
    PL_ORDER_RANDOM     /* by RUN-ID: mixed, and the same every time */
} pl_order;

/* "spec", "cheap", "expensive", "random"; KN_EUSAGE for another word. */
kn_status pl_order_parse(const char *text, pl_order *out, kn_error *e);

/* Writes the run's numbers into order[run_count]. seconds: what each takes from where it stands. whole_groups: runs
 * of a group follow one another (a group counts with the sum of its runs), as is right under a time
 * limit. */
void pl_order_runs(const pl_plan *plan, pl_order by, bool whole_groups, const double *seconds,
                   int *order);

#endif
