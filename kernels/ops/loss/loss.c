#include "ops/loss/loss.h"

#include <math.h>
#include <stdbool.h>

const char *const kn_output_names[] = {"sigmoid", "softmax", "relu", NULL};

/* Keras's epsilon, and 1 - epsilon rounded to f32 as Keras does before it clips. */
static const float clip_low = 1e-7f;
static const float clip_high = (float)(1.0 - 1e-7);

int kn_output_units(kn_output output)
{
    return output == KN_OUTPUT_SOFTMAX ? 2 : 1;
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

/* The logit of a binary classifier: with two units the difference; equal infinities have none. */
static double logit(size_t units, const float *z)
{
    return units == 2 ? (double)z[1] - (double)z[0] : (double)z[0];
}

void kn_output_probability(kn_output output, size_t mb, const float *z, float *p)
{
    size_t units = (size_t)kn_output_units(output);
    for (size_t n = 0; n < mb; n++)
        p[n] = output == KN_OUTPUT_RELU ? clip(z[n])
                                        : (float)judge(logit(units, z + n * units), false).p;
}

static double relu_loss(float z, int label, double *slope)
{
    double p = (double)clip(z);
    *slope = label ? -1.0 / p : 1.0 / (1.0 - p);
    if (z < clip_low || z > clip_high)
        *slope = 0.0;
    return -log(label ? p : 1.0 - p);
}

/* NaN stays NaN. */
static double logit_loss(double z, int label, float *p, double *slope)
{
    verdict v = judge(z, true);
    *p = (float)v.p;
    *slope = v.p - label;
    return v.side + (label ? fmax(-z, 0.0) : fmax(z, 0.0));
}

void kn_output_loss(kn_output output, size_t mb, const float *z, const uint8_t *label,
                    const float scale[2], float *p, double *loss, float *dz)
{
    size_t units = (size_t)kn_output_units(output);
    for (size_t n = 0; n < mb; n++) {
        const float *zn = z + n * units;
        int y = label[n] != 0;
        double slope;
        if (output == KN_OUTPUT_RELU) {
            p[n] = clip(zn[0]);
            loss[n] = relu_loss(zn[0], y, &slope);
        } else {
            loss[n] = logit_loss(logit(units, zn), y, &p[n], &slope);
        }
        if (!dz)
            continue;
        float slope32 = (float)(slope * (double)scale[y]);
        if (units == 2)
            dz[2 * n] = -slope32;
        dz[units * n + units - 1] = slope32;
    }
}
