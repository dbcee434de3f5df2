#include "nn/attribution.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/layer_conv2d.h"
#include "ops/pixels/pixels.h"
#include "ops/pool2d/pool2d.h"

/* The memory of one layer. */
typedef struct layer_memory {
    void *packed, *saved;
    float *dw; /* never looked at: layers add to it */
    float *dz; /* of layers with batch_blocks */
} layer_memory;

struct kn_attribution {
    kn_arena arena;
    const kn_net *net;
    const float *params;
    int layers;
    float **value, **gradient; /* [layers + 1]: the input, then the output of each layer */
    layer_memory *memory;      /* [layers] */
    void *scratch;             /* of the layer that wants most */
    /* of a convolution's map, for the convolution that wants most of each */
    void *map_scratch;
    float *activation, *map_gradient, *pooled;
    uint8_t *where; /* the maxima */
};

/* The convolution of a layer without its pooling. */
static kn_conv2d unpooled(const kn_layer *l)
{
    kn_conv2d c = *kn_layer_conv2d_op(l);
    c.pkh = c.pkw = c.psh = c.psw = 0;
    c.ph = c.oh;
    c.pw = c.ow;
    return c;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Memory of layer i; false when there is none. */
static bool add_layer(kn_attribution *a, int i)
{
    const kn_layer *l = kn_net_layer(a->net, i);
    layer_memory *m = &a->memory[i];
    size_t floats = kn_shape_size(l->out);
    a->value[i + 1] = kn_arena_alloc(&a->arena, floats, sizeof(float));
    a->gradient[i + 1] = kn_arena_alloc(&a->arena, floats, sizeof(float));
    m->packed = kn_arena_alloc(&a->arena, 1, l->packed_bytes);
    m->saved = kn_arena_alloc(&a->arena, 1, l->saved_bytes);
    m->dw = kn_arena_alloc(&a->arena, l->block_floats, sizeof(float));
    m->dz = kn_arena_alloc(&a->arena, l->batch_dz_size, sizeof(float));
    if (!a->value[i + 1] || !a->gradient[i + 1] || !m->packed || !m->saved || !m->dw || !m->dz)
        return false;
    if (l->packed_bytes > 0)
        l->kind->prepare(l, a->params + l->block_offset, m->packed);
    return true;
}

static bool add_scratch(kn_attribution *a)
{
    size_t scratch = 0, map = 0, windows = 0, positions = 0;
    for (int i = 0; i < a->layers; i++) {
        const kn_layer *l = kn_net_layer(a->net, i);
        scratch = larger(scratch, l->scratch_bytes);
        if (l->kind != &kn_layer_conv2d)
            continue;
        kn_conv2d c = unpooled(l);
        map = larger(map, kn_conv2d_impls[0]->scratch_bytes(&c));
        windows = larger(windows, kn_shape_size(l->out));
        positions = larger(positions, (size_t)c.oh * (size_t)c.ow * (size_t)c.oc);
    }
    a->scratch = kn_arena_alloc(&a->arena, 1, scratch);
    a->map_scratch = kn_arena_alloc(&a->arena, 1, map);
    a->where = kn_arena_alloc(&a->arena, windows, sizeof *a->where);
    a->pooled = kn_arena_alloc(&a->arena, windows, sizeof *a->pooled);
    a->activation = kn_arena_alloc(&a->arena, positions, sizeof(float));
    a->map_gradient = kn_arena_alloc(&a->arena, positions, sizeof(float));
    return a->scratch && a->map_scratch && a->where && a->pooled && a->activation &&
           a->map_gradient;
}

static bool build(kn_attribution *a)
{
    size_t values = (size_t)a->layers + 1, in = kn_shape_size(kn_net_input(a->net));
    a->value = kn_arena_alloc(&a->arena, values, sizeof *a->value);
    a->gradient = kn_arena_alloc(&a->arena, values, sizeof *a->gradient);
    a->memory = kn_arena_alloc(&a->arena, values, sizeof *a->memory);
    if (!a->value || !a->gradient || !a->memory)
        return false;
    a->value[0] = kn_arena_alloc(&a->arena, in, sizeof(float));
    a->gradient[0] = kn_arena_alloc(&a->arena, in, sizeof(float));
    if (!a->value[0] || !a->gradient[0])
        return false;
    for (int i = 0; i < a->layers; i++)
        if (!add_layer(a, i))
            return false;
    return add_scratch(a);
}

kn_status kn_attribution_new(const kn_net *net, const float *params, kn_attribution **out,
                             kn_error *e)
{
    *out = NULL;
    kn_attribution *a = calloc(1, sizeof *a);
    if (!a)
        return kn_fail(e, KN_ENOMEM, "no memory to look into a net");
    kn_arena_init(&a->arena);
    a->net = net;
    a->params = params;
    a->layers = kn_net_layer_count(net);
    if (!build(a)) {
        kn_attribution_free(a);
        return kn_fail(e, KN_ENOMEM, "no memory for the values of a net of %d layers",
                       kn_net_layer_count(net));
    }
    *out = a;
    return KN_OK;
}

void kn_attribution_free(kn_attribution *a)
{
    if (!a)
        return;
    kn_arena_clear(&a->arena);
    free(a);
}

/* One image through layer i; training is false, which turns dropout off in both directions. */
static kn_layer_args args_of(const kn_attribution *a, int i)
{
    const kn_layer *l = kn_net_layer(a->net, i);
    const layer_memory *m = &a->memory[i];
    return (kn_layer_args){.mb = 1,
                           .x = a->value[i],
                           .bridged = l->kind->bridges ? a->value[l->source + 1] : NULL,
                           .y = a->value[i + 1],
                           .dy = a->gradient[i + 1],
                           .dx = a->gradient[i],
                           .w = a->params + l->block_offset,
                           .dw = m->dw,
                           .saved = m->saved,
                           .scratch = a->scratch,
                           .packed = m->packed,
                           .batch_dz = m->dz};
}

/* The gradient of the logit in the output units: returns the logit. */
static double set_logit(const kn_net *net, int target, const float *z, float *dz)
{
    if (kn_net_output(net) == KN_OUTPUT_SOFTMAX) {
        dz[0] = -1.0f;
        dz[1] = 1.0f;
        return (double)z[1] - (double)z[0];
    }
    for (int k = 0; k < kn_net_targets(net); k++)
        dz[k] = k == target ? 1.0f : 0.0f;
    return (double)z[target];
}

/* Bridges that begin at value i bring it the gradient of where they end. */
static void add_bridges(kn_attribution *a, int i)
{
    for (int j = i + 1; j < a->layers; j++) {
        const kn_layer *l = kn_net_layer(a->net, j);
        if (!l->kind->bridges || l->source + 1 != i)
            continue;
        for (size_t k = 0; k < kn_shape_size(l->out); k++)
            a->gradient[i][k] += a->gradient[j + 1][k];
    }
}

double kn_attribution_run(kn_attribution *a, const uint8_t *x, int target)
{
    assert(target >= 0 && target < kn_net_targets(a->net));
    kn_pixels_to_f32(kn_shape_size(kn_net_input(a->net)), x, a->value[0]);
    for (int i = 0; i < a->layers; i++) {
        kn_layer_args args = args_of(a, i);
        kn_net_layer(a->net, i)->kind->forward(kn_net_layer(a->net, i), &args);
    }
    double logit = set_logit(a->net, target, a->value[a->layers], a->gradient[a->layers]);
    for (int i = a->layers - 1; i >= 0; i--) {
        kn_layer_args args = args_of(a, i);
        kn_net_layer(a->net, i)->kind->backward(kn_net_layer(a->net, i), &args);
        add_bridges(a, i);
    }
    return logit;
}

const float *kn_attribution_input(const kn_attribution *a)
{
    return a->value[0];
}

const float *kn_attribution_input_gradient(const kn_attribution *a)
{
    return a->gradient[0];
}

/* The gradient dy of the pooled map, handed on to the maxima of the activation. */
static void unpool(kn_attribution *a, const kn_conv2d *c, const float *dy)
{
    const kn_pool2d p = {.c = c->oc,
                         .ih = c->oh,
                         .iw = c->ow,
                         .oh = c->ph,
                         .ow = c->pw,
                         .kh = c->pkh,
                         .kw = c->pkw,
                         .sh = c->psh,
                         .sw = c->psw};
    kn_pool2d_max_forward(&p, a->activation, a->pooled, a->where);
    kn_pool2d_max_backward(&p, a->where, dy, a->map_gradient);
}

kn_activation_map kn_attribution_map(kn_attribution *a, int layer)
{
    const kn_layer *l = kn_net_layer(a->net, layer);
    const float *w = a->params + l->block_offset, *dy = a->gradient[layer + 1];
    kn_conv2d c = unpooled(l);
    kn_conv2d_impls[0]->forward(&c, 1, a->value[layer], w + l->offset[0], NULL, w + l->offset[1],
                                a->activation, NULL, a->map_scratch);
    if (kn_layer_conv2d_op(l)->pkh > 0)
        unpool(a, kn_layer_conv2d_op(l), dy);
    else
        memcpy(a->map_gradient, dy, kn_shape_size(l->out) * sizeof *dy);
    return (kn_activation_map){{c.oh, c.ow, c.oc}, a->activation, a->map_gradient};
}

/* "conv2d, conv2d_1": the names there are. */
static void list_names(const kn_net *net, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < kn_net_layer_count(net) && n < size; i++)
        if (kn_net_layer(net, i)->kind == &kn_layer_conv2d)
            n += (size_t)snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "",
                                  kn_net_layer(net, i)->name);
}

kn_status kn_attribution_find(const kn_net *net, const char *name, int *layer, kn_error *e)
{
    bool any = false;
    for (int i = kn_net_layer_count(net) - 1; i >= 0; i--) {
        const kn_layer *l = kn_net_layer(net, i);
        if (l->kind != &kn_layer_conv2d)
            continue;
        any = true;
        *layer = i;
        if (!name || strcmp(l->name, name) == 0)
            return KN_OK;
    }
    if (!any)
        return kn_fail(e, KN_EUSAGE, "the model has no convolution, which Grad-CAM looks at");
    char names[1024];
    list_names(net, names, sizeof names);
    return kn_fail(e, KN_EUSAGE, "the model has no convolution '%s'; it has %s", name, names);
}
