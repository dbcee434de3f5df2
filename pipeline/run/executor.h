/* Makes what a plan misses, in dependency order, and fills the results folder: ingest entries first
 * (those of equal sources in one pass), then splits, then run by run training, evaluation and
 * results. One run's failure does not stop the others. */
#ifndef PL_RUN_EXECUTOR_H
#define PL_RUN_EXECUTOR_H

#include "run/plan.h"
#include "run/results.h"

typedef struct pl_exec_options {
    pl_run_maker maker; /* version; threads to use in all */
    int jobs;           /* runs side by side, each in a process of its own when above 1 */
    pl_stage_id
        until; /* the last stage to make; results are written when it is the last there is */
    pl_profile *profile; /* of the runs trained; jobs is 1 then. NULL: not wanted */
    double seconds;      /* after so long the work is saved and stopped; 0: no limit */
} pl_exec_options;

typedef struct pl_exec_result {
    int runs, done, made, failed; /* made: done by this call */
    int entries;                  /* cache entries made */
    bool stopped, interrupted;
} pl_exec_result;

/* The study's lock is held by the caller. Failed runs: KN_OK with out->failed > 0 and their
 * sentences logged, or that failure itself where every run failed by the same one. KN_EINTERRUPTED:
 * by a signal, with a sentence that says how to go on. Stopped by the clock: KN_OK, out->stopped.
 */
kn_status pl_exec_run(pl_plan *plan, const pl_exec_options *options, pl_exec_result *out,
                      kn_error *e);

#endif
