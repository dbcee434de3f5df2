#include "nn/net.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/layer_config.h"

enum { MAX_SIDE = 65536 };

/* Streams of initial values; dropout's streams (layer_dropout.c) stay far below. */
static const uint64_t init_stream = (uint64_t)1 << 63;

struct kn_net {
    kn_arena arena;
    kn_shape input;
    kn_output output;
    int targets;
    kn_precision precision;
    kn_layer_spec *spec; /* as listed; configs in the arena */
    float output_l1, output_l2;
    kn_layer *layer; /* after fusion */
    int layer_count;
    int *layer_of;       /* by row of the summary: the layer that does its work */
    kn_summary_row *row; /* before fusion */
    int row_count;
    int tensor_count;
    size_t params, state, block_floats;
    double macs;
};

/* "conv2d", "conv2d_1", ...: numbered by kind, over the layers as listed. */
static void name_layer(const kn_net *net, const kn_layer_kind *kind, char *out, size_t size)
{
    int before = 0;
    for (int i = 0; i < net->row_count; i++)
        before += strcmp(net->row[i].kind, kind->name) == 0;
    if (before == 0)
        snprintf(out, size, "%s", kind->name);
    else
        snprintf(out, size, "%s_%d", kind->name, before);
}

static int bridges_of(const kn_layer_spec *spec)
{
    return spec->kind->bridges ? spec->kind->bridges(spec->config) : 0;
}

/* The layer in front of those that are bridged: found, or a sentence. */
static kn_status find_source(const kn_net *net, const kn_layer_spec *spec, kn_layer *l, kn_error *e)
{
    int back = bridges_of(spec), row = net->row_count - 1 - back;
    if (back == 0)
        return KN_OK;
    if (row < 0)
        return kn_fail(
            e, KN_EUSAGE,
            "it goes back over %d layers, but a layer must stand before them; %d are there", back,
            net->row_count);
    l->source = net->layer_of[row];
    const kn_layer *from = &net->layer[l->source];
    bool alike = from->out.h == l->in.h && from->out.w == l->in.w && from->out.c == l->in.c;
    if (alike && from->out_rank == l->in_rank)
        return KN_OK;
    char own[80], other[80];
    kn_shape_text(l->in, l->in_rank, own, sizeof own);
    kn_shape_text(from->out, from->out_rank, other, sizeof other);
    return kn_fail(e, KN_EUSAGE, "%s and, %d layers back, %s do not have one shape", own, back,
                   other);
}

static kn_status check_sizes(const kn_layer *l, kn_error *e)
{
    if (kn_shape_size(l->out) > INT_MAX)
        return kn_fail(e, KN_EUSAGE, "its output has %zu values an image, more than %d",
                       kn_shape_size(l->out), INT_MAX);
    if (l->params > INT_MAX)
        return kn_fail(e, KN_EUSAGE, "it has %zu parameters, more than %d", l->params, INT_MAX);
    return KN_OK;
}

static kn_status configure_layer(kn_net *net, kn_layer *l, const kn_layer_spec *spec, kn_error *e)
{
    const kn_layer *before = net->layer_count > 0 ? &net->layer[net->layer_count - 1] : NULL;
    size_t bytes = spec->kind->config_size;
    void *config = kn_arena_alloc(&net->arena, 1, bytes);
    if (!config)
        return kn_fail(e, KN_ENOMEM, "no memory for a layer");
    if (bytes > 0)
        memcpy(config, spec->config, bytes);
    *l = (kn_layer){
        .kind = spec->kind, .config = config, .arena = &net->arena, .l1 = spec->l1, .l2 = spec->l2};
    l->granule = spec->kind->granule;
    l->precision = net->precision;
    name_layer(net, spec->kind, l->name, sizeof l->name);
    l->index = net->row_count;
    l->in = before ? before->out : net->input;
    l->in_rank = before ? before->out_rank : KN_RANK_IMAGE;
    l->out_rank = l->in_rank;
    KN_TRY(find_source(net, spec, l, e));
    KN_TRY(spec->kind->configure(l, e));
    return check_sizes(l, e);
}

static void add_row(kn_net *net, const kn_layer *l)
{
    kn_summary_row *row = &net->row[net->row_count++];
    *row = (kn_summary_row){
        .kind = l->kind->name, .out = l->out, .out_rank = l->out_rank, .params = l->params};
    snprintf(row->name, sizeof row->name, "%s", l->name);
    row->macs = l->kind->macs ? l->kind->macs(l) : 0.0;
}

/* Configures the next layer and takes it into the one before where that can hold it. */
static kn_status add_layer(kn_net *net, const kn_layer_spec *spec, bool is_source, kn_error *e)
{
    kn_layer *l = &net->layer[net->layer_count];
    KN_TRY(configure_layer(net, l, spec, e));
    net->layer_of[net->row_count] = net->layer_count;
    net->spec[net->row_count] = *spec;
    net->spec[net->row_count].config = l->config;
    add_row(net, l);
    kn_layer *before = net->layer_count > 0 ? l - 1 : NULL;
    if (before && before->kind->fuse && !before->is_source && before->kind->fuse(before, l)) {
        net->layer_of[net->row_count - 1]--;
        before->is_source = is_source;
        return KN_OK;
    }
    l->is_source = is_source;
    net->layer_count++;
    return KN_OK;
}

/* Whether a later layer reads what this one gives. */
static bool is_source(const kn_net_desc *desc, int row)
{
    for (int i = row + 1; i < desc->layer_count; i++) {
        int back = bridges_of(&desc->layers[i]);
        if (back > 0 && i - 1 - back == row)
            return true;
    }
    return false;
}

static kn_status add_output(kn_net *net, const kn_net_desc *desc, kn_error *e)
{
    kn_dense_config config;
    kn_param_defaults(kn_layer_dense.params, kn_layer_dense.param_count, &config);
    config.units = kn_output_units(net->output, net->targets);
    kn_layer_spec spec = {
        .kind = &kn_layer_dense, .config = &config, .l1 = desc->output_l1, .l2 = desc->output_l2};
    kn_status rc = add_layer(net, &spec, false, e);
    if (rc != KN_OK)
        kn_prepend(e, "the output layer: ");
    return rc;
}

static void place_blocks(kn_net *net)
{
    for (int i = 0; i < net->layer_count; i++) {
        kn_layer *l = &net->layer[i];
        l->block_offset = net->block_floats;
        net->block_floats += l->block_floats;
        net->params += l->params;
        net->state += l->state_params;
        net->tensor_count += l->tensors;
        net->macs += l->kind->macs ? l->kind->macs(l) : 0.0;
    }
}

static kn_status build(kn_net *net, const kn_net_desc *desc, kn_error *e)
{
    size_t room = (size_t)desc->layer_count + 1;
    net->spec = kn_arena_alloc(&net->arena, room, sizeof *net->spec);
    net->layer = kn_arena_alloc(&net->arena, room, sizeof *net->layer);
    net->row = kn_arena_alloc(&net->arena, room, sizeof *net->row);
    net->layer_of = kn_arena_alloc(&net->arena, room, sizeof *net->layer_of);
    if (!net->spec || !net->layer || !net->row || !net->layer_of)
        return kn_fail(e, KN_ENOMEM, "no memory for a net of %zu layers", room);
    for (int i = 0; i < desc->layer_count; i++) {
        kn_status rc = add_layer(net, &desc->layers[i], is_source(desc, i), e);
        if (rc != KN_OK) {
            kn_prepend(e, "layer %d (%s): ", i, desc->layers[i].kind->name);
            return rc;
        }
    }
    KN_TRY(add_output(net, desc, e));
    place_blocks(net);
    return KN_OK;
}

kn_status kn_net_new(const kn_net_desc *desc, kn_net **out, kn_error *e)
{
    *out = NULL;
    kn_shape in = desc->input;
    if (in.h < 1 || in.w < 1 || in.c < 1 || in.h > MAX_SIDE || in.w > MAX_SIDE || in.c > MAX_SIDE)
        return kn_fail(e, KN_EUSAGE, "the input [%d, %d, %d] is no image: sizes are 1..%d", in.h,
                       in.w, in.c, MAX_SIDE);
    if (desc->targets < 1 || desc->targets > KN_TARGETS_MAX)
        return kn_fail(e, KN_EUSAGE, "%d targets: a net tells 1..%d attributes", desc->targets,
                       KN_TARGETS_MAX);
    if (desc->targets > 1 && desc->output != KN_OUTPUT_SIGMOID)
        return kn_fail(e, KN_EUSAGE, "several targets want the output sigmoid, not %s",
                       kn_output_names[desc->output]);
    kn_net *net = calloc(1, sizeof *net);
    if (!net)
        return kn_fail(e, KN_ENOMEM, "no memory for a net");
    kn_arena_init(&net->arena);
    net->input = in;
    net->output = desc->output;
    net->targets = desc->targets;
    net->precision = desc->precision;
    net->output_l1 = desc->output_l1;
    net->output_l2 = desc->output_l2;
    kn_status rc = build(net, desc, e);
    if (rc != KN_OK) {
        kn_net_free(net);
        return rc;
    }
    *out = net;
    return KN_OK;
}

void kn_net_free(kn_net *net)
{
    if (!net)
        return;
    kn_arena_clear(&net->arena);
    free(net);
}

int kn_net_layer_count(const kn_net *net)
{
    return net->layer_count;
}

const kn_layer *kn_net_layer(const kn_net *net, int index)
{
    return &net->layer[index];
}

kn_net_desc kn_net_describe(const kn_net *net)
{
    return (kn_net_desc){.input = net->input,
                         .layers = net->spec,
                         .layer_count = net->row_count - 1,
                         .output = net->output,
                         .targets = net->targets,
                         .output_l1 = net->output_l1,
                         .output_l2 = net->output_l2,
                         .precision = net->precision};
}

int kn_net_layer_of(const kn_net *net, int listed)
{
    return net->layer_of[listed];
}

kn_shape kn_net_input(const kn_net *net)
{
    return net->input;
}

kn_output kn_net_output(const kn_net *net)
{
    return net->output;
}

int kn_net_targets(const kn_net *net)
{
    return net->targets;
}

kn_precision kn_net_precision(const kn_net *net)
{
    return net->precision;
}

size_t kn_net_params(const kn_net *net)
{
    return net->params;
}

size_t kn_net_state(const kn_net *net)
{
    return net->state;
}

size_t kn_net_block_floats(const kn_net *net)
{
    return net->block_floats;
}

double kn_net_macs(const kn_net *net)
{
    return net->macs;
}

int kn_net_summary_rows(const kn_net *net)
{
    return net->row_count;
}

kn_summary_row kn_net_summary(const kn_net *net, int row)
{
    return net->row[row];
}

int kn_net_tensor_count(const kn_net *net)
{
    return net->tensor_count;
}

kn_tensor kn_net_tensor(const kn_net *net, int index, float *block)
{
    const kn_layer *l = net->layer;
    while (index >= l->tensors)
        index -= (l++)->tensors;
    kn_tensor t = l->tensor[index];
    t.data = block + l->block_offset + l->offset[index];
    return t;
}

void kn_net_init(const kn_net *net, uint64_t seed, float *block)
{
    memset(block, 0, net->block_floats * sizeof *block);
    uint64_t trained = 0;
    for (int i = 0; i < net->layer_count; i++) {
        const kn_layer *l = &net->layer[i];
        if (!l->kind->init)
            continue;
        kn_rng rng;
        kn_rng_init(&rng, seed, init_stream + trained++);
        l->kind->init(l, block + l->block_offset, &rng);
    }
}
