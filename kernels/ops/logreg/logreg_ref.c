#include "ops/logreg/logreg_impl.h"

#include <math.h>

/* log(1 + e), not log1p(e), which takes twice the time: what it loses is below 2e-16 in a sum of
 * losses. */
double kn_logreg_loss(double m, double *slope)
{
    double e = exp(-fabs(m));
    *slope = m >= 0.0 ? -e / (1.0 + e) : -1.0 / (1.0 + e);
    return fmax(-m, 0.0) + log(1.0 + e);
}

double kn_logreg_value_grad_ref(const kn_logreg_data *d, double c, const double *w, double *grad)
{
    size_t f = d->features;
    double value = 0.0;
    grad[f] = 0.0;
    for (size_t k = 0; k < f; k++) {
        grad[k] = w[k];
        value += 0.5 * w[k] * w[k];
    }
    for (size_t r = 0; r < d->rows; r++) {
        const uint8_t *x = d->x + d->index[r] * f;
        int y = d->label[d->index[r]] != 0;
        double z = w[f], t = y ? 1.0 : -1.0, s = c * (double)d->weight[y], slope;
        for (size_t k = 0; k < f; k++)
            z += w[k] * (x[k] / 255.0);
        value += s * kn_logreg_loss(t * z, &slope);
        for (size_t k = 0; k < f; k++)
            grad[k] += s * t * slope * (x[k] / 255.0);
        grad[f] += s * t * slope;
    }
    return value;
}
