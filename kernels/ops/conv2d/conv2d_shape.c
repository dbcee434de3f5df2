#include "ops/conv2d/conv2d.h"

#include <stdint.h>

#include "base/size.h"
#include "ops/window.h"

enum { MAX_KERNEL = 255, MAX_ELEMENTS = INT32_MAX };

static kn_status elements(const char *what, int h, int w, int ch, kn_error *e)
{
    size_t n;
    if (kn_size_mul((size_t)h * (size_t)w, (size_t)ch, &n) && n <= MAX_ELEMENTS)
        return KN_OK;
    return kn_fail(e, KN_EUSAGE, "conv2d: %s of %d x %d x %d has more than %d elements", what, h, w,
                   ch, MAX_ELEMENTS);
}

static kn_status pool_shape(kn_conv2d *c, kn_error *e)
{
    c->ph = c->oh;
    c->pw = c->ow;
    if (c->pkh == 0)
        return KN_OK;
    KN_TRY(kn_window_in_range("conv2d", "pooling height", c->pkh, KN_WINDOW_MAX_POOL, e));
    KN_TRY(kn_window_in_range("conv2d", "pooling width", c->pkw, KN_WINDOW_MAX_POOL, e));
    KN_TRY(kn_window_in_range("conv2d", "vertical pooling stride", c->psh, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(
        kn_window_in_range("conv2d", "horizontal pooling stride", c->psw, KN_WINDOW_MAX_SIZE, e));
    if (c->oh < c->pkh || c->ow < c->pkw)
        return kn_fail(e, KN_EUSAGE, "conv2d: a %dx%d pooling window does not fit into %dx%d",
                       c->pkh, c->pkw, c->oh, c->ow);
    c->ph = (c->oh - c->pkh) / c->psh + 1;
    c->pw = (c->ow - c->pkw) / c->psw + 1;
    return KN_OK;
}

kn_status kn_conv2d_shape(kn_conv2d *c, int same, kn_error *e)
{
    KN_TRY(kn_window_in_range("conv2d", "number of input channels", c->ic, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("conv2d", "input height", c->ih, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("conv2d", "input width", c->iw, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("conv2d", "number of filters", c->oc, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("conv2d", "kernel height", c->kh, MAX_KERNEL, e));
    KN_TRY(kn_window_in_range("conv2d", "kernel width", c->kw, MAX_KERNEL, e));
    KN_TRY(kn_window_in_range("conv2d", "vertical stride", c->sh, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("conv2d", "horizontal stride", c->sw, KN_WINDOW_MAX_SIZE, e));
    c->oh = kn_window_axis(c->ih, c->kh, c->sh, same, &c->pt);
    c->ow = kn_window_axis(c->iw, c->kw, c->sw, same, &c->pl);
    if (c->oh < 1 || c->ow < 1)
        return kn_fail(e, KN_EUSAGE, "conv2d: a %dx%d kernel does not fit into %dx%d", c->kh, c->kw,
                       c->ih, c->iw);
    KN_TRY(elements("an input", c->ih, c->iw, c->ic, e));
    KN_TRY(elements("an output", c->oh, c->ow, c->oc, e));
    KN_TRY(elements("a kernel", c->kh * c->kw, c->ic, c->oc, e));
    return pool_shape(c, e);
}

double kn_conv2d_macs(const kn_conv2d *c)
{
    return (double)c->oh * c->ow * c->oc * ((double)c->kh * c->kw * c->ic);
}

size_t kn_conv2d_x_size(const kn_conv2d *c)
{
    return (size_t)c->ih * (size_t)c->iw * (size_t)c->ic;
}

size_t kn_conv2d_y_size(const kn_conv2d *c)
{
    return (size_t)c->ph * (size_t)c->pw * (size_t)c->oc;
}
