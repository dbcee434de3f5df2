#include "ops/depthwise/depthwise.h"

static size_t x_at(const kn_depthwise_pass *p, int h, int w, int c)
{
    return ((size_t)h * (size_t)p->line + (size_t)w) * (size_t)p->c + (size_t)c;
}

static size_t tap_at(const kn_depthwise_pass *p, int h, int w, int c)
{
    return ((size_t)h * (size_t)p->kw + (size_t)w) * (size_t)p->c + (size_t)c;
}

static double output(const kn_depthwise_pass *p, const float *x, const float *w, int turned, int oh,
                     int ow, int c)
{
    double sum = 0.0;
    for (int h = 0; h < p->kh; h++)
        for (int k = 0; k < p->kw; k++) {
            size_t tap = turned ? tap_at(p, p->kh - 1 - h, p->kw - 1 - k, c) : tap_at(p, h, k, c);
            sum += (double)x[x_at(p, oh * p->sh + h, ow * p->sw + k, c)] * (double)w[tap];
        }
    return sum;
}

static void multiply(const kn_depthwise_pass *p, const float *x, const float *w, const float *b,
                     int turned, float *y)
{
    for (int oh = 0; oh < p->oh; oh++)
        for (int ow = 0; ow < p->ow; ow++)
            for (int c = 0; c < p->c; c++)
                *y++ = (float)((b ? (double)b[c] : 0.0) + output(p, x, w, turned, oh, ow, c));
}

static double tap_sum(const kn_depthwise_pass *p, const float *x, const float *dz, int h, int k,
                      int c)
{
    double sum = 0.0;
    for (int oh = 0; oh < p->oh; oh++)
        for (int ow = 0; ow < p->ow; ow++)
            sum += (double)x[x_at(p, oh * p->sh + h, ow * p->sw + k, c)] *
                   (double)dz[((size_t)oh * (size_t)p->ow + (size_t)ow) * (size_t)p->c + (size_t)c];
    return sum;
}

static void weights(const kn_depthwise_pass *p, const float *x, const float *dz, float *dw,
                    float *db)
{
    for (int c = 0; c < p->c; c++) {
        for (int h = 0; h < p->kh; h++)
            for (int k = 0; k < p->kw; k++)
                dw[tap_at(p, h, k, c)] += (float)tap_sum(p, x, dz, h, k, c);
        double sum = 0.0;
        for (int i = 0; i < p->oh * p->ow; i++)
            sum += (double)dz[(size_t)i * (size_t)p->c + (size_t)c];
        if (db)
            db[c] += (float)sum;
    }
}

const kn_depthwise_impl kn_depthwise_ref = {"depthwise_ref", KN_ISA_SCALAR, multiply, weights};
