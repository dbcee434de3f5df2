/* The results folder of a study (results/README.md states every file): what a run leaves behind,
 * and what can be told of it later without the cache. Every file appears whole; manifest.json is
 * written last, so a run with a manifest that says "done" has all of its files. */
#ifndef PL_RUN_RESULTS_H
#define PL_RUN_RESULTS_H

#include <stdbool.h>

#include "cache/store.h"
#include "spec/spec.h"
#include "stages/stage.h"

/* What the program says of itself and the machine in a manifest. */
typedef struct pl_run_maker {
    const char *version; /* of facet */
    int threads;
} pl_run_maker;

typedef enum pl_run_status {
    PL_RUN_PENDING,
    PL_RUN_DONE,
    PL_RUN_FAILED,
    PL_RUN_STOPPED,    /* by --for */
    PL_RUN_INTERRUPTED /* by a signal */
} pl_run_status;

const char *pl_run_status_text(pl_run_status status);

/* One run's result: where its parts are, and how it ended. */
typedef struct pl_run_outcome {
    const pl_study *study;
    int run;
    const char *id;
    const pl_stage *const *stages;
    const pl_entry *entry[PL_STAGE_COUNT]; /* NULL: not made */
    pl_run_status status;
    const char *error;  /* why it failed; NULL otherwise */
    bool outside;       /* it failed by a cause outside it: another try may end well */
    const char *reason; /* why it was stopped; NULL otherwise */
    const char *
        work; /* folder of the stage that did not end, with log.txt and, where it rests, epochs.csv;
                           NULL: none */
    pl_run_maker maker;
} pl_run_outcome;

/* A failure by a cause outside the work: killed, no memory, input or output. */
bool pl_failure_is_outside(kn_status status);

/* Copies the run's files and writes manifest.json. A run that is not done gets its log and manifest, and the
 * epochs it has where it rests or rested. */
kn_status pl_results_write_run(const char *study_dir, const pl_run_outcome *outcome, kn_error *e);

/* The manifest says done, was made by these stage versions, and every file it names is there with
 * its size. */
bool pl_results_run_is_done(const char *study_dir, const char *id, const pl_stage *const *stages);

/* The status a run's manifest tells; pending without one. */
pl_run_status pl_results_run_status(const char *study_dir, const char *id);

/* How a run ended, as its manifest tells. */
typedef struct pl_run_end {
    pl_run_status status;
    const char *error, *reason; /* as in pl_run_outcome; NULL: none */
    bool outside;
    bool current;     /* by these stage versions and this numeric identity */
    json_t *manifest; /* holds the texts */
} pl_run_end;

/* False: there is no manifest. Cleared by pl_run_end_clear in either case. */
bool pl_results_run_end(const char *study_dir, const char *id, const pl_stage *const *stages,
                        pl_run_end *out);
void pl_run_end_clear(pl_run_end *end);

/* Whether the next `facet run` leaves the run alone: it failed by itself, as it would again; or halving
 * stopped it. */
bool pl_run_end_is_final(const pl_run_end *end);
bool pl_run_end_is_halted(const pl_run_end *end);

/* Makes results/STUDY, writes study.yaml, and takes the study's lock: KN_EIO when the folder cannot
 * be written, or when another process runs this study (the sentence says which). */
kn_status pl_results_open(const char *study_dir, const pl_study *study, int *lock, kn_error *e);
void pl_results_close(int lock);

/* Whether the results folder is there but may not be written (another user's, a read-only file system):
 * a study that is finished needs nothing of it then but to be read. */
bool pl_results_is_read_only(const char *study_dir);

/* Whether a process holds the study's lock now; `who` (may be NULL) gets its "process 12 on host
 * since ..." text, heap. */
bool pl_results_is_running(const char *study_dir, char **who);

/* runs.csv from study, ids (one per run) and the runs' folders; left alone when nothing changed,
 * *changed tells. */
kn_status pl_results_write_table(const char *study_dir, const pl_study *study,
                                 const char *const *ids, bool *changed, kn_error *e);

/* The same from the runs.csv that is there: every row's status and figures read again from the
 * runs' folders. For `facet report STUDY`, which has no spec and may have no data. */
kn_status pl_results_refresh_table(const char *study_dir, bool *changed, kn_error *e);

#endif
