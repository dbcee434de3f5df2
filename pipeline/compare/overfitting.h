/* From which epoch on a group overfits: where its mean validation loss over the seeds is least, and how much more it is after the
 * last epoch. */
#ifndef PL_COMPARE_OVERFITTING_H
#define PL_COMPARE_OVERFITTING_H

#include "stats/mean.h"
#include "study/study_data.h"

/* Over the epochs that all runs of the group that are done have. best = 0: they have none with a validation loss. */
typedef struct pl_overfitting {
    int runs;   /* with epochs */
    int epochs; /* that all of them have */
    int best;   /* epoch of the least mean validation loss, from 1; the first of equal ones */
    double loss_best, loss_last;         /* mean validation loss there and after the last epoch */
    double accuracy_best, accuracy_last; /* mean validation accuracy */
    pl_summary
        rise; /* over the seeds: loss after the last epoch less that at `best`; Student's 95 % interval. The epoch is
                        chosen on the same losses, so the interval is a little too short. All NaN where best is the last */
    double
        train_fall; /* mean relative fall of the training loss in the last epoch: 0.01 is 1 %; NaN: only one epoch */
    double val_fall; /* of the validation loss */
} pl_overfitting;

pl_overfitting pl_group_overfitting(const pl_study_data *d, int group);

/* Whether the rise is more than chance: the interval lies above 0; of a single seed the rise itself, which one seed cannot
 * tell from chance: never. */
bool pl_overfits(const pl_overfitting *o);

/* overfitting.csv: a row per group: group, n, epochs, best_epoch, val_loss_best, val_loss_last, rise, rise_low, rise_high,
 * val_accuracy_best, val_accuracy_last. Appends. */
void pl_overfitting_csv(const pl_study_data *d, pl_str *s);

#endif
