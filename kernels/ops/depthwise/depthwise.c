#include "ops/depthwise/depthwise.h"

#include <stdbool.h>
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

/* dz with its strides' zeros between. */
static int dilated(int out, int stride)
{
    return (out - 1) * stride + 1;
}

static bool has_strides(const kn_depthwise *d)
{
    return d->sh > 1 || d->sw > 1;
}

size_t kn_depthwise_scratch(const kn_depthwise *d)
{
    if (!has_strides(d))
        return 0;
    return (size_t)dilated(d->oh, d->sh) * (size_t)dilated(d->ow, d->sw) * (size_t)d->c;
}

static const float *dilate(const kn_depthwise *d, const float *dz, float *to)
{
    if (!has_strides(d))
        return dz;
    size_t c = (size_t)d->c, line = (size_t)dilated(d->ow, d->sw) * c;
    memset(to, 0, kn_depthwise_scratch(d) * sizeof *to);
    for (int h = 0; h < d->oh; h++)
        for (int w = 0; w < d->ow; w++)
            memcpy(to + (size_t)(h * d->sh) * line + (size_t)(w * d->sw) * c,
                   dz + ((size_t)h * (size_t)d->ow + (size_t)w) * c, c * sizeof *dz);
    return to;
}

void kn_depthwise_forward(const kn_depthwise_impl *by, const kn_depthwise *d, const float *x,
                          const float *w, const float *b, float *y)
{
    by->multiply(d, x, w, b, 0, y);
}

/* dx[h,w] = sum of dz at (h + pt - kh, w + pl - kw) as if dilated: dz convolved with the kernel turned around and
 * kh - 1 - pt zeros above it. */
void kn_depthwise_backward(const kn_depthwise_impl *by, const kn_depthwise *d, const float *x,
                           const float *w, const float *dz, float *dx, float *dw, float *db,
                           float *scratch)
{
    by->weights(d, x, dz, dw, db);
    if (!dx)
        return;
    kn_depthwise back = {.c = d->c,
                         .ih = dilated(d->oh, d->sh),
                         .iw = dilated(d->ow, d->sw),
                         .oh = d->ih,
                         .ow = d->iw,
                         .kh = d->kh,
                         .kw = d->kw,
                         .sh = 1,
                         .sw = 1,
                         .pt = d->kh - 1 - d->pt,
                         .pl = d->kw - 1 - d->pl};
    by->multiply(&back, dilate(d, dz, scratch), w, NULL, 1, dx);
}

double kn_depthwise_macs(const kn_depthwise *d)
{
    return (double)d->oh * d->ow * d->c * d->kh * d->kw;
}
