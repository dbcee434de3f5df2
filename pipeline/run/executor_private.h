/* What the files of the executor share; nobody else includes it.
 *
 *   executor.c          a study from the first look to the last word
 *   executor_tasks.c    the work as tasks, which of them can start, and with how many threads
 *   executor_child.c    a task, in its own process
 *   executor_ends.c     what the end of a task means for the study
 *   executor_split.c    one run on all cores, or one run per core
 *   halving.c           which groups go on after a rung
 */
#ifndef PL_RUN_EXECUTOR_PRIVATE_H
#define PL_RUN_EXECUTOR_PRIVATE_H

#include "run/cost.h"
#include "run/executor.h"
#include "run/make_node.h"
#include "run/study_use.h"
#include "run/workers.h"

/* A group of shared nodes that are made in one call, or a run: train, evaluate, results. */
typedef struct pl_task {
    int run;   /* the run; of shared nodes the first that needs them */
    int *node; /* shared nodes, `nodes` of them; NULL: a run */
    int nodes;
    enum { PL_TASK_WAITING, PL_TASK_RUNNING, PL_TASK_ENDED } state;
    int tries;  /* that failed by causes outside it */
    bool alone; /* for lack of memory: started when nothing else runs */
    int threads;
    double bytes, began; /* while it runs: memory expected, and since when */
} pl_task;

/* What is decided of a run before and besides its task. */
typedef enum pl_run_fate {
    PL_FATE_MAKE,
    PL_FATE_DONE,
    PL_FATE_FAILED,  /* now, or earlier by itself and not to be tried again */
    PL_FATE_STOPPED, /* by halving */
    PL_FATE_PAUSED   /* at this rung's epoch: waits for the others */
} pl_run_fate;

/* pl_worker_end.value of a task: its pl_run_status, or: the results folder cannot be written. */
enum { PL_END_NO_RESULTS = -1 };

typedef enum pl_stop { PL_GO_ON, PL_STOP_SIGNAL, PL_STOP_TIME, PL_STOP_FAILURES } pl_stop;

/* How many runs side by side (executor_split.c). */
typedef struct pl_split_choice {
    int threads; /* in all */
    int jobs;    /* side by side now */
    bool fixed;  /* no choice: --jobs, one core, or decided */
} pl_split_choice;

typedef struct pl_exec {
    pl_plan *plan;
    const pl_exec_options *options;
    pl_exec_result *out;
    pl_costs *costs;
    pl_workers *workers;
    pl_use use; /* what the study needs of the store, for gc */
    bool whole; /* to the last stage: results are written */

    pl_task *
        task; /* shared ones first, with room for those that a failed group falls into; from first_run on one per
                      run, task[first_run + r] */
    int tasks, shared, first_run;
    int *order; /* the runs in the order they are started in */
    pl_run_fate *fate;
    char **failure; /* per run: why it failed, heap; or NULL */
    bool *tried;    /* per run: it failed in this call */
    int alike; /* runs of this call that failed, all by the first one's sentence; -1: one ended otherwise */
    kn_error first;  /* failure of this call */
    int epoch_limit; /* of this rung; 0: none */

    pl_split_choice split;
    pl_stop stop;
    double began, deadline, table_at; /* deadline 0: none */
    bool waits_for_memory;            /* told */
} pl_exec;

/* executor_tasks.c */
kn_status pl_exec_plan_tasks(pl_exec *x, kn_error *e);
void pl_exec_free_tasks(pl_exec *x);
/* Starts what can start now. Runs whose inputs could not be made fail here. */
kn_status pl_exec_start_ready(pl_exec *x, kn_error *e);
/* Shared nodes as a task of their own. */
void pl_exec_add_shared(pl_exec *x, const int *nodes, int count);
/* The keys of nodes that became known by the end of a shared task. */
kn_status pl_exec_look_up(pl_exec *x, kn_error *e);
/* Seconds this run takes by the costs, from where it stands now. */
double pl_exec_run_seconds(pl_exec *x, int run, int threads, int jobs);

/* executor_child.c: what a worker calls; and the same for a run in this process. */
void pl_exec_child(void *exec, int task, pl_worker_end *end);
kn_status pl_exec_make_run(pl_exec *x, int r, const pl_node_tools *tools, pl_run_status *status,
                           kn_error *failure, kn_error *e);

/* executor_ends.c */
kn_status pl_exec_task_ended(pl_exec *x, const pl_worker_end *end, kn_error *e);
/* A run whose task wrote nothing: its manifest is written here. */
kn_status pl_exec_fail_run(pl_exec *x, int r, const kn_error *failure, kn_error *e);
kn_status pl_exec_note_run(pl_exec *x, int r, pl_run_status status, const kn_error *failure,
                           kn_error *e);
kn_status pl_exec_update_table(pl_exec *x, kn_error *e);
/* What is left of the study, by the costs and what it took so far; < 0: not known. */
double pl_exec_seconds_left(pl_exec *x);

/* executor_split.c */
void pl_split_choice_init(pl_exec *x);
/* Called when nothing is about to start or a run ended: may change x->split.jobs. */
void pl_split_choice_update(pl_exec *x);

#endif
