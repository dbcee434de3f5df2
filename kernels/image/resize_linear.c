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

kn_status kn_linear_columns_init(kn_linear_columns *x, int from, int to, kn_error *e)
{
    enum { READ = 4 }; /* bytes from near on */
    kn_linear_tap *taps = kn_linear_taps(from, to, 0);
    *x = (kn_linear_columns){.size = to, .from = from};
    x->near = malloc((size_t)to * sizeof *x->near);
    x->weights = malloc((size_t)to * sizeof *x->weights);
    if (!taps || !x->near || !x->weights) {
        free(taps);
        return kn_fail(e, KN_ENOMEM, "out of memory for a resize to %d columns", to);
    }
    for (int i = 0; i < to; i++) {
        x->near[i] = taps[i].near;
        x->weights[i] = taps[i].w0 | taps[i].w1 << 16;
        if (x->safe == i && taps[i].near + READ <= from)
            x->safe = i + 1;
    }
    free(taps);
    return KN_OK;
}

void kn_linear_columns_clear(kn_linear_columns *x)
{
    free(x->near);
    free(x->weights);
}

/* At the right edge the column after near is not there; its weight is 0. */
static void across_plainly(const kn_linear_columns *x, int first, int c, const uint8_t *row,
                           int32_t *out)
{
    for (int i = first; i < x->size; i++)
        for (int k = 0; k < c; k++) {
            int near = x->near[i], far = clamp(near + 1, x->from - 1);
            out[i * c + k] = row[near * c + k] * (x->weights[i] & 0xffff) +
                             row[far * c + k] * (x->weights[i] >> 16);
        }
}

static void across(const kn_resize_sums *sums, const kn_linear_columns *x, int c,
                   const uint8_t *row, int32_t *out)
{
    size_t done = c == 1 ? sums->across(x->near, x->weights, (size_t)x->safe, row, out) : 0;
    across_plainly(x, (int)done, c, row, out);
}

void kn_linear_run(const kn_resize_sums *sums, const kn_linear_columns *x, const kn_linear_tap *y,
                   int dh, int c, const uint8_t *src, size_t src_stride, uint8_t *dst,
                   int32_t *scratch)
{
    size_t n = (size_t)x->size * (size_t)c;
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
            across(sums, x, c, src + (size_t)y[i].near * src_stride, line[0]);
        held[0] = y[i].near;
        if (held[1] != y[i].far)
            across(sums, x, c, src + (size_t)y[i].far * src_stride, line[1]);
        held[1] = y[i].far;
        sums->down(n, line[0], line[1], y[i].w0, y[i].w1, dst + (size_t)i * n);
    }
}
