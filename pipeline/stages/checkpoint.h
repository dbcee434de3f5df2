/* The whole state of a training run on disk: weights, moments, moving average, step, epoch and
 * position in it, sums of the epoch so far, the history, best value and its weights, early-stopping
 * and plateau state. A run that goes on from it ends with the same bytes as one that was never
 * stopped. The order of images is a function of (seed, epoch), so it needs no state. */
#ifndef PL_STAGES_CHECKPOINT_H
#define PL_STAGES_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "nn/schedule.h"
#include "nn/trainer.h"
#include "stages/epoch_log.h"

typedef struct pl_train_state {
    int64_t epoch;                      /* being trained, counted from 0 */
    int64_t position;                   /* images of it already used */
    double loss_sum;                    /* of the epoch so far, penalty included (times images) */
    double correct_sum, judged_sum;     /* of labels */
    double epoch_seconds, step_seconds; /* spent in it so far */
    double best;                        /* monitored value; meaningless while best_epoch is 0 */
    int64_t best_epoch;                 /* counted from 1; 0: none yet */
    int64_t wait;                       /* epochs without improvement */
    bool stopped;                       /* early stopping has ended the run */
    kn_plateau plateau;
    pl_epoch *rows; /* room for every epoch */
    int row_count;
    float *best_weights; /* NULL where not kept; a block of parameters, or of their average */
} pl_train_state;

/* identity: the canonical parameters and key; a file of another identity is not taken, nor one whose
 * tensors do not have the SHA-256 written with them. Atomic, and on the disk when it returns. */
kn_status pl_checkpoint_save(const char *path, const char *identity, const pl_train_state *state,
                             kn_trainer *trainer, size_t block_floats, kn_error *e);

/* *found is false where there is no file, or one that does not fit (damaged, other identity): then
 * the state is as it was. max_rows: room in state->rows. */
kn_status pl_checkpoint_load(const char *path, const char *identity, pl_train_state *state,
                             int max_rows, kn_trainer *trainer, size_t block_floats, bool *found,
                             kn_error *e);

#endif
