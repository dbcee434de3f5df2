#include "nn/net_plan.h"

#include "base/size.h"
#include "nn/net_steps.h"
#include "nn/pixel_source.h"

/* A chunk is as many images as keep their values within CHUNK_BYTES: enough rows for the matrix
 * products, little enough for many workers. Where the first layer reads pixels it is PIXEL_BYTES of
 * them, which stay in the first cache from forward to backward. */
enum { CHUNK_BYTES = 48 << 20, PIXEL_BYTES = 40 << 10, CHUNK_MIN = 8 };

/* A layout that grows; `fits` turns false on overflow. */
typedef struct layout {
    size_t bytes;
    bool fits;
} layout;

typedef struct memory {
    layout worker, batch;
    size_t batch_max;
} memory;

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

/* Rows of so many floats for every image, of the batch or of the chunk. */
static kn_place place_rows(const kn_plan *p, memory *m, bool shared, size_t floats)
{
    kn_place at = {shared ? KN_AT_BATCH : KN_AT_CHUNK, 0, floats};
    at.offset = shared ? take(&m->batch, m->batch_max, floats * sizeof(float))
                       : take(&m->worker, (size_t)p->chunk, floats * sizeof(float));
    return at;
}

/* The layer that reads value v through any views; the net's last value has none. */
static const kn_layer *reader_of(const kn_net *net, int v)
{
    int n = kn_net_layer_count(net);
    while (v < n && kn_net_layer(net, v)->kind->is_view)
        v++;
    return v < n ? kn_net_layer(net, v) : NULL;
}

static void place_training(kn_plan *p, memory *m)
{
    bool all = p->phases > 1;
    for (int v = 0; v <= kn_net_layer_count(p->net); v++) {
        if (v > 0 && kn_net_layer(p->net, v - 1)->kind->is_view) {
            p->value[v] = p->value[v - 1];
            continue;
        }
        const kn_layer *reader = reader_of(p->net, v);
        p->value[v] = place_rows(p, m, all || (reader && reader->batch_blocks > 0),
                                 v == 0 && p->from_pixels ? 0 : value_floats(p->net, v));
    }
    for (int i = 0; i < kn_net_layer_count(p->net); i++) {
        const kn_layer *l = kn_net_layer(p->net, i);
        p->saved[i] = (kn_place){all ? KN_AT_BATCH : KN_AT_CHUNK, 0, l->saved_bytes};
        p->saved[i].offset = all ? take(&m->batch, m->batch_max, l->saved_bytes)
                                 : take(&m->worker, KN_SHARD_MB, l->saved_bytes);
        p->dz[i] = take(&m->batch, m->batch_max, l->batch_dz_size * sizeof(float));
    }
}

/* Rows that live from one step to the next need two buffers in turn: what is read and what is
 * written. */
static void two_rows(layout *m, size_t rows, size_t floats, size_t out[2])
{
    out[0] = take(m, rows, floats * sizeof(float));
    out[1] = take(m, rows, floats * sizeof(float));
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t out_floats(const kn_plan *p, int step)
{
    return kn_shape_size(kn_net_layer(p->net, p->step[step])->out);
}

static void place_gradients(kn_plan *p, memory *m)
{
    size_t chunk = 0, image = 0, phase = 0;
    for (int f = 0; f < p->phases; f++) {
        for (int g = p->phase[f].backward.first; g <= p->phase[f].backward.last; g++) {
            const kn_segment *segment = &p->segment[g];
            for (int s = segment->first; s < segment->last; s++)
                image = larger(image, out_floats(p, s));
            chunk = larger(chunk, out_floats(p, segment->last));
        }
        if (p->phase[f].batch_step >= 0)
            phase = larger(phase, out_floats(p, p->phase[f].batch_step));
    }
    two_rows(&m->worker, (size_t)p->chunk, chunk, p->chunk_gradient);
    two_rows(&m->worker, 1, image, p->image_gradient);
    for (int i = 0; p->phases > 1 && i < 2; i++)
        p->phase_gradient[i] = place_rows(p, m, true, phase);
    for (int v = 0; v <= kn_net_layer_count(p->net); v++)
        if (kn_steps_bridge_learns(p, v))
            p->bridge[v] = place_rows(p, m, p->phases > 1, value_floats(p->net, v));
}

/* Values between segments alternate between two chunk buffers, those inside one between two image
 * buffers; what a bridge reads has a place of its own. */
static void place_inference(kn_plan *p, memory *m)
{
    size_t chunk_floats = value_floats(p->net, 0), image_floats = chunk_floats;
    for (int g = 0; g < p->segments; g++)
        for (int s = p->segment[g].first; s <= p->segment[g].last; s++) {
            size_t *most = s == p->segment[g].last ? &chunk_floats : &image_floats;
            *most = larger(*most, out_floats(p, s));
        }
    size_t chunk[2], image[2];
    two_rows(&m->worker, (size_t)p->chunk, chunk_floats, chunk);
    two_rows(&m->worker, 1, image_floats, image);
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
            if (kn_steps_is_bridged(p, v))
                at = place_rows(p, m, false, value_floats(p->net, v));
        }
        p->value[v] = at;
    }
}

static void place_scratch(kn_plan *p, bool own_pixels, layout *worker)
{
    size_t most = 0, targets = (size_t)kn_net_targets(p->net);
    for (int i = 0; i < kn_net_layer_count(p->net); i++)
        most = larger(most, kn_net_layer(p->net, i)->scratch_bytes);
    if (own_pixels)
        most = larger(most, kn_pixel_source_scratch(kn_net_input(p->net)));
    p->scratch = take(worker, 1, most);
    p->rows = take(worker, KN_SHARD_MB, sizeof(const uint8_t *));
    /* each image, and after them the one that it is mixed with */
    p->pixels = take(worker, own_pixels ? (size_t)p->chunk + 1 : 0, value_floats(p->net, 0));
    p->loss = take(worker, KN_SHARD_MB, sizeof(double));
    p->scale = take(worker, KN_SHARD_MB, sizeof(float));
    p->target = take(worker, KN_SHARD_MB, targets * sizeof(float));
    p->probability = take(worker, KN_SHARD_MB, targets * sizeof(float));
}

static bool alloc_arrays(kn_plan *p, kn_arena *arena)
{
    size_t layers = (size_t)kn_net_layer_count(p->net);
    p->step = kn_arena_alloc(arena, layers, sizeof *p->step);
    p->segment = kn_arena_alloc(arena, 2 * layers, sizeof *p->segment);
    p->phase = kn_arena_alloc(arena, layers + 1, sizeof *p->phase);
    p->value = kn_arena_alloc(arena, layers + 1, sizeof *p->value);
    p->saved = kn_arena_alloc(arena, layers, sizeof *p->saved);
    p->bridge = kn_arena_alloc(arena, layers + 1, sizeof *p->bridge);
    p->bridged = kn_arena_alloc(arena, layers, sizeof *p->bridged);
    p->bridge_first = kn_arena_alloc(arena, layers, sizeof *p->bridge_first);
    p->dz = kn_arena_alloc(arena, layers, sizeof *p->dz);
    return p->step && p->segment && p->phase && p->value && p->saved && p->bridge && p->bridged &&
           p->bridge_first && p->dz;
}

kn_status kn_plan_make(const kn_net *net, int batch_max, bool own_pixels, kn_arena *arena,
                       kn_plan *p, kn_error *e)
{
    *p = (kn_plan){.net = net, .training = batch_max > 0};
    if (!alloc_arrays(p, arena))
        return kn_fail(e, KN_ENOMEM, "no memory for the plan of %d layers",
                       kn_net_layer_count(net));
    memory m = {{0, true}, {0, true}, (size_t)batch_max};
    kn_steps_list(p);
    choose_chunk(p);
    if (p->training) {
        place_training(p, &m);
        place_gradients(p, &m);
    } else {
        place_inference(p, &m);
    }
    place_scratch(p, own_pixels, &m.worker);
    p->worker_bytes = m.worker.bytes;
    p->batch_bytes = m.batch.bytes;
    if (!m.worker.fits || !m.batch.fits)
        return kn_fail(e, KN_ENOMEM,
                       "the net at batches of %d images needs more memory than can be addressed",
                       batch_max);
    return KN_OK;
}
