/* Training of one run, in the two ways there are. Both leave the weights in `block` and the history
 * in `result`. */
#ifndef PL_STAGES_TRAIN_H
#define PL_STAGES_TRAIN_H

#include "io/npy.h"
#include "stages/dataset.h"
#include "stages/epoch_log.h"
#include "stages/stage.h"

/* What both ways work on. */
typedef struct pl_train_task {
    const pl_stage_job *job;
    const pl_dataset *data;
    kn_batch train, val; /* val.count may be 0 */
    const kn_net *net;
    pl_run_spec spec;      /* the job's, with the names of its targets */
    float class_weight[2]; /* by label, resolved */
} pl_train_task;

typedef struct pl_train_result {
    pl_epoch *rows; /* heap */
    int row_count;
    int final_row; /* the row whose weights were kept: the last, or the best where they were
                      restored */
    bool stopped_early;
    bool converged; /* lbfgs: the gradient is below tol */
} pl_train_result;

void pl_train_result_clear(pl_train_result *r);

/* What the spec says of the steps, with class weights of 1. Borrows the spec. */
kn_trainer_options pl_train_options(const pl_run_spec *run, size_t batch_max);

/* Epochs of batches by an optimizer; goes on from a checkpoint in job->work. */
kn_status pl_train_epochs(const pl_train_task *task, float *block, pl_train_result *result,
                          kn_error *e);

/* Logistic regression by L-BFGS to scikit-learn's objective. */
kn_status pl_train_lbfgs(const pl_train_task *task, float *block, pl_train_result *result,
                         kn_error *e);

#endif
