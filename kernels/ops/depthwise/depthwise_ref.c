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

static double output(const kn_depthwise *d, const float *x, const float *w, int oh, int ow, int c)
{
    double sum = 0.0;
    for (int h = 0; h < d->kh; h++)
        for (int k = 0; k < d->kw; k++)
            sum += x_at(d, x, oh * d->sh + h - d->pt, ow * d->sw + k - d->pl, c) *
                   (double)w[tap_at(d, h, k, c)];
    return sum;
}

static void multiply(const kn_depthwise *d, const float *x, const float *w, const float *b,
                     float *y)
{
    for (int oh = 0; oh < d->oh; oh++)
        for (int ow = 0; ow < d->ow; ow++)
            for (int c = 0; c < d->c; c++) {
                double z = (b ? (double)b[c] : 0.0) + output(d, x, w, oh, ow, c);
                *y++ = (float)(d->relu && z < 0.0 ? 0.0 : z);
            }
}

/* Every output whose taps lie on x[h,k,c]: those that are at (oh sh + i - pt, ow sw + j - pl). */
static double gradient(const kn_depthwise *d, const float *w, const float *dz, int h, int k, int c)
{
    double sum = 0.0;
    for (int oh = 0; oh < d->oh; oh++)
        for (int ow = 0; ow < d->ow; ow++) {
            int i = h + d->pt - oh * d->sh, j = k + d->pl - ow * d->sw;
            if (i >= 0 && i < d->kh && j >= 0 && j < d->kw)
                sum += (double)w[tap_at(d, i, j, c)] *
                       (double)
                           dz[((size_t)oh * (size_t)d->ow + (size_t)ow) * (size_t)d->c + (size_t)c];
        }
    return sum;
}

static void back(const kn_depthwise *d, const float *w, const float *dz, float *dx)
{
    for (int h = 0; h < d->ih; h++)
        for (int k = 0; k < d->iw; k++)
            for (int c = 0; c < d->c; c++)
                *dx++ = (float)gradient(d, w, dz, h, k, c);
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
    for (int h = 0; h < d->kh; h++)
        for (int k = 0; k < d->kw; k++)
            for (int c = 0; c < d->c; c++)
                dw[tap_at(d, h, k, c)] += (float)tap_sum(d, x, dz, h, k, c);
    for (int c = 0; db && c < d->c; c++) {
        double sum = 0.0;
        for (int i = 0; i < d->oh * d->ow; i++)
            sum += (double)dz[(size_t)i * (size_t)d->c + (size_t)c];
        db[c] += (float)sum;
    }
}

const kn_depthwise_impl kn_depthwise_ref = {"depthwise_ref", KN_ISA_SCALAR, multiply, back,
                                            weights};
