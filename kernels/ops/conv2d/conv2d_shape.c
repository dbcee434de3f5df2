#include "ops/conv2d/conv2d.h"

#include <stdint.h>

#include "base/size.h"

enum { MAX_SIZE = 65536, MAX_KERNEL = 255, MAX_WINDOW = 16, MAX_ELEMENTS = INT32_MAX };

static kn_status in_range(const char *what, int value, int max, kn_error *e)
{
    if (value >= 1 && value <= max)
        return KN_OK;
    return kn_fail(e, KN_EUSAGE, "conv2d: %s is %d, not in 1..%d", what, value, max);
}

/* Output length along one axis and the zeros before it; 0 when the kernel does not fit. */
static int axis(int in, int kernel, int stride, int same, int *before)
{
    *before = 0;
    if (!same)
        return in < kernel ? 0 : (in - kernel) / stride + 1;
    int out = (in + stride - 1) / stride;
    int total = (out - 1) * stride + kernel - in;
    *before = total > 0 ? total / 2 : 0;
    return out;
}

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
    KN_TRY(in_range("pooling height", c->pkh, MAX_WINDOW, e));
    KN_TRY(in_range("pooling width", c->pkw, MAX_WINDOW, e));
    KN_TRY(in_range("vertical pooling stride", c->psh, MAX_SIZE, e));
    KN_TRY(in_range("horizontal pooling stride", c->psw, MAX_SIZE, e));
    if (c->oh < c->pkh || c->ow < c->pkw)
        return kn_fail(e, KN_EUSAGE, "conv2d: a %dx%d pooling window does not fit into %dx%d",
                       c->pkh, c->pkw, c->oh, c->ow);
    c->ph = (c->oh - c->pkh) / c->psh + 1;
    c->pw = (c->ow - c->pkw) / c->psw + 1;
    return KN_OK;
}

kn_status kn_conv2d_shape(kn_conv2d *c, int same, kn_error *e)
{
    KN_TRY(in_range("number of input channels", c->ic, MAX_SIZE, e));
    KN_TRY(in_range("input height", c->ih, MAX_SIZE, e));
    KN_TRY(in_range("input width", c->iw, MAX_SIZE, e));
    KN_TRY(in_range("number of filters", c->oc, MAX_SIZE, e));
    KN_TRY(in_range("kernel height", c->kh, MAX_KERNEL, e));
    KN_TRY(in_range("kernel width", c->kw, MAX_KERNEL, e));
    KN_TRY(in_range("vertical stride", c->sh, MAX_SIZE, e));
    KN_TRY(in_range("horizontal stride", c->sw, MAX_SIZE, e));
    c->oh = axis(c->ih, c->kh, c->sh, same, &c->pt);
    c->ow = axis(c->iw, c->kw, c->sw, same, &c->pl);
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
