/* Making the entries of plan nodes. */
#ifndef PL_RUN_MAKE_NODE_H
#define PL_RUN_MAKE_NODE_H

#include "base/pool.h"
#include "run/cost.h"
#include "run/plan.h"

/* What stages work with. */
typedef struct pl_node_tools {
    kn_pool *pool;
    int epoch_limit;     /* training rests there; 0: none */
    pl_profile *profile; /* NULL: not wanted */
    pl_costs *costs;     /* what an entry cost is noted there; NULL: not noted */
    int threads, jobs;   /* of the pool, and how many works run side by side: for `costs` */
} pl_node_tools;

/* Makes `count` nodes of one stage whose keys are known; more than one only where the stage is
 * joint. Nodes that another process made meanwhile become hits. After success every node is a hit.
 * On failure the sentence is also kept in the nodes (but for interruptions and pauses). *made (may be NULL)
 * counts entries made here. */
kn_status pl_make_nodes(pl_plan *plan, const int *nodes, int count, const pl_node_tools *tools,
                        int *made, kn_error *e);

/* CACHE/work/KEY of a node that is not finished. Heap. */
char *pl_node_work_dir(const pl_plan *plan, const pl_plan_node *n);

#endif
