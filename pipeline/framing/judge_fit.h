/* Trains the judge: a net of one hidden layer by the program's own trainer. */
#ifndef PL_FRAMING_JUDGE_FIT_H
#define PL_FRAMING_JUDGE_FIT_H

#include <stddef.h>

#include "base/pool.h"
#include "base/status.h"
#include "framing/window.h"

/* x [rows, PL_WINDOW_FEATURES], label 0 or 1; rows at least 1. The same for any number of threads. KN_ENOMEM, KN_EINTERRUPTED,
 * KN_ENUMERIC. */
kn_status pl_judge_fit(const uint8_t *x, const uint8_t *label, size_t rows, kn_pool *pool,
                       pl_judge *out, kn_error *e);

#endif
