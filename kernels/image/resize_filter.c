#include "image/resize_filter.h"

#include <math.h>
#include <stdlib.h>

#include "base/size.h"

/* The kernels of stb_image_resize v0.97. x is in pixels of the coarser grid; `scale` is coarse over
 * fine, at most 1. */
static double box(double x, double scale)
{
    double half = scale / 2.0;
    if (x >= 0.5 + half)
        return 0.0;
    return x <= 0.5 - half ? 1.0 : (0.5 + half - x) / scale;
}

static double catmullrom(double x)
{
    if (x < 1.0)
        return 1.0 - x * x * (2.5 - 1.5 * x);
    if (x < 2.0)
        return 2.0 - x * (4.0 + x * (0.5 * x - 2.5));
    return 0.0;
}

static double mitchell(double x)
{
    if (x < 1.0)
        return (16.0 + x * x * (21.0 * x - 36.0)) / 18.0;
    if (x < 2.0)
        return (32.0 + x * (-60.0 + x * (36.0 - 7.0 * x))) / 18.0;
    return 0.0;
}

static double value(kn_filter filter, double x, double scale)
{
    x = fabs(x);
    switch (filter) {
    case KN_FILTER_BOX:
        return box(x, scale);
    case KN_FILTER_CATMULLROM:
        return catmullrom(x);
    case KN_FILTER_MITCHELL:
        return mitchell(x);
    default:
        return x < 1.0 ? 1.0 - x : 0.0;
    }
}

static double support(kn_filter filter, double scale)
{
    switch (filter) {
    case KN_FILTER_BOX:
        return 0.5 + scale / 2.0;
    case KN_FILTER_CATMULLROM:
    case KN_FILTER_MITCHELL:
        return 2.0;
    default:
        return 1.0;
    }
}

/* Source pixels around destination pixel i: [*begin, *end), and their weights relative to each
 * other. */
typedef struct geometry {
    kn_filter filter;
    double ratio; /* to / from */
    double fine;  /* pixels of the coarser grid per source pixel: ratio when shrinking, else 1 */
    double scale; /* for the kernel */
    int from;
} geometry;

static geometry geometry_of(kn_filter filter, int from, int to)
{
    double ratio = (double)to / from;
    bool shrinks = ratio <= 1.0;
    return (geometry){.filter = filter,
                      .ratio = ratio,
                      .fine = shrinks ? ratio : 1.0,
                      .scale = shrinks ? ratio : 1.0 / ratio,
                      .from = from};
}

static double weight_at(const geometry *g, int i, int n)
{
    double center = (i + 0.5) / g->ratio;
    return value(g->filter, (center - (n + 0.5)) * g->fine, g->scale);
}

static void range_of(const geometry *g, int i, int *begin, int *end)
{
    double center = (i + 0.5) / g->ratio;
    double radius = support(g->filter, g->scale) / g->fine;
    *begin = (int)floor(center - radius) - 1;
    *end = (int)ceil(center + radius) + 1;
}

static int clamp(int n, int low, int high)
{
    return n < low ? low : n > high ? high : n;
}

/* The clamped places of the first and last weight that is not 0; the middle pixel always has one.
 */
static void used_of(const geometry *g, int i, int *first, int *last)
{
    int begin = 0, end = 0;
    range_of(g, i, &begin, &end);
    while (begin + 1 < end && weight_at(g, i, begin) == 0.0)
        begin++;
    while (begin + 1 < end && weight_at(g, i, end - 1) == 0.0)
        end--;
    *first = clamp(begin, 0, g->from - 1);
    *last = clamp(end - 1, 0, g->from - 1);
}

static void fill_row(const geometry *g, int i, int first, float *weight)
{
    int begin = 0, end = 0;
    double total = 0.0;
    range_of(g, i, &begin, &end);
    for (int n = begin; n < end; n++)
        total += weight_at(g, i, n);
    for (int n = begin; n < end; n++) {
        double w = weight_at(g, i, n);
        if (w != 0.0)
            weight[clamp(n, 0, g->from - 1) - first] += (float)(w / total);
    }
}

kn_status kn_filter_axis_init(kn_filter_axis *a, kn_filter filter, int from, int to, kn_error *e)
{
    geometry g = geometry_of(filter, from, to);
    *a = (kn_filter_axis){.size = to};
    a->first = malloc((size_t)to * sizeof *a->first);
    a->count = malloc((size_t)to * sizeof *a->count);
    if (!a->first || !a->count) {
        kn_filter_axis_clear(a);
        return kn_fail(e, KN_ENOMEM, "out of memory for a resize to %d pixels", to);
    }
    for (int i = 0; i < to; i++) {
        int last = 0;
        used_of(&g, i, &a->first[i], &last);
        a->count[i] = last - a->first[i] + 1;
        if (a->count[i] > a->taps)
            a->taps = a->count[i];
    }
    a->taps = (int)kn_size_round_up((size_t)a->taps, 4);
    a->weight = calloc((size_t)to * (size_t)a->taps, sizeof *a->weight);
    if (!a->weight) {
        kn_filter_axis_clear(a);
        return kn_fail(e, KN_ENOMEM, "out of memory for a resize to %d pixels", to);
    }
    for (int i = 0; i < to; i++)
        fill_row(&g, i, a->first[i], a->weight + (size_t)i * (size_t)a->taps);
    return KN_OK;
}

void kn_filter_axis_clear(kn_filter_axis *a)
{
    free(a->first);
    free(a->count);
    free(a->weight);
    *a = (kn_filter_axis){0};
}
