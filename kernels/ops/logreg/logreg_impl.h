/* Behind logreg.h: the loss of a row, and the plain reference of the whole. */
#ifndef KN_OPS_LOGREG_IMPL_H
#define KN_OPS_LOGREG_IMPL_H

#include "ops/logreg/logreg.h"

/* log(1 + exp(-m)) and its slope by m, without overflow. */
double kn_logreg_loss(double m, double *slope);

/* As kn_logreg_value_grad, row by row in double: the oracle of the tests. */
double kn_logreg_value_grad_ref(const kn_logreg_data *d, double c, const double *w, double *grad);

#endif
