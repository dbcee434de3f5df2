#include <string.h>

#include "nn/layer_global_pool.h"

/* y[c] = mean over the pixels of x[h,w,c] */
static void forward(const kn_layer *l, const kn_layer_args *a)
{
    size_t c = (size_t)l->in.c, pixels = kn_shape_size(l->in) / c;
    for (int n = 0; n < a->mb; n++) {
        const float *x = a->x + (size_t)n * pixels * c;
        float *y = a->y + (size_t)n * c;
        memset(y, 0, c * sizeof *y);
        for (size_t i = 0; i < pixels; i++)
            for (size_t j = 0; j < c; j++)
                y[j] += x[i * c + j];
        for (size_t j = 0; j < c; j++)
            y[j] /= (float)pixels;
    }
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    size_t c = (size_t)l->in.c, pixels = kn_shape_size(l->in) / c;
    for (int n = 0; a->dx && n < a->mb; n++)
        for (size_t i = 0; i < pixels; i++)
            for (size_t j = 0; j < c; j++)
                a->dx[((size_t)n * pixels + i) * c + j] = a->dy[(size_t)n * c + j] / (float)pixels;
}

const kn_layer_kind kn_layer_global_avgpool = {
    .name = "global_avgpool",
    .doc = "Mean of each channel over the image or the sequence",
    .granule = KN_GRANULE_IMAGE,
    .configure = kn_layer_global_pool_configure,
    .forward = forward,
    .backward = backward,
};
