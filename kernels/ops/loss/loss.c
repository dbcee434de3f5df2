#include "ops/loss/loss.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

const char *const kn_output_names[] = {"sigmoid", "softmax", "relu", NULL};

/* Keras's epsilon, and 1 - epsilon rounded to f32 as Keras does before it clips. */
static const float clip_low = 1e-7f;
static const float clip_high = (float)(1.0 - 1e-7);

int kn_output_units(kn_output output, int targets)
{
    assert(targets >= 1 && targets <= KN_TARGETS_MAX);
    assert(targets == 1 || output == KN_OUTPUT_SIGMOID);
    return output == KN_OUTPUT_SOFTMAX ? 2 : targets;
}

/* What a binary classifier says of a logit z, from one exponential: e = exp(-|z|). */
typedef struct verdict {
    double p;    /* 1 / (1 + exp(-z)) */
    double side; /* log(1 + e): the loss of the side z is on; that of the other is |z| more */
} verdict;

/* log(1 + e) = log u + (e - (u - 1)) / u with u = 1 + e as rounded: log1p in a third of its time. */
static verdict judge(double z, bool with_loss)
{
    double e = exp(-fabs(z)), u = 1.0 + e;
    verdict v = {(z >= 0.0 ? 1.0 : e) / u, 0.0};
    if (with_loss)
        v.side = log(u) + (e - (u - 1.0)) / u;
    return v;
}

/* NaN stays NaN. */
static float clip(float z)
{
    return z < clip_low ? clip_low : z > clip_high ? clip_high : z;
}

/* The logit of a binary classifier: of softmax the difference; equal infinities have none. */
static double logit(kn_output output, const float *z)
{
    return output == KN_OUTPUT_SOFTMAX ? (double)z[1] - (double)z[0] : (double)z[0];
}

void kn_output_probability(kn_output output, int targets, size_t mb, const float *z, float *p)
{
    size_t step = output == KN_OUTPUT_SOFTMAX ? 2 : 1;
    for (size_t n = 0; n < mb * (size_t)targets; n++)
        p[n] = output == KN_OUTPUT_RELU ? clip(z[n])
                                        : (float)judge(logit(output, z + n * step), false).p;
}

/* y of one and 1 - y of the other; a hard target takes its own alone, so that an infinite loss of
 * the other side stays out. */
static double between(double y, double one, double zero)
{
    return y >= 1.0 ? one : y <= 0.0 ? zero : y * one + (1.0 - y) * zero;
}

static double relu_loss(float z, double y, double *slope)
{
    double p = (double)clip(z);
    *slope = between(y, -1.0 / p, 1.0 / (1.0 - p));
    if (z < clip_low || z > clip_high)
        *slope = 0.0;
    return between(y, -log(p), -log(1.0 - p));
}

/* NaN stays NaN. */
static double logit_loss(double z, double y, float *p, double *slope)
{
    verdict v = judge(z, true);
    *p = (float)v.p;
    *slope = v.p - y;
    return between(y, v.side + fmax(-z, 0.0), v.side + fmax(z, 0.0));
}

/* One target of one image. A missing one has a probability, but neither loss nor slope. */
static double target_loss(kn_output output, const float *z, float y, float *p, double *slope)
{
    double loss;
    if (output == KN_OUTPUT_RELU) {
        *p = clip(z[0]);
        loss = relu_loss(z[0], (double)y, slope);
    } else {
        loss = logit_loss(logit(output, z), (double)y, p, slope);
    }
    if (!isnan(y))
        return loss;
    *slope = 0.0;
    return 0.0;
}

void kn_output_loss(kn_output output, int targets, size_t mb, const float *z, const float *y,
                    const float *scale, float *p, double *loss, float *dz)
{
    size_t each = (size_t)targets, units = (size_t)kn_output_units(output, targets);
    size_t step = units / each;
    for (size_t n = 0; n < mb; n++) {
        double sum = 0.0;
        for (size_t t = 0; t < each; t++) {
            size_t at = n * each + t;
            double slope;
            sum += target_loss(output, z + at * step, y[at], &p[at], &slope);
            if (!dz)
                continue;
            float slope32 = (float)(slope * (double)scale[n] / targets);
            if (step == 2)
                dz[at * 2] = -slope32;
            dz[at * step + step - 1] = slope32;
        }
        loss[n] = sum / targets;
    }
}
