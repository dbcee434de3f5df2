/* Slurm's commands, found on PATH: sbatch, scancel, scontrol. */
#ifndef PL_RUN_LAUNCHER_SLURM_H
#define PL_RUN_LAUNCHER_SLURM_H

#include "run/launcher_script.h"

/* The words of an sbatch call: sbatch --parsable [--dependency=...] OPTIONS DIR/KIND.sh. A heap array
 * of heap strings with NULL at its end (pl_free_names). `dependency` may be NULL. */
char **pl_slurm_sbatch_call(const pl_slurm_batch *b, pl_slurm_kind kind, const char *dependency);

/* Submits the script DIR/KIND.sh, which is there. KN_EIO with sbatch's own words where it refuses,
 * and where it is not on PATH. */
kn_status pl_slurm_submit(const pl_slurm_batch *b, pl_slurm_kind kind, const char *dependency,
                          long *job, kn_error *e);

/* Whether there is an sbatch on PATH that answers: KN_EIO otherwise. */
kn_status pl_slurm_check(kn_error *e);

/* Takes a job back. Best effort: it may have ended meanwhile. */
void pl_slurm_cancel(long job);

/* How many tasks an array may have (MaxArraySize of `scontrol show config`; Slurm's default where
 * that does not tell). */
int pl_slurm_max_tasks(void);

#endif
