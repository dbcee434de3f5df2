#include "insight/gradcam.h"

#include <math.h>
#include <stdlib.h>

static kn_status check_finite(const float *map, size_t n, kn_error *e)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(map[i]))
            return kn_fail(e, KN_ENUMERIC,
                           "the model's gradient is not finite: its weights are too large to be "
                           "looked into");
    return KN_OK;
}

/* Adds alpha_k A_k of one channel to sum. */
static void add_channel(const kn_activation_map *m, int k, double *sum)
{
    size_t positions = (size_t)m->shape.h * (size_t)m->shape.w, channels = (size_t)m->shape.c;
    double alpha = 0.0;
    for (size_t p = 0; p < positions; p++)
        alpha += (double)m->gradient[p * channels + (size_t)k];
    alpha /= (double)positions;
    for (size_t p = 0; p < positions; p++)
        sum[p] += alpha * (double)m->activation[p * channels + (size_t)k];
}

kn_status pl_gradcam(kn_attribution *a, const kn_net *net, int layer, int cls, float *map,
                     kn_error *e)
{
    kn_activation_map m = kn_attribution_map(a, layer);
    kn_shape in = kn_net_input(net);
    size_t positions = (size_t)m.shape.h * (size_t)m.shape.w;
    double *sum = calloc(positions, sizeof *sum), sign = cls ? 1.0 : -1.0;
    float *cut = malloc(positions * sizeof *cut);
    kn_status rc = KN_OK;
    if (!sum || !cut)
        rc = kn_fail(e, KN_ENOMEM, "no memory for a map of %zu positions", positions);
    for (int k = 0; rc == KN_OK && k < m.shape.c; k++)
        add_channel(&m, k, sum);
    for (size_t p = 0; rc == KN_OK && p < positions; p++)
        cut[p] = sign * sum[p] < 0.0 ? 0.0f : (float)(sign * sum[p]);
    if (rc == KN_OK)
        rc = check_finite(cut, positions, e);
    if (rc == KN_OK)
        pl_stretch(cut, m.shape.h, m.shape.w, map, in.h, in.w);
    free(sum);
    free(cut);
    return rc;
}

kn_status pl_input_map(const kn_attribution *a, const kn_net *net, int cls, float *map, kn_error *e)
{
    kn_shape in = kn_net_input(net);
    const float *x = kn_attribution_input(a), *dx = kn_attribution_input_gradient(a);
    size_t pixels = (size_t)in.h * (size_t)in.w;
    for (size_t p = 0; p < pixels; p++) {
        double sum = 0.0;
        for (int k = 0; k < in.c; k++, x++, dx++)
            sum += (double)*x * (double)*dx;
        map[p] = (float)(cls ? sum : -sum);
    }
    return check_finite(map, pixels, e);
}

/* Where sample i of `to` lies between two of `from`: the first, and the share of the second. */
static int place(int i, int from, int to, double *share)
{
    double at = (i + 0.5) * from / to - 0.5;
    at = at < 0.0 ? 0.0 : at > from - 1.0 ? from - 1.0 : at;
    int first = (int)at;
    *share = at - first;
    return first;
}

void pl_stretch(const float *v, int h, int w, float *out, int to_h, int to_w)
{
    for (int y = 0; y < to_h; y++) {
        double down;
        int top = place(y, h, to_h, &down);
        const float *upper = v + (ptrdiff_t)top * w, *lower = top + 1 < h ? upper + w : upper;
        for (int x = 0; x < to_w; x++) {
            double right;
            int l = place(x, w, to_w, &right), r = l + 1 < w ? l + 1 : l;
            double a = (double)upper[l] * (1 - right) + (double)upper[r] * right;
            double b = (double)lower[l] * (1 - right) + (double)lower[r] * right;
            *out++ = (float)(a * (1 - down) + b * down);
        }
    }
}
