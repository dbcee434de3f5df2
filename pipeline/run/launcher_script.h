/* The batch scripts of a study for Slurm, as text: a preparation (ingest and split, what runs
 * share), an array with a task per run, a report.
 *
 * A submission has a folder of its own, results/STUDY/slurm/N, where its jobs work:
 *   spec.yaml                        the study as it was submitted, paths absolute
 *   runs.ids                         line K + 1: the RUN-IDs of the array's task K, with commas
 *   prepare.sh runs.sh report.sh     the scripts
 *   prepare.log run-K.log report.log what the jobs said, appended to when they start again
 *   jobs.json                        the job ids
 * Nothing of it changes afterwards, so an edited spec or a second submission leaves tasks that wait
 * as they were. */
#ifndef PL_RUN_LAUNCHER_SCRIPT_H
#define PL_RUN_LAUNCHER_SCRIPT_H

#include "util/str.h"

typedef enum pl_slurm_kind {
    PL_SLURM_PREPARE,
    PL_SLURM_RUNS,
    PL_SLURM_REPORT,
    PL_SLURM_KINDS
} pl_slurm_kind;

const char *pl_slurm_kind_name(pl_slurm_kind kind); /* "prepare", "runs", "report" */

/* What the user asks of the cluster; the texts are as sbatch takes them, NULL: its default. */
typedef struct pl_slurm_options {
    const char *partition, *time, *mem;
    long minutes;     /* of `time`; 0 where that is NULL */
    long array_limit; /* tasks at a time; 0: no limit */
} pl_slurm_options;

typedef struct pl_slurm_batch {
    const char *study;                   /* its name */
    const char *facet, *results, *cache; /* the program and the folders, absolute */
    const char *dir;                     /* the submission's folder, absolute */
    int tasks, threads;
    pl_slurm_options options;
    const char *isa, *bf16,
        *blas_core; /* FACET_ISA, FACET_BF16, OPENBLAS_CORETYPE as the user has set them, or NULL */
} pl_slurm_batch;

/* "facet-STUDY-runs": letters, digits, '.', '_' and '-' of the study's name, '_' for the rest.
 * Heap. */
char *pl_slurm_job_name(const char *study, pl_slurm_kind kind);

/* sbatch's options for the job, as words: a heap array of heap strings with NULL at its end
 * (pl_free_names). The script states the same ones; on the command line they also win over the
 * user's SBATCH_ variables. */
char **pl_slurm_sbatch_words(const pl_slurm_batch *b, pl_slurm_kind kind);

/* The whole script. */
void pl_slurm_script(const pl_slurm_batch *b, pl_slurm_kind kind, pl_str *out);

/* 'text' for a POSIX shell, whatever is in it; "text" for a #SBATCH line. */
void pl_shell_quote(const char *text, pl_str *out);
void pl_sbatch_quote(const char *text, pl_str *out);

#endif
