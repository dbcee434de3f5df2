#include "ops/depthwise/depthwise.h"

/* x at a tap of an output; 0 beyond the image. */
static double x_at(const kn_depthwise *d, const float *x, int h, int w, int c)
{
    if (h < 0 || h >= d->ih || w < 0 || w >= d->iw)
        return 0.0;
    return (double)x[((size_t)h * (size_t)d->iw + (size_t)w) * (size_t)d->c + (size_t)c];
}

static size_t tap_at(const kn_depthwise *d, int h, int w, int c)
{
    return ((size_t)h * (size_t)d->kw + (size_t)w) * (size_t)d->c + (size_t)c;
}

static double output(const kn_depthwise *d, const float *x, const float *w, int turned, int oh,
                     int ow, int c)
{
    double sum = 0.0;
    for (int h = 0; h < d->kh; h++)
        for (int k = 0; k < d->kw; k++) {
            size_t tap = turned ? tap_at(d, d->kh - 1 - h, d->kw - 1 - k, c) : tap_at(d, h, k, c);
            sum += x_at(d, x, oh * d->sh + h - d->pt, ow * d->sw + k - d->pl, c) * (double)w[tap];
        }
    return sum;
}

static void multiply(const kn_depthwise *d, const float *x, const float *w, const float *b,
                     int turned, float *y)
{
    for (int oh = 0; oh < d->oh; oh++)
        for (int ow = 0; ow < d->ow; ow++)
            for (int c = 0; c < d->c; c++)
                *y++ = (float)((b ? (double)b[c] : 0.0) + output(d, x, w, turned, oh, ow, c));
}

static double tap_sum(const kn_depthwise *d, const float *x, const float *dz, int h, int k, int c)
{
    double sum = 0.0;
    for (int oh = 0; oh < d->oh; oh++)
        for (int ow = 0; ow < d->ow; ow++)
            sum += x_at(d, x, oh * d->sh + h - d->pt, ow * d->sw + k - d->pl, c) *
                   (double)dz[((size_t)oh * (size_t)d->ow + (size_t)ow) * (size_t)d->c + (size_t)c];
    return sum;
}

static void weights(const kn_depthwise *d, const float *x, const float *dz, float *dw, float *db)
{
    for (int c = 0; c < d->c; c++) {
        for (int h = 0; h < d->kh; h++)
            for (int k = 0; k < d->kw; k++)
                dw[tap_at(d, h, k, c)] += (float)tap_sum(d, x, dz, h, k, c);
        double sum = 0.0;
        for (int i = 0; i < d->oh * d->ow; i++)
            sum += (double)dz[(size_t)i * (size_t)d->c + (size_t)c];
        if (db)
            db[c] += (float)sum;
    }
}

const kn_depthwise_impl kn_depthwise_ref = {"depthwise_ref", KN_ISA_SCALAR, multiply, weights};
