#include "ops/logreg/logreg.h"

#include <math.h>
#include <string.h>

#include "base/size.h"

/* Rows are cut into at most this many blocks, whatever the number of threads. */
enum { BLOCKS_MAX = 32, ROWS_MIN = 64 };

typedef struct job {
    const kn_logreg_data *data;
    const double *w;
    size_t block_rows, stride; /* rows of a block; doubles of a block's result */
    double *sums;              /* [blocks, stride]: gradient[features + 1], value */
} job;

static size_t rows_per_block(const kn_logreg_data *d)
{
    size_t rows = (d->rows + BLOCKS_MAX - 1) / BLOCKS_MAX;
    return rows < ROWS_MIN ? ROWS_MIN : rows;
}

static size_t block_count(const kn_logreg_data *d)
{
    return (d->rows + rows_per_block(d) - 1) / rows_per_block(d);
}

static size_t block_stride(const kn_logreg_data *d)
{
    return kn_size_round_up(d->features + 2, 8);
}

size_t kn_logreg_scratch_bytes(const kn_logreg_data *d)
{
    return block_count(d) * block_stride(d) * sizeof(double);
}

/* log(1 + exp(-m)) and its slope by m */
static double loss_of_margin(double m, double *slope)
{
    double e = exp(-fabs(m));
    *slope = m >= 0.0 ? -e / (1.0 + e) : -1.0 / (1.0 + e);
    return fmax(-m, 0.0) + log1p(e);
}

static void block_task(void *context, size_t task, int worker)
{
    const job *j = context;
    const kn_logreg_data *d = j->data;
    size_t f = d->features, first = task * j->block_rows, last = first + j->block_rows;
    double *grad = j->sums + task * j->stride, value = 0.0;
    (void)worker;
    memset(grad, 0, j->stride * sizeof *grad);
    if (last > d->rows)
        last = d->rows;
    for (size_t r = first; r < last; r++) {
        size_t row = d->index[r];
        const uint8_t *x = d->x + row * f;
        double z = 0.0, slope, t = d->label[row] ? 1.0 : -1.0;
        double s = (double)d->weight[d->label[row] != 0];
        for (size_t k = 0; k < f; k++)
            z += x[k] * j->w[k];
        z = z / 255.0 + j->w[f];
        value += s * loss_of_margin(t * z, &slope);
        slope *= s * t;
        for (size_t k = 0; k < f; k++)
            grad[k] += slope * x[k];
        grad[f] += slope;
    }
    grad[f + 1] = value;
}

double kn_logreg_value_grad(const kn_logreg_data *d, double c, const double *w, double *grad,
                            kn_pool *pool, void *scratch)
{
    job j = {d, w, rows_per_block(d), block_stride(d), scratch};
    size_t blocks = block_count(d), f = d->features;
    double value = 0.0;
    kn_pool_run(pool, blocks, block_task, &j);
    memset(grad, 0, (f + 1) * sizeof *grad);
    for (size_t b = 0; b < blocks; b++) {
        const double *sums = j.sums + b * j.stride;
        for (size_t k = 0; k <= f; k++)
            grad[k] += sums[k];
        value += sums[f + 1];
    }
    value *= c;
    for (size_t k = 0; k < f; k++) {
        grad[k] = c * grad[k] / 255.0 + w[k];
        value += 0.5 * w[k] * w[k];
    }
    grad[f] *= c;
    return value;
}
