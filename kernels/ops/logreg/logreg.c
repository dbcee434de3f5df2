#include "ops/logreg/logreg.h"

#include <string.h>

#include "base/size.h"
#include "ops/logreg/logreg_impl.h"

const kn_logreg_impl *const kn_logreg_impls[] = {
#define KN_VARIANT(suffix, level) &kn_logreg_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

/* Rows are cut into at most BLOCKS_MAX blocks, whatever the number of threads. Within a block the
 * gradient is summed in f32 over PART_ROWS rows, then in double. */
enum { BLOCKS_MAX = 32, PART_ROWS = 128, LANES = KN_LOGREG_LANES };

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
    size_t rows = kn_size_round_up((d->rows + BLOCKS_MAX - 1) / BLOCKS_MAX, KN_LOGREG_ROWS);
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

/* Four rows from `first`; where there are fewer the last again. */
static void rows_at(const kn_logreg_data *d, size_t first, size_t last,
                    const uint8_t *x[KN_LOGREG_ROWS])
{
    for (size_t r = 0; r < KN_LOGREG_ROWS; r++)
        x[r] = d->x + d->index[first + r < last ? first + r : last - 1] * d->features;
}

/* Up to four rows from `first`: their loss into *value, their slopes into *bias and part. */
static void four_rows(const job *j, size_t first, size_t last, float *part, double *bias,
                      double *value)
{
    const kn_logreg_impl *impl = kn_logreg_impls[kn_isa_get()];
    const kn_logreg_data *d = j->data;
    const uint8_t *x[KN_LOGREG_ROWS], *next[KN_LOGREG_ROWS];
    float z[KN_LOGREG_ROWS], s[KN_LOGREG_ROWS] = {0};
    rows_at(d, first, last, x);
    rows_at(d, first + KN_LOGREG_ROWS, last, next);
    impl->dot(d->features, x, next, j->w, z);
    for (size_t r = 0; r < KN_LOGREG_ROWS && first + r < last; r++) {
        int y = d->label[d->index[first + r]] != 0;
        double t = y ? 1.0 : -1.0, weight = (double)d->weight[y], slope;
        *value += weight * kn_logreg_loss(t * ((double)z[r] / 255.0 + j->bias), &slope);
        slope *= t * weight;
        *bias += slope;
        s[r] = (float)slope;
    }
    impl->add(d->features, x, s, part);
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
    for (size_t r = first; r < last; r += KN_LOGREG_ROWS) {
        four_rows(j, r, last, part, &bias, &value);
        if ((r - first) % PART_ROWS == PART_ROWS - KN_LOGREG_ROWS || r + KN_LOGREG_ROWS >= last)
            kn_logreg_impls[kn_isa_get()]->fold(j->width, part, sums);
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
        grad[k] = c * grad[k] / 255.0 + w[k];
        penalty += 0.5 * w[k] * w[k];
    }
    grad[f] *= c;
    return c * loss + penalty;
}
