#include "ops/pool2d/pool2d.h"

#include <math.h>
#include <string.h>

#include "base/size.h"
#include "ops/window.h"

enum { MAX_ELEMENTS = INT32_MAX };

kn_status kn_pool2d_shape(kn_pool2d *p, int same, kn_error *e)
{
    size_t n;
    KN_TRY(kn_window_in_range("pool2d", "number of channels", p->c, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("pool2d", "input height", p->ih, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("pool2d", "input width", p->iw, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("pool2d", "window height", p->kh, KN_WINDOW_MAX_POOL, e));
    KN_TRY(kn_window_in_range("pool2d", "window width", p->kw, KN_WINDOW_MAX_POOL, e));
    KN_TRY(kn_window_in_range("pool2d", "vertical stride", p->sh, KN_WINDOW_MAX_SIZE, e));
    KN_TRY(kn_window_in_range("pool2d", "horizontal stride", p->sw, KN_WINDOW_MAX_SIZE, e));
    p->oh = kn_window_axis(p->ih, p->kh, p->sh, same, &p->pt);
    p->ow = kn_window_axis(p->iw, p->kw, p->sw, same, &p->pl);
    if (p->oh < 1 || p->ow < 1)
        return kn_fail(e, KN_EUSAGE, "pool2d: a %dx%d window does not fit into %dx%d", p->kh, p->kw,
                       p->ih, p->iw);
    if (!kn_size_mul((size_t)p->ih * (size_t)p->iw, (size_t)p->c, &n) || n > MAX_ELEMENTS)
        return kn_fail(e, KN_EUSAGE, "pool2d: an input of %d x %d x %d has more than %d elements",
                       p->ih, p->iw, p->c, MAX_ELEMENTS);
    return KN_OK;
}

/* The part of a window inside the image: rows h0..h1-1 and columns w0..w1-1 of x. */
typedef struct window {
    int h0, h1, w0, w1, top, left;
} window;

static window window_of(const kn_pool2d *p, int oh, int ow)
{
    int top = oh * p->sh - p->pt, left = ow * p->sw - p->pl;
    int bottom = top + p->kh, right = left + p->kw;
    return (window){top > 0 ? top : 0,
                    bottom < p->ih ? bottom : p->ih,
                    left > 0 ? left : 0,
                    right < p->iw ? right : p->iw,
                    top,
                    left};
}

static const float *pixel(const kn_pool2d *p, const float *x, int h, int w)
{
    return x + ((ptrdiff_t)h * p->iw + w) * p->c;
}

static float *pixel_of(const kn_pool2d *p, float *x, int h, int w)
{
    return x + ((ptrdiff_t)h * p->iw + w) * p->c;
}

/* One tap for all channels; the last NaN wins, else the first maximum. */
static void take_max(int c, const float *v, uint8_t tap, float *y, uint8_t *where)
{
    for (int i = 0; i < c; i++)
        if (v[i] > y[i] || isnan(v[i])) {
            y[i] = v[i];
            if (where)
                where[i] = tap;
        }
}

void kn_pool2d_max_forward(const kn_pool2d *p, const float *x, float *y, uint8_t *where)
{
    for (int oh = 0; oh < p->oh; oh++)
        for (int ow = 0; ow < p->ow; ow++) {
            window in = window_of(p, oh, ow);
            int first = (in.h0 - in.top) * p->kw + in.w0 - in.left;
            memcpy(y, pixel(p, x, in.h0, in.w0), (size_t)p->c * sizeof *y);
            if (where)
                memset(where, first, (size_t)p->c);
            for (int h = in.h0; h < in.h1; h++)
                for (int w = in.w0; w < in.w1; w++)
                    take_max(p->c, pixel(p, x, h, w), (uint8_t)((h - in.top) * p->kw + w - in.left),
                             y, where);
            y += p->c;
            where = where ? where + p->c : NULL;
        }
}

void kn_pool2d_max_backward(const kn_pool2d *p, const uint8_t *where, const float *dy, float *dx)
{
    memset(dx, 0, (size_t)p->ih * (size_t)p->iw * (size_t)p->c * sizeof *dx);
    for (int oh = 0; oh < p->oh; oh++)
        for (int ow = 0; ow < p->ow; ow++) {
            window in = window_of(p, oh, ow);
            for (int i = 0; i < p->c; i++, where++, dy++)
                pixel_of(p, dx, in.top + *where / p->kw, in.left + *where % p->kw)[i] += *dy;
        }
}

static float share(window in)
{
    return 1.0f / (float)((in.h1 - in.h0) * (in.w1 - in.w0));
}

void kn_pool2d_avg_forward(const kn_pool2d *p, const float *x, float *y)
{
    for (int oh = 0; oh < p->oh; oh++)
        for (int ow = 0; ow < p->ow; ow++, y += p->c) {
            window in = window_of(p, oh, ow);
            memset(y, 0, (size_t)p->c * sizeof *y);
            for (int h = in.h0; h < in.h1; h++)
                for (int w = in.w0; w < in.w1; w++)
                    for (int i = 0; i < p->c; i++)
                        y[i] += pixel(p, x, h, w)[i];
            for (int i = 0; i < p->c; i++)
                y[i] *= share(in);
        }
}

void kn_pool2d_avg_backward(const kn_pool2d *p, const float *dy, float *dx)
{
    memset(dx, 0, (size_t)p->ih * (size_t)p->iw * (size_t)p->c * sizeof *dx);
    for (int oh = 0; oh < p->oh; oh++)
        for (int ow = 0; ow < p->ow; ow++, dy += p->c) {
            window in = window_of(p, oh, ow);
            for (int h = in.h0; h < in.h1; h++)
                for (int w = in.w0; w < in.w1; w++)
                    for (int i = 0; i < p->c; i++)
                        pixel_of(p, dx, h, w)[i] += share(in) * dy[i];
        }
}
