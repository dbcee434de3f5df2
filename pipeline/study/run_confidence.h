/* What the probabilities of a run, or of the mean of several, are worth, by their own predictions.csv: for each target the temperature
 * fitted on the validation side (stats/calibration.h), and what answering only above a confidence does. Confidence is the probability of
 * the label given: max(p, 1 - p).
 *
 * The mean is that of the probabilities (stats/mean.h), as `facet predict` answers for a group and the report's averages of seeds have it
 * (compare/ensembles.h); the temperature is that of this mean, not one of the runs' own. */
#ifndef PL_STUDY_RUN_CONFIDENCE_H
#define PL_STUDY_RUN_CONFIDENCE_H

#include <stdint.h>
#include <stddef.h>

#include "base/status.h"

/* One side's answers. */
typedef struct pl_confident_side {
    size_t count;
    float *p; /* heap */
    uint8_t *label;
} pl_confident_side;

/* Of one target; images whose label of it is not known are left out. */
typedef struct pl_run_confidence {
    pl_confident_side val, test;
    double temperature; /* of the validation side; NaN without one */
} pl_run_confidence;

/* Of the folders of `runs` runs (1 or more) that all tell `targets` targets; out: [targets], in the order of the model. KN_EIO,
 * KN_EFORMAT: a predictions.csv is not there, malformed, or about another number of targets; KN_EDATA: runs list other images than the
 * first, so there is no mean. After a failure `out` is empty. */
kn_status pl_run_confidence_read(const char *const *run_dir, size_t runs, size_t targets,
                                 pl_run_confidence *out, kn_error *e);
void pl_run_confidence_clear(pl_run_confidence *c, size_t targets);

/* All probabilities of a target by its temperature, from now on. */
void pl_run_confidence_calibrate(pl_run_confidence *c);

/* The least confidence at which the share `coverage` (0..1] of the validation images is answered: the confidence of the last of
 * them. NaN without validation images. */
double pl_confidence_at(const pl_run_confidence *c, double coverage);

/* Of a side at this least confidence: share answered, and accuracy of these (NaN where none is). */
typedef struct pl_answered {
    size_t count;
    double coverage, accuracy;
} pl_answered;
pl_answered pl_answered_at(const pl_confident_side *side, double confidence);

static inline double pl_confidence_of(float p)
{
    return p > 0.5f ? (double)p : 1 - (double)p;
}

#endif
