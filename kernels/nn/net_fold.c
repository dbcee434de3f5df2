#include "nn/net_fold.h"

#include <math.h>
#include <string.h>

#include "nn/layer_config.h"

typedef struct folding {
    const kn_net *net;
    kn_net_desc desc;     /* of the net */
    kn_layer_spec *specs; /* of the new one */
    int *row;             /* by layer of the new list: its place in the old one */
    int count;
} folding;

static bool is_linear(const kn_layer_spec *s)
{
    if (s->kind == &kn_layer_dense)
        return ((const kn_dense_config *)s->config)->activation == KN_ACT_LINEAR;
    bool is_conv = s->kind == &kn_layer_conv2d || s->kind == &kn_layer_depthwise_conv2d ||
                   s->kind == &kn_layer_separable_conv2d;
    return is_conv && ((const kn_conv2d_config *)s->config)->activation == KN_ACT_LINEAR;
}

/* Whether the listed layer is a batchnorm that the one before it can take in: nobody else reads what that one
 * gives. */
static bool folds(const folding *f, int i)
{
    return i > 0 && f->desc.layers[i].kind == &kn_layer_batchnorm &&
           is_linear(&f->desc.layers[i - 1]) &&
           !kn_net_layer(f->net, kn_net_layer_of(f->net, i - 1))->is_source;
}

static int folded_in(const folding *f, int from, int to)
{
    int n = 0;
    for (int i = from; i < to; i++)
        n += folds(f, i);
    return n;
}

/* Bridges become shorter by what is folded under them. */
static bool list_specs(folding *f, kn_arena *arena)
{
    size_t room = (size_t)f->desc.layer_count + 1;
    f->specs = kn_arena_alloc(arena, room, sizeof *f->specs);
    f->row = kn_arena_alloc(arena, room, sizeof *f->row);
    for (int i = 0; f->specs && f->row && i < f->desc.layer_count; i++) {
        if (folds(f, i))
            continue;
        kn_layer_spec *s = &f->specs[f->count];
        *s = f->desc.layers[i];
        f->row[f->count++] = i;
        if (s->kind != &kn_layer_add)
            continue;
        kn_add_config *add = kn_arena_alloc(arena, 1, sizeof *add);
        if (!add)
            return false;
        *add = *(const kn_add_config *)s->config;
        add->back -= folded_in(f, i - add->back, i);
        s->config = add;
    }
    return f->specs && f->row;
}

/* The tensor of the layer whose name ends so; the last dimensions but one of a depthwise kernel are channels. */
static kn_tensor tensor_of(const kn_layer *l, const char *suffix, float *block)
{
    for (int i = 0; i < l->tensors; i++) {
        kn_tensor t = l->tensor[i];
        t.data = block + l->block_offset + l->offset[i];
        size_t n = strlen(t.name), m = strlen(suffix);
        if (n >= m && strcmp(t.name + n - m, suffix) == 0)
            return t;
    }
    return (kn_tensor){.rank = 0};
}

/* The kernel whose channels of output the normalization scales. */
static kn_tensor kernel_of(const kn_layer *l, float *block)
{
    bool separable = l->kind == &kn_layer_separable_conv2d;
    return tensor_of(l, separable ? ".pointwise_kernel" : ".kernel", block);
}

/* norm's parameters into those of l, which are a copy already. */
static void fold(const kn_layer *norm, const float *w, const kn_layer *l, float *block)
{
    enum { GAMMA, BETA, MEAN, VARIANCE };
    const kn_batchnorm_config *config = norm->config;
    kn_tensor kernel = kernel_of(l, block), bias = tensor_of(l, ".bias", block);
    size_t c = (size_t)norm->in.c, rows = kn_tensor_size(&kernel) / c;
    const float *p = w + norm->block_offset;
    for (size_t i = 0; i < c; i++) {
        double variance = (double)p[norm->offset[VARIANCE] + i] + (double)config->eps;
        double a = (double)p[norm->offset[GAMMA] + i] / sqrt(variance);
        for (size_t r = 0; r < rows; r++)
            kernel.data[r * c + i] = (float)((double)kernel.data[r * c + i] * a);
        double centred = (double)bias.data[i] - (double)p[norm->offset[MEAN] + i];
        bias.data[i] = (float)(centred * a + (double)p[norm->offset[BETA] + i]);
    }
}

/* The parameters of every layer of the new net; the output layer stands behind those that are listed. */
static void copy_parameters(const folding *f, const float *block, const kn_net *net, float *to)
{
    for (int i = 0; i <= f->count; i++) {
        int row = i < f->count ? f->row[i] : f->desc.layer_count;
        const kn_layer *from = kn_net_layer(f->net, kn_net_layer_of(f->net, row)),
                       *l = kn_net_layer(net, kn_net_layer_of(net, i));
        bool own = i == f->count || f->specs[i].kind == l->kind; /* not taken into another */
        if (!own || l->block_floats == 0)
            continue;
        memcpy(to + l->block_offset, block + from->block_offset, l->block_floats * sizeof *to);
        if (row + 1 < f->desc.layer_count && folds(f, row + 1))
            fold(kn_net_layer(f->net, kn_net_layer_of(f->net, row + 1)), block, l, to);
    }
}

kn_status kn_net_fold(const kn_net *net, const float *block, kn_arena *arena, kn_net **out,
                      float **block_out, kn_error *e)
{
    *out = NULL;
    folding f = {.net = net, .desc = kn_net_describe(net)};
    if (!list_specs(&f, arena))
        return kn_fail(e, KN_ENOMEM, "no memory for a net of %d layers", f.desc.layer_count);
    kn_net_desc desc = f.desc;
    desc.layers = f.specs;
    desc.layer_count = f.count;
    KN_TRY(kn_net_new(&desc, out, e));
    *block_out = kn_arena_alloc(arena, kn_net_block_floats(*out), sizeof **block_out);
    if (!*block_out) {
        kn_net_free(*out);
        *out = NULL;
        return kn_fail(e, KN_ENOMEM, "no memory for %zu parameters", kn_net_params(net));
    }
    copy_parameters(&f, block, *out, *block_out);
    return KN_OK;
}
