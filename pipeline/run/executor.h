/* Makes what a plan misses and fills the results folder: shared entries (ingest, those of equal sources in
 * one pass; split), then run by run training, evaluation and results, each task in a process of its
 * own. One run's failure does not stop the others. */
#ifndef PL_RUN_EXECUTOR_H
#define PL_RUN_EXECUTOR_H

#include "run/order.h"
#include "run/plan.h"
#include "run/results.h"

typedef struct pl_exec_options {
    pl_run_maker maker; /* version; threads to use in all */
    int jobs;           /* runs side by side; 0: what measures fastest on this machine */
    pl_stage_id
        until; /* the last stage to make; results are written when it is the last there is */
    bool here; /* the runs one by one in this process, without workers */
    pl_profile *profile; /* of the runs trained, `here`. NULL: not wanted */
    double seconds;      /* after so long the work is saved and stopped; 0: no limit */
    double reserve;      /* of these, kept for what the caller does then */
    pl_order order;
    const bool *only;  /* per run: others are left alone; NULL: all runs */
    int retries;       /* of a run that failed by a cause outside it */
    bool retry_failed; /* tries runs again that failed by themselves */
    bool fail_fast;    /* the first failed run stops the study */
    bool finish;       /* completes runs that halving stopped, and stops none */
} pl_exec_options;

typedef struct pl_exec_result {
    int asked; /* runs there are, or of options.only */
    double
        expected; /* seconds, before the first task; 0: nothing to do, or nothing to tell it by */
    int runs, done, made, failed; /* made: done by this call; failed: those of earlier calls too */
    int tried_failed;             /* failed by this call */
    int halted;                   /* stopped by halving */
    int entries;                  /* cache entries made */
    bool stopped, interrupted;    /* by the clock; by a signal */
    bool gave_up;                 /* by --fail-fast, or as the first runs all failed alike */
} pl_exec_result;

/* The study's lock is held by the caller, who has no thread but itself. Failed runs: KN_OK with out->failed >
 * 0 and their sentences logged, or that failure itself where every run failed by the same one. KN_EINTERRUPTED: by a
 * signal, with a sentence that says how to go on. Stopped by the clock: KN_OK, out->stopped.
 *
 * A run fails by itself (its numbers, its data, a crash) or by a cause outside it (killed, no memory, input or
 * output). The first kind stays failed in later calls until retry_failed, another stage version or
 * other data; the second is tried `retries` times again at once, and by every later call. When the
 * first three runs of a call all fail by one sentence, the study stops. */
kn_status pl_exec_run(pl_plan *plan, const pl_exec_options *options, pl_exec_result *out,
                      kn_error *e);

#endif
