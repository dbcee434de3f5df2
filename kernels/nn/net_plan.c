#include "nn/net_plan.h"

#include "base/size.h"

/* A chunk is as many images as keep their values within CHUNK_BYTES: enough rows for the matrix
 * products, little enough for many workers. Where the first layer reads pixels it is PIXEL_BYTES of
 * them, which stay in the first cache from forward to backward. */
enum { CHUNK_BYTES = 48 << 20, PIXEL_BYTES = 40 << 10, CHUNK_MIN = 8 };

/* A layout that grows; `fits` turns false on overflow. */
typedef struct layout {
    size_t bytes;
    bool fits;
} layout;

static size_t take(layout *m, size_t rows, size_t row_bytes)
{
    size_t at = m->bytes, size = 0;
    if (!kn_size_mul(rows, row_bytes, &size) || size > SIZE_MAX / 2 || at > SIZE_MAX / 2) {
        m->fits = false;
        return 0;
    }
    m->bytes = at + kn_size_round_up(size, KN_ALIGN);
    return at;
}

static size_t value_floats(const kn_net *net, int v)
{
    return kn_shape_size(v == 0 ? kn_net_input(net) : kn_net_layer(net, v - 1)->out);
}

static void list_steps(kn_plan *p)
{
    for (int i = 0; i < kn_net_layer_count(p->net); i++)
        if (!kn_net_layer(p->net, i)->kind->is_view)
            p->step[p->steps++] = i;
    p->from_pixels = kn_net_layer(p->net, p->step[0])->takes_pixels;
    p->last_backward = 0;
    while (kn_net_layer(p->net, p->step[p->last_backward])->tensors == 0)
        p->last_backward++;
    for (int s = 0; s < p->steps; s++) {
        kn_granule g = kn_net_layer(p->net, p->step[s])->granule;
        kn_segment *open = p->segments ? &p->segment[p->segments - 1] : NULL;
        if (open && open->granule == KN_GRANULE_IMAGE && g == KN_GRANULE_IMAGE)
            open->last = s;
        else
            p->segment[p->segments++] = (kn_segment){s, s, g};
    }
}

static void choose_chunk(kn_plan *p)
{
    double bytes = 1.0, room = CHUNK_BYTES;
    for (int v = 0; v <= kn_net_layer_count(p->net); v++) {
        bytes += (double)value_floats(p->net, v) * sizeof(float);
        bytes += v > 0 ? (double)kn_net_layer(p->net, v - 1)->saved_bytes : 0.0;
    }
    if (p->from_pixels) {
        bytes = (double)value_floats(p->net, 0);
        room = PIXEL_BYTES;
    }
    double fit = room / bytes;
    p->chunk = fit > KN_SHARD_MB ? KN_SHARD_MB : fit < CHUNK_MIN ? CHUNK_MIN : (int)fit;
    for (int i = 0; i < kn_net_layer_count(p->net); i++) {
        int most = kn_net_layer(p->net, i)->chunk_most;
        p->chunk = most > 0 && most < p->chunk ? most : p->chunk;
    }
}

/* The layer that reads value v through any views; the net's last value has none. */
static const kn_layer *reader_of(const kn_net *net, int v)
{
    int n = kn_net_layer_count(net);
    while (v < n && kn_net_layer(net, v)->kind->is_view)
        v++;
    return v < n ? kn_net_layer(net, v) : NULL;
}

static void place_training(kn_plan *p, size_t batch_max, layout *worker, layout *batch)
{
    for (int v = 0; v <= kn_net_layer_count(p->net); v++) {
        if (v > 0 && kn_net_layer(p->net, v - 1)->kind->is_view) {
            p->value[v] = p->value[v - 1];
            continue;
        }
        size_t floats = v == 0 && p->from_pixels ? 0 : value_floats(p->net, v);
        const kn_layer *reader = reader_of(p->net, v);
        bool shared = reader && reader->batch_blocks > 0;
        p->value[v].where = shared ? KN_AT_BATCH : KN_AT_CHUNK;
        p->value[v].stride = floats;
        p->value[v].offset = shared ? take(batch, batch_max, floats * sizeof(float))
                                    : take(worker, (size_t)p->chunk, floats * sizeof(float));
    }
    for (int i = 0; i < kn_net_layer_count(p->net); i++) {
        const kn_layer *l = kn_net_layer(p->net, i);
        p->saved[i] = take(worker, KN_SHARD_MB, l->saved_bytes);
        p->dz[i] = take(batch, batch_max, l->batch_dz_size * sizeof(float));
    }
}

/* Rows that live from one step to the next need two buffers in turn: what is read and what is
 * written. */
static void two_rows(layout *m, size_t rows, size_t floats, size_t out[2])
{
    out[0] = take(m, rows, floats * sizeof(float));
    out[1] = take(m, rows, floats * sizeof(float));
}

static void place_gradients(kn_plan *p, layout *worker)
{
    size_t chunk_floats = 0, image_floats = 0;
    for (int g = 0; g < p->segments; g++) {
        const kn_segment *segment = &p->segment[g];
        for (int s = segment->first; s <= segment->last; s++) {
            size_t n = kn_shape_size(kn_net_layer(p->net, p->step[s])->out);
            size_t *most = s == segment->last ? &chunk_floats : &image_floats;
            *most = n > *most ? n : *most;
        }
    }
    two_rows(worker, (size_t)p->chunk, chunk_floats, p->chunk_gradient);
    two_rows(worker, 1, image_floats, p->image_gradient);
}

/* Values between segments alternate between two chunk buffers, those inside one between two image
 * buffers. */
static void place_inference(kn_plan *p, layout *worker)
{
    size_t chunk_floats = value_floats(p->net, 0), image_floats = chunk_floats;
    for (int g = 0; g < p->segments; g++)
        for (int s = p->segment[g].first; s <= p->segment[g].last; s++) {
            size_t n = kn_shape_size(kn_net_layer(p->net, p->step[s])->out);
            size_t *most = s == p->segment[g].last ? &chunk_floats : &image_floats;
            *most = n > *most ? n : *most;
        }
    size_t chunk[2], image[2];
    two_rows(worker, (size_t)p->chunk, chunk_floats, chunk);
    two_rows(worker, 1, image_floats, image);
    int turn = 0;
    bool by_image = p->segment[0].granule == KN_GRANULE_IMAGE;
    kn_place at = {by_image ? KN_AT_IMAGE : KN_AT_CHUNK, by_image ? image[1] : chunk[1], 0};
    at.stride = by_image ? 0 : value_floats(p->net, 0);
    for (int v = 0, g = 0, s = 0; v <= kn_net_layer_count(p->net); v++) {
        if (v > 0 && !kn_net_layer(p->net, v - 1)->kind->is_view) {
            bool boundary = s == p->segment[g].last;
            at.where = boundary ? KN_AT_CHUNK : KN_AT_IMAGE;
            at.offset = boundary ? chunk[g & 1] : image[turn];
            at.stride = boundary ? value_floats(p->net, v) : 0;
            g += boundary;
            turn = 1 - turn;
            s++;
        }
        p->value[v] = at;
    }
}

static void place_scratch(kn_plan *p, layout *worker)
{
    size_t most = 0;
    for (int i = 0; i < kn_net_layer_count(p->net); i++) {
        size_t n = kn_net_layer(p->net, i)->scratch_bytes;
        most = n > most ? n : most;
    }
    p->scratch = take(worker, 1, most);
    p->rows = take(worker, KN_SHARD_MB, sizeof(const uint8_t *));
    size_t targets = (size_t)kn_net_targets(p->net);
    p->loss = take(worker, KN_SHARD_MB, sizeof(double));
    p->scale = take(worker, KN_SHARD_MB, sizeof(float));
    p->target = take(worker, KN_SHARD_MB, targets * sizeof(float));
    p->probability = take(worker, KN_SHARD_MB, targets * sizeof(float));
}

kn_status kn_plan_make(const kn_net *net, int batch_max, kn_arena *arena, kn_plan *p, kn_error *e)
{
    size_t layers = (size_t)kn_net_layer_count(net);
    *p = (kn_plan){.net = net, .training = batch_max > 0};
    p->step = kn_arena_alloc(arena, layers, sizeof *p->step);
    p->segment = kn_arena_alloc(arena, layers, sizeof *p->segment);
    p->value = kn_arena_alloc(arena, layers + 1, sizeof *p->value);
    p->saved = kn_arena_alloc(arena, layers, sizeof *p->saved);
    p->dz = kn_arena_alloc(arena, layers, sizeof *p->dz);
    if (!p->step || !p->segment || !p->value || !p->saved || !p->dz)
        return kn_fail(e, KN_ENOMEM, "no memory for the plan of %zu layers", layers);
    layout worker = {0, true}, batch = {0, true};
    list_steps(p);
    choose_chunk(p);
    if (p->training) {
        place_training(p, (size_t)batch_max, &worker, &batch);
        place_gradients(p, &worker);
    } else {
        place_inference(p, &worker);
    }
    place_scratch(p, &worker);
    p->worker_bytes = worker.bytes;
    p->batch_bytes = batch.bytes;
    if (!worker.fits || !batch.fits)
        return kn_fail(e, KN_ENOMEM,
                       "the net at batches of %d images needs more memory than can be addressed",
                       batch_max);
    return KN_OK;
}
