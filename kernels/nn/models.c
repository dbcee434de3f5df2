#include "nn/models.h"

#include "nn/layer_config.h"

typedef struct builder {
    kn_arena *arena;
    kn_layer_spec *specs;
    int count; /* -1: memory is out */
} builder;

/* Appends a layer with the defaults of its kind and returns its configuration, NULL when memory is
 * out. */
static void *add(builder *b, const kn_layer_kind *kind, float l1, float l2)
{
    void *config = kn_arena_alloc(b->arena, 1, kind->config_size);
    if (!config || b->count < 0) {
        b->count = -1;
        return NULL;
    }
    kn_param_defaults(kind->params, kind->param_count, config);
    b->specs[b->count++] = (kn_layer_spec){kind, config, l1, l2};
    return config;
}

static void add_conv(builder *b, const kn_cnn_options *o, int filters)
{
    kn_conv2d_config *c = add(b, &kn_layer_conv2d, o->l1, o->l2);
    if (c) {
        c->filters = filters;
        c->kernel[0] = c->kernel[1] = o->kernel;
        c->activation = (int)o->act.kind;
        c->alpha = o->act.alpha;
    }
    kn_pool_config *p = add(b, &kn_layer_maxpool, 0, 0);
    if (p)
        p->size[0] = p->size[1] = o->pool;
}

static void add_dense(builder *b, const kn_int_list *units, kn_act act, float dropout, float l1,
                      float l2)
{
    for (int i = 0; i < units->count; i++) {
        kn_dense_config *d = add(b, &kn_layer_dense, l1, l2);
        if (d) {
            d->units = units->item[i];
            d->activation = (int)act.kind;
            d->alpha = act.alpha;
        }
        kn_dropout_config *k = dropout > 0 ? add(b, &kn_layer_dropout, 0, 0) : NULL;
        if (k)
            k->rate = dropout;
    }
}

int kn_model_cnn(const kn_cnn_options *o, kn_arena *arena, kn_layer_spec *specs)
{
    builder b = {arena, specs, 0};
    for (int i = 0; i < o->filters.count; i++)
        add_conv(&b, o, o->filters.item[i]);
    add(&b, &kn_layer_flatten, 0, 0);
    add_dense(&b, &o->units, o->act, o->dropout, o->l1, o->l2);
    return b.count;
}

int kn_model_rnn(const kn_rnn_options *o, kn_arena *arena, kn_layer_spec *specs)
{
    static const kn_layer_kind *const kinds[KN_RNN_CELL_COUNT] = {
        [KN_RNN_LSTM] = &kn_layer_lstm,
        [KN_RNN_GRU] = &kn_layer_gru,
        [KN_RNN_SIMPLE] = &kn_layer_simple_rnn,
    };
    builder b = {arena, specs, 0};
    add(&b, &kn_layer_rows, 0, 0);
    for (int i = 0; i < o->hidden.count; i++) {
        kn_rnn_config *r = add(&b, kinds[o->cell], o->l1, o->l2);
        if (r) {
            r->units = o->hidden.item[i];
            r->return_sequences = i < o->hidden.count - 1;
        }
    }
    add_dense(&b, &o->units, o->act, o->dropout, o->l1, o->l2);
    return b.count;
}

int kn_model_logreg(kn_arena *arena, kn_layer_spec *specs)
{
    builder b = {arena, specs, 0};
    add(&b, &kn_layer_flatten, 0, 0);
    return b.count;
}
