#include <math.h>
#include <string.h>

#include "base/size.h"
#include "nn/layer_global_pool.h"

static kn_status configure(kn_layer *l, kn_error *e)
{
    KN_TRY(kn_layer_global_pool_configure(l, e));
    l->saved_bytes = kn_size_round_up((size_t)l->in.c * sizeof(int32_t), KN_ALIGN);
    return KN_OK;
}

static int32_t *where_of(const kn_layer *l, const kn_layer_args *a, int image)
{
    return a->saved ? (int32_t *)(void *)((char *)a->saved + (size_t)image * l->saved_bytes) : NULL;
}

/* The first maximum, or the last NaN, takes the gradient. */
static void forward(const kn_layer *l, const kn_layer_args *a)
{
    size_t c = (size_t)l->in.c, pixels = kn_shape_size(l->in) / c;
    for (int n = 0; n < a->mb; n++) {
        const float *x = a->x + (size_t)n * pixels * c;
        float *y = a->y + (size_t)n * c;
        int32_t *where = where_of(l, a, n);
        memcpy(y, x, c * sizeof *y);
        if (where)
            memset(where, 0, c * sizeof *where);
        for (size_t i = 1; i < pixels; i++)
            for (size_t j = 0; j < c; j++)
                if (x[i * c + j] > y[j] || isnan(x[i * c + j])) {
                    y[j] = x[i * c + j];
                    if (where)
                        where[j] = (int32_t)i;
                }
    }
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    size_t c = (size_t)l->in.c, pixels = kn_shape_size(l->in) / c;
    for (int n = 0; a->dx && n < a->mb; n++) {
        const int32_t *where = where_of(l, a, n);
        float *dx = a->dx + (size_t)n * pixels * c;
        memset(dx, 0, pixels * c * sizeof *dx);
        for (size_t j = 0; j < c; j++)
            dx[(size_t)where[j] * c + j] = a->dy[(size_t)n * c + j];
    }
}

const kn_layer_kind kn_layer_global_maxpool = {
    .name = "global_maxpool",
    .doc = "Largest value of each channel over the image or the sequence",
    .granule = KN_GRANULE_IMAGE,
    .configure = configure,
    .forward = forward,
    .backward = backward,
};
