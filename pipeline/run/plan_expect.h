/* What a plan's missing work will take: time from the costs of earlier work (run/cost.h), and disk. */
#ifndef PL_RUN_PLAN_EXPECT_H
#define PL_RUN_PLAN_EXPECT_H

#include "run/cost.h"
#include "run/plan.h"

typedef struct pl_expectation {
    double seconds;         /* from now to the end, with this many jobs */
    double work_seconds[3]; /* of all works, by what is known of them: indexed by pl_cost_basis */
    int works[3];           /* entries to make, likewise */
    int threads, jobs;      /* of one run; side by side */
    double cache_bytes;     /* that stay in the cache, at most */
    double result_bytes; /* that stay in results, at most: copies share room where the file system
                                lets them */
    double checkpoint_bytes; /* at once while it runs, at most */
} pl_expectation;

/* Up to the stage `until`, with `threads` threads in all: shared stages first and alone, then runs in
 * the order of the spec, each to the job that is free first. jobs 0: one run on all threads or one per
 * thread, whichever the costs expect to end sooner. Runs that are left alone (PL_PLAN_LEFT) cost
 * nothing. Nodes are taken as they are known now: one that waits may turn out to be a hit. */
pl_expectation pl_plan_expect(const pl_plan *p, pl_costs *costs, pl_stage_id until, int threads,
                              int jobs);

/* 0..1: the part of the expected time that comes from the same work measured before. */
double pl_expectation_measured(const pl_expectation *x);

#endif
