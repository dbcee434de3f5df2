/* What Slurm's queue holds of a study: its jobs that wait or run, told by their names and their
 * folders (launcher_script.h). The queue itself is asked every time, so jobs that were cancelled,
 * lost with a node or submitted by someone else are seen as they are. */
#ifndef PL_RUN_LAUNCHER_QUEUE_H
#define PL_RUN_LAUNCHER_QUEUE_H

#include <jansson.h>
#include <stdbool.h>

#include "run/launcher_script.h"

typedef struct pl_queue_job {
    pl_slurm_kind kind;
    long job;       /* of the whole array */
    long task;      /* in the array; -1: no array */
    int submission; /* N of results/STUDY/slurm/N */
    char *runs;     /* the RUN-IDs the task makes, with commas; "" for the other kinds */
    char *state;    /* "RUNNING", "PENDING", ... */
    char *reason;   /* why it waits: "Priority", "Dependency", ... */
    char *time;     /* how long it has run, as squeue writes it: "1:02" */
} pl_queue_job;

typedef struct pl_queue {
    bool known; /* the queue could be asked, or there never was a submission */
    pl_queue_job *job;
    int count;
    struct pl_queue_run {
        char *id;
        bool running; /* a task of its is at work */
    } * run;          /* of all its tasks, sorted by id */
    int runs;
} pl_queue;

/* Asks squeue where the study was ever submitted. `known` is false where there is no squeue on
 * PATH; KN_EIO with its own words where it fails, and `known` is false too. out is to be cleared after KN_OK. */
kn_status pl_queue_read(const char *study_dir, pl_queue *out, kn_error *e);
void pl_queue_clear(pl_queue *q);

/* From the text squeue prints by pl_queue_format: jobs of other folders are left out. */
extern const char pl_queue_format[];
kn_status pl_queue_parse(const char *study_dir, const char *text, pl_queue *out, kn_error *e);

/* A job that is held waits until someone releases it: by its owner, an administrator, or Slurm
 * after a failed start. */
bool pl_queue_is_held(const pl_queue_job *j);
bool pl_queue_has_run(const pl_queue *q, const char *run_id);
bool pl_queue_runs_now(const pl_queue *q, const char *run_id); /* its task is at work */

/* {"launcher": "slurm", "known", "running", "waiting", "held": counts of tasks, "jobs": [{"job":
 * "13_4", "what": "prepare|runs|report", "runs": [RUN-ID], "state", "reason", "time"}]}, and a line
 * or two for people; nothing is added for a study that was never submitted or has left the queue. */
json_t *pl_queue_json(const pl_queue *q);
void pl_queue_text(const json_t *queue, pl_str *out);

#endif
