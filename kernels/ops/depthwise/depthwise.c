#include "ops/depthwise/depthwise.h"

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

void kn_depthwise_forward(const kn_depthwise_impl *by, const kn_depthwise *d, const float *x,
                          const float *w, const float *b, float *y)
{
    by->multiply(d, x, w, b, y);
}

void kn_depthwise_backward(const kn_depthwise_impl *by, const kn_depthwise *d, const float *x,
                           const float *w, const float *dz, float *dx, float *dw, float *db)
{
    by->weights(d, x, dz, dw, db);
    if (dx)
        by->back(d, w, dz, dx);
}

double kn_depthwise_macs(const kn_depthwise *d)
{
    return (double)d->oh * d->ow * d->c * d->kh * d->kw;
}
