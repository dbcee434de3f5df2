#include "ops/loss/loss.h"

#include <math.h>

const char *const kn_output_names[] = {"sigmoid", "softmax", "relu", NULL};

/* Keras's epsilon, and 1 - epsilon rounded to f32 as Keras does before it clips. */
static const float clip_low = 1e-7f;
static const float clip_high = (float)(1.0 - 1e-7);

int kn_output_units(kn_output output)
{
    return output == KN_OUTPUT_SOFTMAX ? 2 : 1;
}

static double sigmoid(double z)
{
    if (z >= 0.0)
        return 1.0 / (1.0 + exp(-z));
    double e = exp(z);
    return e / (1.0 + e);
}

/* log(1 + exp(z)) */
static double softplus(double z)
{
    return fmax(z, 0.0) + log1p(exp(-fabs(z)));
}

/* NaN stays NaN. */
static float clip(float z)
{
    return z < clip_low ? clip_low : z > clip_high ? clip_high : z;
}

/* The difference of the logits; equal infinities have none. */
static double margin(const float *z)
{
    return (double)z[1] - (double)z[0];
}

static double probability1(kn_output output, const float *z)
{
    switch (output) {
    case KN_OUTPUT_SIGMOID:
        return sigmoid((double)z[0]);
    case KN_OUTPUT_SOFTMAX:
        return sigmoid(margin(z));
    case KN_OUTPUT_RELU:
    case KN_OUTPUT_COUNT:
        break;
    }
    return (double)clip(z[0]);
}

void kn_output_probability(kn_output output, size_t mb, const float *z, float *p)
{
    size_t units = (size_t)kn_output_units(output);
    for (size_t n = 0; p && n < mb; n++)
        p[n] = (float)probability1(output, z + n * units);
}

/* z above the label's side: the loss of a binary classifier with this logit. */
static double logit_loss(double z, int label)
{
    return isnan(z) ? z : softplus(label ? -z : z);
}

void kn_output_loss(kn_output output, size_t mb, const float *z, const uint8_t *label,
                    const float scale[2], double *loss, float *dz)
{
    size_t units = (size_t)kn_output_units(output);
    for (size_t n = 0; n < mb; n++) {
        const float *zn = z + n * units;
        int y = label[n] != 0;
        double p = probability1(output, zn), s = (double)scale[y], slope;
        if (output == KN_OUTPUT_RELU) {
            loss[n] = -log(y ? p : 1.0 - p);
            slope = y ? -1.0 / p : 1.0 / (1.0 - p);
            if (zn[0] < clip_low || zn[0] > clip_high)
                slope = 0.0;
        } else {
            loss[n] = logit_loss(output == KN_OUTPUT_SOFTMAX ? margin(zn) : (double)zn[0], y);
            slope = p - y;
        }
        if (!dz)
            continue;
        if (units == 2)
            dz[2 * n] = (float)(-slope * s);
        dz[units * n + units - 1] = (float)(slope * s);
    }
}
