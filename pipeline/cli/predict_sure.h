/* What facet predict does about answers that are not sure: --calibrated, --abstain, --coverage. Each target has its own temperature and its
 * own threshold; those of a group are of the mean of its seeds (study/run_confidence.h). */
#ifndef PL_CLI_PREDICT_SURE_H
#define PL_CLI_PREDICT_SURE_H

#include <jansson.h>

#include "cli/predict_args.h"
#include "compare/compare_side.h"
#include "ops/loss/loss.h"
#include "run/predict.h"
#include "study/run_confidence.h"

typedef struct pl_predict_sure {
    bool asked, calibrated;
    size_t from, to; /* the targets told: from <= k < to */
    size_t targets;
    pl_run_confidence of[KN_TARGETS_MAX]; /* [targets] */
    double least[KN_TARGETS_MAX];         /* confidence of an answer; NaN: any */
} pl_predict_sure;

/* What the words ask for, by the predictions of the runs that p is the mean of; nothing is read where they ask for nothing. KN_EDATA: a target
 * that is told has no validation images to take it from; else as of pl_run_confidence_read. */
kn_status pl_predict_sure_open(const pl_predict_args *a, const pl_compare_side *side,
                               const pl_predictions *p, pl_predict_sure *out, kn_error *e);
void pl_predict_sure_close(pl_predict_sure *s);

/* Behind the pictures: probabilities by the temperatures, and those that are unsure. */
void pl_predict_sure_judge(const pl_predict_sure *s, pl_predictions *p);

/* Lines for people: temperatures, how many are answered here, and what that is on validation and test; of several targets a table. */
void pl_predict_sure_summary(const pl_predict_sure *s, const pl_predictions *p);

/* The same as an array, an object for each target told; NULL: nothing was asked for. */
json_t *pl_predict_sure_json(const pl_predict_sure *s, const pl_predictions *p);

#endif
