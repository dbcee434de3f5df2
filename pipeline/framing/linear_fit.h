/* Fits linear scorers to windows: rows of PL_WINDOW_FEATURES bytes, as pl_linear_score reads them. The same for any number of threads. */
#ifndef PL_FRAMING_LINEAR_FIT_H
#define PL_FRAMING_LINEAR_FIT_H

#include <stddef.h>

#include "base/pool.h"
#include "base/status.h"
#include "framing/window.h"

/* Logistic regression (ops/logreg) by L-BFGS: label[i] 0 or 1 of x [rows, PL_WINDOW_FEATURES]. c: weight of the loss against w'w/2;
 * at most 150 iterations. KN_ENOMEM, KN_EINTERRUPTED, KN_ENUMERIC. */
kn_status pl_linear_fit_classes(const uint8_t *x, const uint8_t *label, size_t rows, double c,
                                kn_pool *pool, pl_linear *out, kn_error *e);

/* Ridge regression of `targets` numbers a row at once: least sum (y - w.x/255 - b)^2 + ridge w'w, the bias free; x' x by OpenBLAS, then
 * Cholesky in double. y [rows, targets], targets at most 8. KN_ENOMEM; KN_ENUMERIC where the matrix is not positive definite. */
kn_status pl_linear_fit_values(const uint8_t *x, const float *y, size_t rows, int targets,
                               double ridge, pl_linear *const *out, kn_error *e);

#endif
