#include "image/warp.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "image/warp_rows.h"

/* sin of -45..45 degrees by its series: the first term left out is below 2^-60. Sums and products
 * alone, so that every machine has the same bits. */
static double sine_series(double degrees, bool cosine)
{
    double t = degrees * (3.14159265358979323846 / 180), term = cosine ? 1 : t, sum = term;
    for (int k = cosine ? 1 : 2; k <= 18; k += 2) {
        term *= -t * t / (double)(k * (k + 1));
        sum += term;
    }
    return sum;
}

static double sine(double degrees)
{
    double quarters = floor(degrees / 90 + 0.5);
    double rest = degrees - 90 * quarters;
    int quarter = (int)(quarters - 4 * floor(quarters / 4));
    double v = sine_series(rest, quarter % 2 == 1);
    return quarter < 2 ? v : -v;
}

/* The frame's middle less its shift goes to the picture's middle; from there the turn is undone, then the
 * scale, then the mirroring. */
kn_warp kn_warp_of(const kn_frame *frame, kn_shape in, kn_shape out)
{
    assert(frame->scale > 0);
    double across = (double)in.w / out.w, down = (double)in.h / out.h;
    double s = sine(frame->angle) / frame->scale, c = sine(frame->angle + 90) / frame->scale;
    double side = frame->mirror ? -across : across;
    double x0 = out.w / 2.0 + frame->dx * out.w, y0 = out.h / 2.0 + frame->dy * out.h;
    kn_warp m = {.a = side * c, .b = side * s, .d = -down * s, .e = down * c};
    m.c = in.w / 2.0 - m.a * x0 - m.b * y0;
    m.f = in.h / 2.0 - m.d * x0 - m.e * y0;
    return m;
}

static int64_t fixed(double v)
{
    return llrint(v * (double)((int64_t)1 << KN_WARP_PLACE_BITS));
}

static bool looks_near(const kn_warp *m, kn_shape out)
{
    const double limit = 1 << 18;
    for (int corner = 0; corner < 4; corner++) {
        double x = corner % 2 * (double)(out.w + KN_WARP_BLOCK), y = corner / 2 * (double)out.h;
        if (!(fabs(m->a * x + m->b * y + m->c) < limit && fabs(m->d * x + m->e * y + m->f) < limit))
            return false;
    }
    return true;
}

static kn_warp_plan plan_of(const kn_warp *m, kn_border border, uint8_t fill, kn_shape in,
                            kn_shape out)
{
    int beyond = border == KN_BORDER_FILL;
    kn_warp_plan p = {.a = fixed(m->a),
                      .b = fixed(m->b),
                      .c = fixed(m->c + (m->a + m->b) / 2 - 0.5),
                      .d = fixed(m->d),
                      .e = fixed(m->e),
                      .f = fixed(m->f + (m->d + m->e) / 2 - 0.5),
                      .in = in,
                      .out = out,
                      .right = in.w > 1 ? in.c : 0,
                      .below = in.h > 1 ? in.w * in.c : 0,
                      .fill = fill};
    p.u_min = p.v_min = -beyond * (1 << KN_WARP_WEIGHT_BITS);
    p.u_max = (in.w - 1 + beyond) * (1 << KN_WARP_WEIGHT_BITS);
    p.v_max = (in.h - 1 + beyond) * (1 << KN_WARP_WEIGHT_BITS);
    return p;
}

/* Whether every frame pixel is one pixel of the picture, rows staying rows. */
static bool by_whole_pixels(const kn_warp_plan *p)
{
    const int64_t one = (int64_t)1 << KN_WARP_PLACE_BITS;
    return (p->a == one || p->a == -one) && p->e == one && p->b == 0 && p->d == 0 &&
           p->c % one == 0 && p->f % one == 0;
}

static int clamp(int64_t v, int low, int high)
{
    return v < low ? low : v > high ? high : (int)v;
}

/* y[i] = x[-i], by eights. */
static void copy_reversed(const uint8_t *x, int n, uint8_t *y)
{
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t eight;
        memcpy(&eight, x - i - 7, sizeof eight);
        eight = __builtin_bswap64(eight);
        memcpy(y + i, &eight, sizeof eight);
    }
    for (; i < n; i++)
        y[i] = x[-i];
}

/* Columns from `first` on, which are in the picture; at[0..n) of y. */
static void copy_span(const uint8_t *row, bool mirrored, int channels, int first, int n, uint8_t *y)
{
    if (n == 0)
        return;
    const uint8_t *x = row + (size_t)first * (size_t)channels;
    if (!mirrored) {
        memcpy(y, x, (size_t)n * (size_t)channels);
    } else if (channels == 1) {
        copy_reversed(x, n, y);
    } else {
        for (int i = 0; i < n; i++)
            memcpy(y + 3 * i, x - 3 * i, 3);
    }
}

static void repeat(const uint8_t *pixel, int channels, int n, uint8_t *y)
{
    if (channels == 1)
        memset(y, pixel[0], (size_t)n);
    else
        for (int i = 0; i < n; i++)
            memcpy(y + 3 * i, pixel, 3);
}

static void copy_rows(const kn_warp_plan *p, kn_border border, const uint8_t *x, uint8_t *y)
{
    const uint8_t beyond[3] = {(uint8_t)p->fill, (uint8_t)p->fill, (uint8_t)p->fill};
    bool mirrored = p->a < 0;
    int w = p->in.w, channels = p->in.c;
    int64_t left = p->c >> KN_WARP_PLACE_BITS, top = p->f >> KN_WARP_PLACE_BITS;
    /* the frame's columns [begin, end) are in the picture */
    int begin = clamp(mirrored ? left - (w - 1) : -left, 0, p->out.w);
    int end = clamp(mirrored ? left + 1 : w - left, begin, p->out.w);
    for (int oy = 0; oy < p->out.h; oy++, y += (size_t)p->out.w * (size_t)channels) {
        int64_t at = top + oy;
        bool outside = at < 0 || at >= p->in.h;
        const uint8_t *row = x + (size_t)clamp(at, 0, p->in.h - 1) * (size_t)w * (size_t)channels;
        const uint8_t *last = row + (size_t)(w - 1) * (size_t)channels;
        if (border == KN_BORDER_FILL && outside) {
            repeat(beyond, channels, p->out.w, y);
            continue;
        }
        bool fill = border == KN_BORDER_FILL;
        repeat(fill ? beyond : mirrored ? last : row, channels, begin, y);
        copy_span(row, mirrored, channels, (int)(mirrored ? left - begin : left + begin),
                  end - begin, y + begin * channels);
        repeat(fill ? beyond : mirrored ? row : last, channels, p->out.w - end, y + end * channels);
    }
}

/* By kn_isa. */
static const kn_warp_rows *const variants[] = {
#define KN_VARIANT(suffix, level) &kn_warp_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

void kn_warp_u8(const kn_warp *map, kn_border border, uint8_t fill, kn_shape in, const uint8_t *x,
                kn_shape out, uint8_t *y)
{
    enum { MAX_SIDE = 1 << 18 };
    assert(in.c == out.c && (in.c == 1 || in.c == 3) && kn_shape_size(in) <= INT32_MAX);
    assert(in.w <= MAX_SIDE && in.h <= MAX_SIDE);
    assert(looks_near(map, out));
    kn_warp_plan p = plan_of(map, border, fill, in, out);
    if (by_whole_pixels(&p))
        copy_rows(&p, border, x, y);
    else
        variants[kn_isa_get()]->run(&p, x, y);
}
