/* What changed between the parts of two keys (run/run_key.h), in words. */
#ifndef PL_RUN_PLAN_DIFFERENCE_H
#define PL_RUN_PLAN_DIFFERENCE_H

#include <jansson.h>

#include "util/str.h"

/* Adds "data.image.size 50 -> 100, train.lr is new (0.1), model.kernel is gone (it was 3) (and 2
 * more)": at most `most` keys of two objects of texts, in b's order, then what only a has. Returns how
 * many differ. */
int pl_parameter_differences(json_t *a, json_t *b, int most, pl_str *out);

/* The first kind of difference there is: parameters, else content of sources, else outputs of earlier
 * stages, else "train stage version 3 -> 4", else the arithmetic. Heap. */
char *pl_part_differences(const char *stage, json_t *old, json_t *new);

#endif
