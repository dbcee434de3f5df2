/* Scores of a binary classifier from probabilities and labels; of several attributes each by itself, and their means. */
#ifndef PL_STAGES_SCORES_H
#define PL_STAGES_SCORES_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* Fractions in 0..1; NaN where a denominator is 0. Predicted 1 where the probability is above 0.5.
 */
typedef struct pl_scores {
    size_t count, confusion[2][2]; /* [label][predicted] */
    double accuracy, balanced_accuracy,
        majority;                       /* majority: accuracy of always naming the commoner label */
    double recall[2], precision[2], f1; /* f1 of class 1 */
    double auc; /* area under the ROC curve, ties count half (Mann-Whitney) */
} pl_scores;

/* label[i], probability[i] for n images. Returns -1 when memory is out. */
int pl_scores_compute(size_t n, const uint8_t *label, const float *probability, pl_scores *out);

/* Scores of one of several targets, which images without a known label do not touch. label and probability are [n, targets], label 0, 1
 * or KN_LABEL_MISSING. Returns -1 when memory is out. */
int pl_scores_compute_target(size_t n, size_t targets, size_t target, const uint8_t *label,
                             const float *probability, pl_scores *out);

/* The mean of each fraction over the targets that have it. The counts are zero: they cannot be added up. */
pl_scores pl_scores_mean(const pl_scores *each, size_t targets);

/* As an object; NaN becomes null. */
json_t *pl_scores_json(const pl_scores *s);

/* Of several: the means as pl_scores_json has them but for the confusion, count as given, and `targets`, by name, each as
 * pl_scores_json with `unknown`, the images of `count` without a label. */
json_t *pl_scores_json_several(const pl_scores *each, const char *const *name, size_t targets,
                               size_t count);

#endif
