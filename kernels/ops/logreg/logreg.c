#include "ops/logreg/logreg.h"

#include <string.h>

#include "base/size.h"
#include "ops/dense/dense_impl.h"
#include "ops/logreg/logreg_impl.h"

/* Rows are cut into at most BLOCKS_MAX blocks, whatever the number of threads. Within a block the
 * gradient is summed in f32 over PART_ROWS rows, then in double. The passes over the pixels are those
 * of a dense layer of one unit, ROWS at a time: they stay in the first cache from one pass to the
 * other. */
enum { BLOCKS_MAX = 32, PART_ROWS = 128, LANES = 16, ROWS = 8 };

/* scratch: w in f32 | per block: part f32 [width] | sums double [width + LANES]: gradient, .., bias
 * slope, value */
typedef struct job {
    const kn_logreg_data *data;
    size_t width, block_rows; /* width: features rounded up to LANES */
    double bias;
    float *w, *parts;
    double *sums;
} job;

static size_t rows_per_block(const kn_logreg_data *d)
{
    size_t rows = kn_size_round_up((d->rows + BLOCKS_MAX - 1) / BLOCKS_MAX, ROWS);
    return rows < PART_ROWS ? PART_ROWS : rows;
}

static size_t block_count(const kn_logreg_data *d)
{
    return (d->rows + rows_per_block(d) - 1) / rows_per_block(d);
}

size_t kn_logreg_scratch_bytes(const kn_logreg_data *d)
{
    size_t width = kn_size_round_up(d->features, LANES), blocks = block_count(d);
    return width * sizeof(float) +
           blocks * (width * sizeof(float) + (width + LANES) * sizeof(double));
}

/* The next ROWS rows from `first` on: their loss into *value, their slopes into *bias and part. Those
 * behind them are named too, to be brought near. */
static void some_rows(const job *j, size_t first, size_t last, float *part, double *bias,
                      double *value)
{
    const kn_dense_impl *impl = kn_dense_impls[kn_isa_get()];
    const kn_logreg_data *d = j->data;
    const float none = 0.0f;
    const uint8_t *x[2 * ROWS];
    float z[ROWS], s[ROWS];
    size_t left = last - first, known = left < 2 * ROWS ? left : 2 * ROWS;
    size_t rows = left < ROWS ? left : ROWS;
    for (size_t r = 0; r < known; r++)
        x[r] = d->x + d->index[first + r] * d->features;
    impl->dot_pixels(1, rows, known, d->features, x, j->w, &none, z);
    for (size_t r = 0; r < rows; r++) {
        int y = d->label[d->index[first + r]] != 0;
        double t = y ? 1.0 : -1.0, weight = (double)d->weight[y], slope;
        *value += weight * kn_logreg_loss(t * ((double)z[r] + j->bias), &slope);
        slope *= t * weight;
        *bias += slope;
        s[r] = (float)slope;
    }
    impl->add_pixels(1, rows, d->features, x, s, part);
}

static void add_part(size_t width, float *part, double *sums)
{
    for (size_t k = 0; k < width; k += LANES)
        for (size_t l = 0; l < LANES; l++) {
            sums[k + l] += (double)part[k + l];
            part[k + l] = 0.0f;
        }
}

static void block_task(void *context, size_t task, int worker)
{
    const job *j = context;
    size_t first = task * j->block_rows, last = first + j->block_rows;
    float *part = j->parts + task * j->width;
    double *sums = j->sums + task * (j->width + LANES), bias = 0.0, value = 0.0;
    (void)worker;
    if (last > j->data->rows)
        last = j->data->rows;
    memset(part, 0, j->width * sizeof *part);
    memset(sums, 0, j->width * sizeof *sums);
    for (size_t r = first; r < last; r += ROWS) {
        some_rows(j, r, last, part, &bias, &value);
        if ((r - first) % PART_ROWS == PART_ROWS - ROWS || r + ROWS >= last)
            add_part(j->width, part, sums);
    }
    sums[j->width] = bias;
    sums[j->width + 1] = value;
}

double kn_logreg_value_grad(const kn_logreg_data *d, double c, const double *w, double *grad,
                            kn_pool *pool, void *scratch)
{
    size_t f = d->features, blocks = block_count(d), width = kn_size_round_up(f, LANES);
    float *w32 = scratch, *parts = w32 + width;
    job j = {d, width, rows_per_block(d), w[f], w32, parts, NULL};
    double *sums = (double *)(void *)(parts + blocks * width), loss = 0.0, penalty = 0.0;
    j.sums = sums;
    for (size_t k = 0; k < f; k++)
        w32[k] = (float)w[k];
    kn_pool_run(pool, blocks, block_task, &j);
    memset(grad, 0, (f + 1) * sizeof *grad);
    for (size_t b = 0; b < blocks; b++, sums += width + LANES) {
        for (size_t k = 0; k < f; k++)
            grad[k] += sums[k];
        grad[f] += sums[width];
        loss += sums[width + 1];
    }
    for (size_t k = 0; k < f; k++) {
        grad[k] = c * grad[k] + w[k];
        penalty += 0.5 * w[k] * w[k];
    }
    grad[f] *= c;
    return c * loss + penalty;
}
