#include <math.h>
#include <stddef.h>

#include "nn/layer.h"
#include "nn/layer_config.h"
#include "ops/batchnorm/batchnorm.h"

enum { GAMMA, BETA, MEAN, VARIANCE };

#define AT(member) offsetof(kn_batchnorm_config, member)
static const kn_param params[] = {
    {"momentum", KN_PARAM_REAL, AT(momentum), 0, 1, 0.99, 0, NULL,
     "Share of the running mean and variance that a step keeps"},
    {"eps", KN_PARAM_REAL, AT(eps), 1e-12, 1, 1e-3, 0, NULL, "Added to the variance"},
};

/* What a step shares, floats per channel: the lines of the kernels, the batch's mean and 1/sd, and the
 * running values to come. */
typedef struct shared {
    float *a, *b, *p, *q, *mean, *inverse, *next_mean, *next_variance;
} shared;

enum { SHARED_LINES = 8 };

static shared shared_of(const kn_layer *l, void *memory)
{
    size_t c = (size_t)l->in.c;
    float *f = memory;
    return (shared){f, f + c, f + 2 * c, f + 3 * c, f + 4 * c, f + 5 * c, f + 6 * c, f + 7 * c};
}

static void set_shapes(kn_layer *l)
{
    const kn_batchnorm *n = l->state;
    l->out = n->pool ? (kn_shape){n->h / 2, n->w / 2, n->c} : l->in;
    l->gather_size = 2 * (size_t)n->c;
    l->shared_bytes = SHARED_LINES * (size_t)n->c * sizeof(float);
    l->scratch_bytes = 4 * (size_t)n->c * sizeof(float);
}

static kn_status configure(kn_layer *l, kn_error *e)
{
    kn_batchnorm *n = kn_arena_alloc(l->arena, 1, sizeof *n);
    if (!n)
        return kn_fail(e, KN_ENOMEM, "no memory for a layer");
    *n = (kn_batchnorm){.h = l->in.h, .w = l->in.w, .c = l->in.c};
    l->state = n;
    int64_t c = l->in.c;
    kn_layer_add_tensor(l, "gamma", 1, &c, false);
    kn_layer_add_tensor(l, "beta", 1, &c, false);
    kn_layer_add_state(l, "moving_mean", 1, &c);
    kn_layer_add_state(l, "moving_variance", 1, &c);
    set_shapes(l);
    return KN_OK;
}

static void init(const kn_layer *l, float *w, kn_rng *rng)
{
    (void)rng;
    for (int c = 0; c < l->in.c; c++) {
        w[l->offset[GAMMA] + (size_t)c] = 1.0f;
        w[l->offset[VARIANCE] + (size_t)c] = 1.0f;
    }
}

static void gather(const kn_layer *l, const kn_layer_args *a, double *sums)
{
    const kn_batchnorm *n = l->state;
    size_t in = kn_shape_size(l->in);
    for (int i = 0; i < a->mb; i++)
        kn_batchnorm_get()->sums(n, a->x + (size_t)i * in, sums, sums + n->c);
}

/* Pixels of all images, as a number. */
static double pixels_of(const kn_batchnorm *n, size_t images)
{
    return (double)images * n->h * n->w;
}

/* mean = sum / N, var = squares / N - mean^2 (of the batch itself, as Keras normalizes); running values
 * r += (1 - momentum) (batch - r). */
static void settle(const kn_layer *l, const float *w, size_t images, const double *sums,
                   void *memory)
{
    const kn_batchnorm *n = l->state;
    const kn_batchnorm_config *k = l->config;
    shared s = shared_of(l, memory);
    double count = pixels_of(n, images), rest = 1.0 - (double)k->momentum;
    for (int c = 0; c < n->c; c++) {
        double mean = sums[c] / count, variance = sums[n->c + c] / count - mean * mean;
        variance = variance < 0.0 ? 0.0 : variance; /* rounding; NaN stays */
        double inverse = 1.0 / sqrt(variance + (double)k->eps);
        double a = (double)w[l->offset[GAMMA] + (size_t)c] * inverse;
        s.mean[c] = (float)mean;
        s.inverse[c] = (float)inverse;
        s.a[c] = (float)a;
        s.b[c] = (float)((double)w[l->offset[BETA] + (size_t)c] - mean * a);
        double was = (double)w[l->offset[MEAN] + (size_t)c];
        s.next_mean[c] = (float)(was + rest * (mean - was));
        was = (double)w[l->offset[VARIANCE] + (size_t)c];
        s.next_variance[c] = (float)(was + rest * (variance - was));
    }
}

/* The lines of fixed statistics, in scratch. */
static kn_batchnorm_lines running_lines(const kn_layer *l, const kn_layer_args *args)
{
    const kn_batchnorm_config *k = l->config;
    size_t n = (size_t)l->in.c;
    float *a = args->scratch, *b = a + n, *zero = b + n;
    for (size_t c = 0; c < n; c++) {
        const float *w = args->w + c;
        double inverse = 1.0 / sqrt((double)w[l->offset[VARIANCE]] + (double)k->eps);
        double slope = (double)w[l->offset[GAMMA]] * inverse;
        a[c] = (float)slope;
        b[c] = (float)((double)w[l->offset[BETA]] - (double)w[l->offset[MEAN]] * slope);
        zero[c] = 0.0f;
    }
    return (kn_batchnorm_lines){a, b, zero, zero};
}

static kn_batchnorm_lines lines_of(const kn_layer *l, const kn_layer_args *args)
{
    if (!args->training)
        return running_lines(l, args);
    shared s = shared_of(l, args->shared);
    return (kn_batchnorm_lines){s.a, s.b, s.p, s.q};
}

static void forward(const kn_layer *l, const kn_layer_args *a)
{
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    kn_batchnorm_lines k = lines_of(l, a);
    for (int i = 0; i < a->mb; i++)
        kn_batchnorm_get()->forward(l->state, &k, a->x + (size_t)i * in, a->y + (size_t)i * out);
}

static void gather_back(const kn_layer *l, const kn_layer_args *a, double *sums)
{
    const kn_batchnorm *n = l->state;
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    kn_batchnorm_lines k = lines_of(l, a);
    for (int i = 0; i < a->mb; i++)
        kn_batchnorm_get()->sums_back(n, &k, a->x + (size_t)i * in, a->dy + (size_t)i * out, sums,
                                      sums + n->c);
}

/* dbeta = sum dz, dgamma = sum dz (x - mean) / sd */
static void settle_back(const kn_layer *l, const float *w, size_t images, const double *sums,
                        void *memory, float *dw)
{
    (void)w;
    const kn_batchnorm *n = l->state;
    shared s = shared_of(l, memory);
    double count = pixels_of(n, images);
    for (int c = 0; c < n->c; c++) {
        double mean = (double)s.mean[c], inverse = (double)s.inverse[c], a = (double)s.a[c];
        double dgamma = (sums[n->c + c] - mean * sums[c]) * inverse;
        double p = -a * inverse * dgamma / count;
        s.p[c] = (float)p;
        s.q[c] = (float)(-a * sums[c] / count - p * mean);
        dw[l->offset[GAMMA] + (size_t)c] += (float)dgamma;
        dw[l->offset[BETA] + (size_t)c] += (float)sums[c];
    }
}

static void backward(const kn_layer *l, const kn_layer_args *a)
{
    size_t in = kn_shape_size(l->in), out = kn_shape_size(l->out);
    if (!a->dx)
        return;
    kn_batchnorm_lines k = lines_of(l, a);
    for (int i = 0; i < a->mb; i++)
        kn_batchnorm_get()->backward(l->state, &k, a->x + (size_t)i * in, a->dy + (size_t)i * out,
                                     a->dx + (size_t)i * in);
}

static void commit(const kn_layer *l, const void *memory, float *w)
{
    const float *next = (const float *)memory + (SHARED_LINES - 2) * (size_t)l->in.c;
    for (int c = 0; c < l->in.c; c++) {
        w[l->offset[MEAN] + (size_t)c] = next[c];
        w[l->offset[VARIANCE] + (size_t)c] = next[l->in.c + c];
    }
}

/* A relu, then a max-pooling of 2x2 pixels: what the kernels do in one pass. */
static bool fuse(kn_layer *l, const kn_layer *next)
{
    kn_batchnorm *n = l->state;
    if (next->kind == &kn_layer_activation && !n->pool && !n->relu) {
        const kn_activation_config *k = next->config;
        n->relu = k->activation == KN_ACT_RELU;
        return n->relu;
    }
    if (next->kind != &kn_layer_maxpool || n->pool || n->h < 2 || n->w < 2)
        return false;
    const kn_pool_config *k = next->config;
    bool square = k->size[0] == 2 && k->size[1] == 2 && k->padding == KN_PADDING_VALID;
    n->pool = square && (k->stride[0] == 0 || k->stride[0] == 2) &&
              (k->stride[1] == 0 || k->stride[1] == 2);
    if (n->pool)
        set_shapes(l);
    return n->pool;
}

const kn_layer_kind kn_layer_batchnorm = {
    .name = "batchnorm",
    .doc = "Each channel brought to mean beta and deviation gamma: by the batch in training, by "
           "running "
           "values after it",
    .params = params,
    .param_count = sizeof params / sizeof params[0],
    .config_size = sizeof(kn_batchnorm_config),
    .granule = KN_GRANULE_IMAGE,
    .configure = configure,
    .init = init,
    .forward = forward,
    .backward = backward,
    .gather = gather,
    .settle = settle,
    .gather_back = gather_back,
    .settle_back = settle_back,
    .commit = commit,
    .fuse = fuse,
};
