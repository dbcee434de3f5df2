#include "nn/pixel_source.h"

#include <math.h>

#include "base/rng.h"

/* Above the streams of dropout (layer_dropout.c) and of shuffling, below those of initial weights. */
static const uint64_t MIX_STREAM = (uint64_t)1 << 61;

static bool augments(const kn_pixel_source *s)
{
    return s->augment && kn_augment_does(s->augment);
}

bool kn_pixel_source_changes(const kn_pixel_source *s)
{
    return augments(s) || s->view || s->mixup > 0;
}

size_t kn_pixel_source_scratch(kn_shape shape)
{
    return kn_augment_scratch(shape);
}

/* Gamma(alpha, 1), Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; below 1 by
 * Gamma(alpha + 1) u^(1/alpha). */
static double gamma_variate(kn_rng *r, double alpha)
{
    if (alpha < 1.0)
        return gamma_variate(r, alpha + 1.0) * pow(1.0 - kn_rng_uniform64(r), 1.0 / alpha);
    double d = alpha - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = kn_rng_normal(r), v = 1.0 + c * x, u = 1.0 - kn_rng_uniform64(r);
        v = v * v * v;
        if (v > 0.0 && log(u) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

float kn_pixel_source_share(const kn_pixel_source *s, size_t position)
{
    if (s->mixup <= 0 || s->count < 2)
        return 1.0f;
    kn_rng r;
    kn_rng_init(&r, s->seed, MIX_STREAM + (s->epoch << 32) + s->index[position]);
    double a = gamma_variate(&r, (double)s->mixup), b = gamma_variate(&r, (double)s->mixup);
    double share = a + b > 0.0 ? a / (a + b) : 1.0;
    return (float)fmax(share, 1.0 - share);
}

size_t kn_pixel_source_partner(const kn_pixel_source *s, size_t position)
{
    return (position + 1) % s->count;
}

static const uint8_t *unmixed(const kn_pixel_source *s, size_t position, uint8_t *row,
                              void *scratch)
{
    size_t n = kn_shape_size(s->shape);
    const uint8_t *from = s->x + n * s->index[position];
    if (augments(s))
        kn_augment_apply(s->augment, s->shape, s->seed, s->epoch, s->index[position], from, row,
                         scratch);
    else if (s->view)
        kn_augment_view(s->view, s->shape, from, row);
    else
        return from;
    return row;
}

const uint8_t *kn_pixel_source_row(const kn_pixel_source *s, size_t position, uint8_t *row,
                                   void *scratch)
{
    const uint8_t *own = unmixed(s, position, row, scratch);
    float share = kn_pixel_source_share(s, position);
    if (share >= 1.0f)
        return own;
    size_t n = kn_shape_size(s->shape);
    const uint8_t *other = unmixed(s, kn_pixel_source_partner(s, position), row + n, scratch);
    int weight = (int)lrintf(share * 65536.0f);
    for (size_t i = 0; i < n; i++)
        row[i] = (uint8_t)((own[i] * weight + other[i] * (65536 - weight) + 32768) >> 16);
    return row;
}
