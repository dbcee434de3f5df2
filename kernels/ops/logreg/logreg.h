/* Logistic regression on u8 rows: objective and gradient in one pass, for a quasi-Newton solver.
 * The objective is scikit-learn's:
 *
 *   f(w, b) = w'w / 2 + C sum_i s_i log(1 + exp(-t_i (x_i . w + b))),  t = +-1, x = pixels / 255
 *
 * Parallel over fixed blocks of rows, summed in block order in double: the same bytes for any
 * number of threads. */
#ifndef KN_OPS_LOGREG_H
#define KN_OPS_LOGREG_H

#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"

typedef struct kn_logreg_data {
    const uint8_t *x;      /* [N, features] */
    const uint8_t *label;  /* [N], 0 or 1 */
    const uint32_t *index; /* [rows]: the rows in use */
    size_t rows, features;
    float weight[2]; /* sample weight by class, 1 normally */
} kn_logreg_data;

/* Bytes of scratch for kn_logreg_value_grad. */
size_t kn_logreg_scratch_bytes(const kn_logreg_data *d);

/* w[features + 1], the bias last. Returns f; grad[features + 1] is overwritten. */
double kn_logreg_value_grad(const kn_logreg_data *d, double c, const double *w, double *grad,
                            kn_pool *pool, void *scratch);

#endif
