/* The models that a command is asked about: one run's, or those of a group's seeds. */
#ifndef PL_CLI_SIDE_MODELS_H
#define PL_CLI_SIDE_MODELS_H

#include "compare/compare_side.h"
#include "run/predict.h"

/* Opens the models of the side's runs, in its order; runs of a group that are left out are warned of. Errors as of pl_predictions_open. */
kn_status pl_side_models_open(const pl_compare_side *side, kn_pool *pool, pl_predictions *out,
                              kn_error *e);

#endif
