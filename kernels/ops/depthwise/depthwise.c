#include "ops/depthwise/depthwise.h"

#include <string.h>

#include "base/size.h"
#include "ops/window.h"

enum { MAX_KERNEL = 11, MAX_ELEMENTS = INT32_MAX };

const kn_depthwise_impl *const kn_depthwise_impls[] = {
#define KN_VARIANT(suffix, level) &kn_depthwise_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

const kn_depthwise_impl *kn_depthwise_get(void)
{
    return kn_depthwise_impls[kn_isa_get()];
}

kn_status kn_depthwise_shape(kn_depthwise *d, int same, kn_error *e)
{
    size_t n;
    KN_TRY(kn_window_in_range("depthwise", "number of channels", d->c, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("depthwise", "input height", d->ih, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("depthwise", "input width", d->iw, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("depthwise", "kernel height", d->kh, MAX_KERNEL, e));
    KN_TRY(kn_window_in_range("depthwise", "kernel width", d->kw, MAX_KERNEL, e));
    KN_TRY(kn_window_in_range("depthwise", "vertical stride", d->sh, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("depthwise", "horizontal stride", d->sw, KN_WINDOW_MAX_SIZE, e));
    d->oh = kn_window_axis(d->ih, d->kh, d->sh, same, &d->pt);
    d->ow = kn_window_axis(d->iw, d->kw, d->sw, same, &d->pl);
    if (d->oh < 1 || d->ow < 1)
        return kn_fail(e, KN_EUSAGE, "depthwise: a %dx%d kernel does not fit into %dx%d", d->kh,
                       d->kw, d->ih, d->iw);
    if (!kn_size_mul((size_t)(d->ih + 2 * d->kh) * (size_t)(d->iw + 2 * d->kw), (size_t)d->c, &n) ||
        n > MAX_ELEMENTS)
        return kn_fail(e, KN_EUSAGE,
                       "depthwise: an input of %d x %d x %d has more than %d elements", d->ih,
                       d->iw, d->c, MAX_ELEMENTS);
    return KN_OK;
}

/* Rows and columns that the taps of all outputs reach. */
static int reach(int out, int stride, int kernel)
{
    return (out - 1) * stride + kernel;
}

/* Of dx: every pixel of x, and kernel - 1 around it. */
static int spread_side(int in, int kernel)
{
    return in + kernel - 1;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t kn_depthwise_scratch(const kn_depthwise *d)
{
    size_t forward = (size_t)reach(d->oh, d->sh, d->kh) * (size_t)reach(d->ow, d->sw, d->kw);
    size_t back = (size_t)spread_side(d->ih, d->kh) * (size_t)spread_side(d->iw, d->kw);
    return larger(forward, back) * (size_t)d->c;
}

/* Row `from` of an image into row `to` of a padded one, as far as it is wide; the rest is zero already. */
static void copy_row(const kn_depthwise *d, const float *x, int from, int columns, float *to)
{
    int width = columns - d->pl < d->iw ? columns - d->pl : d->iw;
    if (width > 0)
        memcpy(to + (size_t)d->pl * (size_t)d->c, x + (size_t)from * (size_t)d->iw * (size_t)d->c,
               (size_t)width * (size_t)d->c * sizeof *x);
}

static void pad(const kn_depthwise *d, const float *x, float *to)
{
    int rows = reach(d->oh, d->sh, d->kh), columns = reach(d->ow, d->sw, d->kw);
    size_t line = (size_t)columns * (size_t)d->c;
    memset(to, 0, (size_t)rows * line * sizeof *to);
    for (int h = 0; h < d->ih && h + d->pt < rows; h++)
        copy_row(d, x, h, columns, to + (size_t)(h + d->pt) * line);
}

/* dx[h,w] = sum over taps of dz at ((h + pt - kh) / sh, ...): with dz at its place times the stride, kernel
 * - 1 - pt further, a plain sum with the kernel turned around. */
static void spread(const kn_depthwise *d, const float *dz, float *to)
{
    int rows = spread_side(d->ih, d->kh), columns = spread_side(d->iw, d->kw);
    int top = d->kh - 1 - d->pt, left = d->kw - 1 - d->pl;
    size_t c = (size_t)d->c, line = (size_t)columns * c;
    memset(to, 0, (size_t)rows * line * sizeof *to);
    for (int h = 0; h < d->oh; h++)
        for (int w = 0; w < d->ow; w++) {
            int row = h * d->sh + top, column = w * d->sw + left;
            if (row >= 0 && row < rows && column >= 0 && column < columns)
                memcpy(to + (size_t)row * line + (size_t)column * c,
                       dz + ((size_t)h * (size_t)d->ow + (size_t)w) * c, c * sizeof *dz);
        }
}

static kn_depthwise_pass pass_of(const kn_depthwise *d)
{
    return (kn_depthwise_pass){d->c,  d->oh, d->ow, d->kh,
                               d->kw, d->sh, d->sw, reach(d->ow, d->sw, d->kw)};
}

void kn_depthwise_forward(const kn_depthwise_impl *by, const kn_depthwise *d, const float *x,
                          const float *w, const float *b, float *y, float *scratch)
{
    kn_depthwise_pass p = pass_of(d);
    pad(d, x, scratch);
    by->multiply(&p, scratch, w, b, 0, y);
}

void kn_depthwise_backward(const kn_depthwise_impl *by, const kn_depthwise *d, const float *x,
                           const float *w, const float *dz, float *dx, float *dw, float *db,
                           float *scratch)
{
    kn_depthwise_pass p = pass_of(d);
    pad(d, x, scratch);
    by->weights(&p, scratch, dz, dw, db);
    if (!dx)
        return;
    spread(d, dz, scratch);
    p = (kn_depthwise_pass){d->c, d->ih, d->iw, d->kh, d->kw, 1, 1, spread_side(d->iw, d->kw)};
    by->multiply(&p, scratch, w, NULL, 1, dx);
}

double kn_depthwise_macs(const kn_depthwise *d)
{
    return (double)d->oh * d->ow * d->c * d->kh * d->kw;
}
