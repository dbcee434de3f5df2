/* What facet predict does about pictures from outside: their framing. */
#ifndef PL_CLI_PREDICT_OUTSIDE_H
#define PL_CLI_PREDICT_OUTSIDE_H

#include <jansson.h>

#include "cli/cli.h"
#include "cli/predict_args.h"
#include "run/predict.h"

typedef struct pl_predict_outside {
    pl_reframe_options reframe;
    pl_framer *framer; /* heap; NULL: not asked for */
} pl_predict_outside;

/* What the words ask for, before pictures are added. `out` must outlive p. The error names the way out. */
kn_status pl_predict_outside_open(const pl_global *g, const pl_predict_args *a, const char *dir,
                                  pl_predictions *p, pl_predict_outside *out, kn_error *e);
void pl_predict_outside_close(pl_predict_outside *o);

/* Lines for people: frames of the pictures, below the table; and at the end how many have no face. */
void pl_predict_outside_frames(const pl_predictions *p);
void pl_predict_outside_summary(const pl_predictions *p);

/* Members of a picture's object. */
void pl_predict_outside_json(const pl_predictions *p, const pl_predicted *item, json_t *object);

#endif
