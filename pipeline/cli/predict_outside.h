/* What facet predict does about pictures from outside: their framing, and answers that are not sure. */
#ifndef PL_CLI_PREDICT_OUTSIDE_H
#define PL_CLI_PREDICT_OUTSIDE_H

#include <jansson.h>

#include "cli/cli.h"
#include "cli/predict_args.h"
#include "run/predict.h"
#include "study/run_confidence.h"

typedef struct pl_predict_outside {
    pl_reframe_options reframe;
    pl_framer *framer; /* heap; NULL: not asked for */
    bool confident;    /* confidence is read */
    pl_run_confidence confidence;
    double least; /* confidence of an answer; NaN: any */
} pl_predict_outside;

/* What the words ask for, before pictures are added: the framer, what validation says. `out` must outlive p. The error names the way out. */
kn_status pl_predict_outside_open(const pl_global *g, const pl_predict_args *a, const char *dir,
                                  pl_predictions *p, pl_predict_outside *out, kn_error *e);
void pl_predict_outside_close(pl_predict_outside *o);

/* Behind the pictures: probabilities by the temperature, those that are unsure. */
void pl_predict_outside_judge(const pl_predict_args *a, const pl_predict_outside *o,
                              pl_predictions *p);

/* Lines for people: frames of the pictures, below the table; and at the end how many are answered, and what that is on validation and test. */
void pl_predict_outside_frames(const pl_predictions *p);
void pl_predict_outside_summary(const pl_predict_args *a, const pl_predict_outside *o,
                                const pl_predictions *p);

/* Members of an answer's and of a picture's object. */
void pl_predict_outside_answer_json(const pl_predicted *item, json_t *object);
void pl_predict_outside_json(const pl_predictions *p, const pl_predicted *item, json_t *object);

#endif
