/* The page of predictions: every picture with its name, what the model says of it, and the truth where it is known. */
#ifndef PL_CLI_PREDICT_SHEET_H
#define PL_CLI_PREDICT_SHEET_H

#include "run/predict.h"

enum { PL_PREDICT_SHEET_MOST = 10000 }; /* further pictures are left out, and the title says so */

/* run: its id, or what names the group of runs. far: [count] words for each picture, NULL or "" where there is nothing to say. KN_EIO: cannot be written. */
kn_status pl_predict_sheet_write(const pl_predictions *p, const char *run, const char *const *far,
                                 const char *path, kn_error *e);

#endif
