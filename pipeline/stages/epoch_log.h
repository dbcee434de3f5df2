/* The history of a training run: one row an epoch (for lbfgs: at some iterations), and epochs.csv.
 */
#ifndef PL_STAGES_EPOCH_LOG_H
#define PL_STAGES_EPOCH_LOG_H

#include "base/status.h"

/* NaN stands for "not there": val_* without a validation side, lr with lbfgs. */
typedef struct pl_epoch {
    double epoch; /* counted from 1 */
    double train_loss, train_accuracy, val_loss, val_accuracy;
    double lr, seconds,
        images_per_second; /* wall time of the whole epoch; of the training steps alone */
} pl_epoch;

enum { PL_EPOCH_FIELDS = sizeof(pl_epoch) / sizeof(double) };

/* epochs.csv: epoch, train_loss, train_accuracy, val_loss, val_accuracy, lr, seconds,
 * images_per_second. */
kn_status pl_epochs_write(const char *path, const pl_epoch *rows, int count, kn_error *e);

/* Median of images_per_second over the epochs after the first (of all where there is one only). 0
 * without rows. */
double pl_epochs_speed(const pl_epoch *rows, int count);

/* Sum of the wall times. */
double pl_epochs_seconds(const pl_epoch *rows, int count);

#endif
