#include "image/resize_linear.h"

#include <math.h>
#include <stdlib.h>

enum { WEIGHT_ONE = 2048 };

static int clamp(int n, int high)
{
    return n < 0 ? 0 : n > high ? high : n;
}

kn_linear_tap *kn_linear_taps(int from, int to, int rows)
{
    kn_linear_tap *taps = malloc((size_t)to * sizeof *taps);
    double step = 1.0 / ((double)to / from);
    for (int i = 0; taps && i < to; i++) {
        float place = (float)((i + 0.5) * step - 0.5);
        int near = (int)floorf(place);
        float part = place - (float)near;
        if (!rows && (near < 0 || near >= from - 1))
            part = 0.0f;
        taps[i].near = clamp(near, from - 1);
        taps[i].far = clamp(near + 1, from - 1);
        taps[i].w0 = (int32_t)lrintf((1.0f - part) * WEIGHT_ONE);
        taps[i].w1 = (int32_t)lrintf(part * WEIGHT_ONE);
    }
    return taps;
}

static void across(const kn_linear_tap *x, int dw, int c, const uint8_t *row, int32_t *out)
{
    if (c == 1) {
        for (int i = 0; i < dw; i++)
            out[i] = row[x[i].near] * x[i].w0 + row[x[i].far] * x[i].w1;
        return;
    }
    for (int i = 0; i < dw; i++)
        for (int k = 0; k < c; k++)
            *out++ = row[x[i].near * c + k] * x[i].w0 + row[x[i].far * c + k] * x[i].w1;
}

/* (w0 (a >> 4) >> 16) + (w1 (b >> 4) >> 16), two fraction bits left, rounded: OpenCV's
 * VResizeLinear. */
static void down(size_t n, const int32_t *a, const int32_t *b, int32_t w0, int32_t w1, uint8_t *out)
{
    for (size_t i = 0; i < n; i++) {
        int32_t v = ((w0 * (a[i] >> 4)) >> 16) + ((w1 * (b[i] >> 4)) >> 16);
        out[i] = (uint8_t)((v + 2) >> 2);
    }
}

void kn_linear_run(const kn_linear_tap *x, const kn_linear_tap *y, int dw, int dh, int c,
                   const uint8_t *src, size_t src_stride, uint8_t *dst, int32_t *scratch)
{
    size_t n = (size_t)dw * (size_t)c;
    int32_t *line[2] = {scratch, scratch + n};
    int held[2] = {-1, -1}; /* the source rows in line[0], line[1] */
    for (int i = 0; i < dh; i++) {
        if (held[1] == y[i].near) {
            int32_t *swap = line[0];
            line[0] = line[1];
            line[1] = swap;
            held[1] = held[0];
            held[0] = y[i].near;
        }
        if (held[0] != y[i].near)
            across(x, dw, c, src + (size_t)y[i].near * src_stride, line[0]);
        held[0] = y[i].near;
        if (held[1] != y[i].far)
            across(x, dw, c, src + (size_t)y[i].far * src_stride, line[1]);
        held[1] = y[i].far;
        down(n, line[0], line[1], y[i].w0, y[i].w1, dst + (size_t)i * n);
    }
}
