/* Scores of a binary classifier from probabilities and labels. */
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

/* As an object; NaN becomes null. */
json_t *pl_scores_json(const pl_scores *s);

#endif
