/* The portable reference: plain loops, sums in double, every plane kept in memory. The oracle of
 * the tests. */
#include "ops/conv2d/conv2d.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/size.h"

/* Planes of saved (or, at inference, of scratch): z and a [oh,ow,oc], where [ph,pw,oc]. */
typedef struct planes {
    float *z, *a;
    uint8_t *where;
} planes;

typedef struct saved_planes {
    const float *z, *a;
    const uint8_t *where;
} saved_planes;

static size_t plane_bytes(const kn_conv2d *c)
{
    return kn_size_round_up((size_t)c->oh * (size_t)c->ow * (size_t)c->oc * sizeof(float), 64);
}

static size_t planes_bytes(const kn_conv2d *c)
{
    return 2 * plane_bytes(c) + (size_t)c->ph * (size_t)c->pw * (size_t)c->oc;
}

static planes planes_at(const kn_conv2d *c, void *memory)
{
    char *p = memory;
    return (planes){(void *)p, (void *)(p + plane_bytes(c)), (void *)(p + 2 * plane_bytes(c))};
}

static saved_planes saved_planes_at(const kn_conv2d *c, const void *memory)
{
    const char *p = memory;
    return (saved_planes){(const void *)p, (const void *)(p + plane_bytes(c)),
                          (const void *)(p + 2 * plane_bytes(c))};
}

static size_t ref_packed_bytes(const kn_conv2d *c)
{
    (void)c;
    return 0;
}

/* forward: the planes, where they are not saved; backward: the gradient of a, then of z. */
static size_t ref_scratch_bytes(const kn_conv2d *c)
{
    return planes_bytes(c);
}

static void ref_pack(const kn_conv2d *c, const float *w, void *packed)
{
    (void)c;
    (void)w;
    (void)packed;
}

/* Index of x[ih,iw,0] behind output (oh, ow) and tap (kh, kw); -1 in the padding. */
static ptrdiff_t input_at(const kn_conv2d *c, int oh, int ow, int kh, int kw)
{
    int ih = oh * c->sh + kh - c->pt, iw = ow * c->sw + kw - c->pl;
    if (ih < 0 || ih >= c->ih || iw < 0 || iw >= c->iw)
        return -1;
    return ((ptrdiff_t)ih * c->iw + iw) * c->ic;
}

static float convolve_at(const kn_conv2d *c, const float *x, const float *w, float b, int oh,
                         int ow, int oc)
{
    double sum = (double)b;
    for (int kh = 0; kh < c->kh; kh++)
        for (int kw = 0; kw < c->kw; kw++) {
            ptrdiff_t at = input_at(c, oh, ow, kh, kw);
            const float *tap = w + (ptrdiff_t)(kh * c->kw + kw) * c->ic * c->oc + oc;
            for (int ic = 0; at >= 0 && ic < c->ic; ic++)
                sum += (double)x[at + ic] * (double)tap[(ptrdiff_t)ic * c->oc];
        }
    return (float)sum;
}

/* The first maximum of the window at (ph, pw) in row-major order, kh*pkw+kw; the last NaN where
 * there is one. */
static int window_max(const kn_conv2d *c, const float *a, int ph, int pw, int oc, float *max)
{
    int where = 0;
    for (int kh = 0; kh < c->pkh; kh++)
        for (int kw = 0; kw < c->pkw; kw++) {
            int at = (ph * c->psh + kh) * c->ow + pw * c->psw + kw;
            float v = a[(ptrdiff_t)at * c->oc + oc];
            if ((kh == 0 && kw == 0) || v > *max || isnan(v)) {
                *max = v;
                where = kh * c->pkw + kw;
            }
        }
    return where;
}

static void ref_forward(const kn_conv2d *c, const float *x, const float *w, const void *packed,
                        const float *b, float *y, void *saved, void *scratch)
{
    (void)packed;
    planes p = planes_at(c, saved ? saved : scratch);
    size_t n = (size_t)c->oh * (size_t)c->ow * (size_t)c->oc;
    float *z = p.z;
    for (int oh = 0; oh < c->oh; oh++)
        for (int ow = 0; ow < c->ow; ow++)
            for (int oc = 0; oc < c->oc; oc++)
                *z++ = convolve_at(c, x, w, b[oc], oh, ow, oc);
    kn_act_forward(c->act, n, p.z, p.a);
    if (c->pkh == 0) {
        memcpy(y, p.a, n * sizeof *y);
        return;
    }
    bool first = kn_act_is_monotone(c->act.kind);
    float *to = y;
    for (int ph = 0; ph < c->ph; ph++)
        for (int pw = 0; pw < c->pw; pw++)
            for (int oc = 0; oc < c->oc; oc++)
                *p.where++ = (uint8_t)window_max(c, first ? p.z : p.a, ph, pw, oc, to++);
    if (first)
        kn_act_forward(c->act, (size_t)(to - y), y, y);
}

/* dz[oh,ow,oc] from dy[ph,pw,oc]: each pooled gradient goes to its maximum, then through the
 * activation. */
static void gradient_of_z(const kn_conv2d *c, saved_planes p, const float *dy, float *dz)
{
    size_t n = (size_t)c->oh * (size_t)c->ow * (size_t)c->oc;
    if (c->pkh == 0) {
        kn_act_backward(c->act, n, p.z, p.a, dy, dz);
        return;
    }
    memset(dz, 0, n * sizeof *dz);
    for (int ph = 0; ph < c->ph; ph++)
        for (int pw = 0; pw < c->pw; pw++)
            for (int oc = 0; oc < c->oc; oc++) {
                int kh = *p.where / c->pkw, kw = *p.where % c->pkw;
                int at = (ph * c->psh + kh) * c->ow + pw * c->psw + kw;
                dz[(ptrdiff_t)at * c->oc + oc] += *dy++;
                p.where++;
            }
    kn_act_backward(c->act, n, p.z, p.a, dz, dz);
}

static void data_gradient(const kn_conv2d *c, const float *w, const float *dz, float *dx)
{
    memset(dx, 0, (size_t)c->ih * (size_t)c->iw * (size_t)c->ic * sizeof *dx);
    for (int oh = 0; oh < c->oh; oh++)
        for (int ow = 0; ow < c->ow; ow++, dz += c->oc)
            for (int kh = 0; kh < c->kh; kh++)
                for (int kw = 0; kw < c->kw; kw++) {
                    ptrdiff_t at = input_at(c, oh, ow, kh, kw);
                    for (int ic = 0; at >= 0 && ic < c->ic; ic++) {
                        const float *tap = w + ((ptrdiff_t)(kh * c->kw + kw) * c->ic + ic) * c->oc;
                        double sum = 0;
                        for (int oc = 0; oc < c->oc; oc++)
                            sum += (double)dz[oc] * (double)tap[oc];
                        dx[at + ic] += (float)sum;
                    }
                }
}

/* g * v; after pooling a gradient of 0 takes no part. */
static double times(const kn_conv2d *c, float g, float v)
{
    return c->pkh > 0 && g == 0 ? 0 : (double)g * (double)v;
}

/* Sum over the image of x at one tap times dz, added to dw[kh,kw,ic,oc]. */
static void weight_gradient(const kn_conv2d *c, const float *x, const float *dz, float *dw)
{
    for (int kh = 0; kh < c->kh; kh++)
        for (int kw = 0; kw < c->kw; kw++)
            for (int ic = 0; ic < c->ic; ic++)
                for (int oc = 0; oc < c->oc; oc++) {
                    double sum = 0;
                    for (int oh = 0; oh < c->oh; oh++)
                        for (int ow = 0; ow < c->ow; ow++) {
                            ptrdiff_t at = input_at(c, oh, ow, kh, kw);
                            if (at >= 0)
                                sum += times(c, dz[((ptrdiff_t)oh * c->ow + ow) * c->oc + oc],
                                             x[at + ic]);
                        }
                    *dw++ += (float)sum;
                }
}

static void bias_gradient(const kn_conv2d *c, const float *dz, float *db)
{
    for (int oc = 0; oc < c->oc; oc++) {
        double sum = 0;
        for (ptrdiff_t i = 0; i < (ptrdiff_t)c->oh * c->ow; i++)
            sum += (double)dz[i * c->oc + oc];
        db[oc] += (float)sum;
    }
}

static void ref_backward(const kn_conv2d *c, const float *x, const float *w, const void *packed,
                         const float *y, const void *saved, const float *dy, float *dx, float *dw,
                         float *db, void *scratch)
{
    (void)packed;
    (void)y;
    float *dz = scratch;
    gradient_of_z(c, saved_planes_at(c, saved), dy, dz);
    if (dx)
        data_gradient(c, w, dz, dx);
    weight_gradient(c, x, dz, dw);
    bias_gradient(c, dz, db);
}

static void ref_finish(const kn_conv2d *c, float *dw, void *scratch)
{
    (void)c;
    (void)dw;
    (void)scratch;
}

const kn_conv2d_impl kn_conv2d_f32_ref = {
    "conv2d_f32_ref", KN_ISA_SCALAR, ref_packed_bytes, planes_bytes, ref_scratch_bytes,
    ref_pack,         ref_forward,   ref_backward,     ref_finish,
};
