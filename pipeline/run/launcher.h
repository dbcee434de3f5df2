/* A study handed to a cluster: which runs are neither done nor in the queue, and the jobs for them.
 * The jobs call facet themselves (launcher_script.h); nothing stays behind that has to live. The
 * same command again looks at results and queue and submits what is missing, so tasks that were
 * cancelled, failed or lost their node come back by it. */
#ifndef PL_RUN_LAUNCHER_H
#define PL_RUN_LAUNCHER_H

#include "run/launcher_queue.h"
#include "run/launcher_script.h"
#include "run/plan.h"

typedef struct pl_launch_request {
    const char *results, *cache; /* as given */
    int threads;                 /* of a task */
    bool retry_failed;           /* runs again that failed by themselves */
    pl_slurm_options options;
} pl_launch_request;

typedef struct pl_launch {
    const pl_plan *plan; /* borrowed */
    pl_queue queue;
    pl_slurm_batch batch; /* its texts belong to this struct */
    char *facet, *results, *cache, *dir;
    int *todo;                    /* runs to submit, in the spec's order */
    int todo_count, queued, done; /* queued: runs of the study that wait or run already */
    int failed;                   /* runs that failed by themselves, and are left alone */
    int strangers;                /* tasks in the queue whose runs are no longer of the study */
    bool prepare, report;         /* which of the other two jobs are needed */
} pl_launch;

/* Decides; writes and submits nothing. out is to be cleared after KN_OK. KN_EIO where squeue fails,
 * KN_EUSAGE where a path cannot stand in a script. */
kn_status pl_launch_make(const pl_plan *plan, const pl_launch_request *request, pl_launch *out,
                         kn_error *e);
void pl_launch_clear(pl_launch *l);

/* Whether there is anything to submit, and whether that job is part of it. */
bool pl_launch_is_needed(const pl_launch *l);
bool pl_launch_wants(const pl_launch *l, pl_slurm_kind kind);

/* What the job waits for, as sbatch takes it: "afterok:12" the array for the preparation,
 * "afterany:13:9" the report for the study's arrays, the new one and those in the queue; NULL:
 * nothing. `prepare` and `runs` stand for the new jobs. Heap. */
char *pl_launch_dependency(const pl_launch *l, pl_slurm_kind kind, const char *prepare,
                           const char *runs);

/* Writes the submission's folder and submits its jobs; `said` tells what was done, for people. The
 * study's lock is held by the caller. On failure what was submitted is taken back, and the folder is
 * removed. */
kn_status pl_launch_submit(pl_launch *l, pl_str *said, kn_error *e);

/* What would be submitted: the sbatch calls and the scripts. */
void pl_launch_text(const pl_launch *l, pl_str *out);

/* {"launcher": "slurm", "queue" (launcher_queue.h), "folder", "runs": [[RUN-ID] per task], "jobs":
 * [{"what", "sbatch": [words], "script"}]} */
json_t *pl_launch_json(const pl_launch *l);

#endif
