/* --launcher local|slurm and what goes with it: --partition, --time, --mem, --array-limit. */
#ifndef PL_CLI_LAUNCHER_ARGS_H
#define PL_CLI_LAUNCHER_ARGS_H

#include "cli/study_args.h"
#include "run/launcher_script.h"

/* In lists of known options, and in a command's help. */
#define PL_LAUNCHER_OPTIONS "--launcher", "--partition", "--time", "--mem", "--array-limit"
#define PL_LAUNCHER_HELP                                                                           \
    "  --launcher slurm  hands the runs to a cluster: a preparation job, an array with a task "    \
    "per\n"                                                                                        \
    "                    run, a report job. The same command again submits what is missing\n"      \
    "  --partition P     of the cluster (default: its own)\n"                                      \
    "  --time T          limit of a job: 8h, 1h30m, or as sbatch takes it (90 is minutes, "        \
    "1-12:00);\n"                                                                                  \
    "                    a run that meets it is saved and goes back into the queue\n"              \
    "  --mem M           memory of a job: 4G, 500M\n"                                              \
    "  --array-limit N   at most so many tasks at a time\n"

typedef struct pl_launcher_args {
    bool slurm;
    pl_slurm_options options;
    char time[32], mem[32];    /* what options point to */
    bool retry_failed, finish; /* of facet run */
    const char *first;         /* the first option given that needs --launcher slurm */
} pl_launcher_args;

/* Takes one of the options at argv[*i]; *taken is false for another word. The struct must stay where
 * it is. */
kn_status pl_launcher_args_take(pl_launcher_args *a, int argc, char **argv, int *i, bool *taken,
                                kn_error *e);

/* After all words: options of slurm without it, and `other` (NULL: none), an option given that does
 * not go with it. */
kn_status pl_launcher_args_check(const pl_launcher_args *a, const char *other, kn_error *e);

/* The plan and what would be submitted, to stdout. */
kn_status pl_launcher_print(const pl_global *g, const pl_launcher_args *a, pl_planned *p,
                            const pl_study_args *study, kn_error *e);

/* Submits what is missing, under the study's lock. *nothing: no run is to be made and none is in the
 * queue, so what is left (the report) can be done here at once. */
kn_status pl_launcher_submit(const pl_global *g, const pl_launcher_args *a, pl_planned *p,
                             bool *nothing, kn_error *e);

#endif
