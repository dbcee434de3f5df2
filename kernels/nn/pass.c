#include "nn/pass.h"

#include <math.h>
#include <string.h>

#include "ops/pixels/pixels.h"

/* Row `image` of the chunk at a place. */
static float *row_at(const kn_pass *p, const kn_place *at, int image)
{
    bool shared = at->where == KN_AT_BATCH;
    size_t row = (size_t)image + (shared ? p->position : 0);
    unsigned char *base = shared ? p->batch : p->worker;
    return (float *)(void *)(base + at->offset) + row * at->stride;
}

static float *value_at(const kn_pass *p, int v, int image)
{
    return row_at(p, &p->plan->value[v], image);
}

static void *saved_at(const kn_pass *p, int layer, int image)
{
    const kn_place *at = &p->plan->saved[layer];
    bool shared = at->where == KN_AT_BATCH;
    size_t row = (size_t)image + (shared ? p->position : 0);
    return (shared ? p->batch : p->worker) + at->offset + row * at->stride;
}

static float *worker_floats(const kn_pass *p, size_t offset)
{
    return (float *)(void *)(p->worker + offset);
}

/* The rows of pixels of the chunk, for a first layer that reads them. */
static const uint8_t **rows_of(const kn_pass *p)
{
    return (const uint8_t **)(void *)(p->worker + p->plan->rows);
}

static void load_pixels(const kn_pass *p, int image, int count)
{
    size_t n = kn_shape_size(p->source.shape);
    uint64_t began = kn_lap_begin(p->laps);
    for (int i = image; i < image + count; i++) {
        /* the row after it is free: that of an image still to come, or the one beyond the chunk */
        const uint8_t *row = kn_pixel_source_row(&p->source, p->position + (size_t)i,
                                                 p->worker + p->plan->pixels + (size_t)i * n,
                                                 p->worker + p->plan->scratch);
        if (p->plan->from_pixels)
            rows_of(p)[i] = row;
        else
            kn_pixels_to_f32(n, row, value_at(p, 0, i));
    }
    kn_lap_end(p->laps, KN_PART_PIXELS, 0, (size_t)count, began);
}

/* What forward and backward of layer i share, for `mb` images from `image` of the chunk on. */
static kn_layer_args args_of(const kn_pass *p, int i, int image, int mb)
{
    const kn_plan *plan = p->plan;
    const kn_layer *l = kn_net_layer(plan->net, i);
    kn_layer_args a = {.mb = mb, .training = plan->training, .seed = p->seed, .step = p->step};
    if (plan->from_pixels && i == plan->step[0])
        a.pixels = rows_of(p) + image;
    else
        a.x = value_at(p, i, image);
    a.y = value_at(p, i + 1, image);
    a.w = p->params + l->block_offset;
    a.scratch = p->worker + plan->scratch;
    a.packed = p->packed + p->packed_at[i];
    a.position = (uint32_t)(p->position + (size_t)image);
    if (plan->bridged[i] >= 0)
        a.bridged = value_at(p, plan->bridged[i], image);
    if (plan->training) {
        a.saved = saved_at(p, i, image);
        a.shared = p->shared + p->shared_at[i];
    }
    return a;
}

static bool all_finite(size_t n, const float *y)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(y[i]))
            return false;
    return true;
}

/* Steps of a segment for `mb` images; the first layer with a bad output, or -1. */
static int run_steps(const kn_pass *p, const kn_segment *segment, int image, int mb)
{
    for (int s = segment->first; s <= segment->last; s++) {
        int i = p->plan->step[s];
        const kn_layer *l = kn_net_layer(p->plan->net, i);
        kn_layer_args a = args_of(p, i, image, mb);
        uint64_t began = kn_lap_begin(p->laps);
        l->kind->forward(l, &a);
        kn_lap_end(p->laps, KN_PART_FORWARD, i, (size_t)mb, began);
        if (p->check && !all_finite((size_t)mb * kn_shape_size(l->out), a.y))
            return i;
    }
    return -1;
}

/* What the batch layer that begins the next phase must know of these images. */
static void gather(const kn_pass *p, int phase, int image, int mb)
{
    if (phase + 1 >= p->plan->phases)
        return;
    int i = p->plan->step[p->plan->phase[phase + 1].batch_step];
    const kn_layer *l = kn_net_layer(p->plan->net, i);
    kn_layer_args a = args_of(p, i, image, mb);
    uint64_t began = kn_lap_begin(p->laps);
    l->kind->gather(l, &a, p->sums);
    kn_lap_end(p->laps, KN_PART_FORWARD, i, (size_t)mb, began);
}

/* Segment by segment; the last one hands its images to `gather` while they are in the cache. */
static int forward_phase(const kn_pass *p, int phase, bool gathers)
{
    const kn_run *run = &p->plan->phase[phase].forward;
    int bad = -1;
    if (phase == 0 && run->last < run->first) { /* a batch layer comes first */
        load_pixels(p, 0, p->mb);
        if (gathers)
            gather(p, phase, 0, p->mb);
    }
    for (int g = run->first; g <= run->last && bad < 0; g++) {
        const kn_segment *segment = &p->plan->segment[g];
        int mb = segment->granule == KN_GRANULE_IMAGE ? 1 : p->mb;
        for (int n = 0; n < p->mb && bad < 0; n += mb) {
            if (phase == 0 && g == run->first)
                load_pixels(p, n, mb);
            bad = run_steps(p, segment, n, mb);
            if (gathers && g == run->last)
                gather(p, phase, n, mb);
        }
    }
    return bad;
}

int kn_pass_forward(const kn_pass *p, int phase)
{
    return forward_phase(p, phase, true);
}

int kn_pass_forward_again(const kn_pass *p)
{
    int bad = -1;
    for (int f = 0; f < p->plan->phases && bad < 0; f++)
        bad = forward_phase(p, f, false);
    return bad;
}

float *kn_pass_logits(const kn_pass *p)
{
    return value_at(p, kn_net_layer_count(p->plan->net), 0);
}

float *kn_pass_logits_gradient(const kn_pass *p)
{
    return worker_floats(p, p->plan->chunk_gradient[0]);
}

static void add_to(size_t n, const float *x, float *sum)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += x[i];
}

/* The gradient of what layer i bridges is dy: kept until the way back has come there. */
static void send_over_bridge(const kn_pass *p, int i, int image, size_t n, const float *dy)
{
    const kn_place *at = &p->plan->bridge[p->plan->bridged[i]];
    if (at->stride == 0)
        return;
    if (p->plan->bridge_first[i])
        memcpy(row_at(p, at, image), dy, n * sizeof *dy);
    else
        add_to(n, dy, row_at(p, at, image));
}

static void backward_step(const kn_pass *p, int s, int image, int mb, const float *dy, float *dx)
{
    int i = p->plan->step[s];
    const kn_layer *l = kn_net_layer(p->plan->net, i);
    kn_layer_args a = args_of(p, i, image, mb);
    a.dy = dy;
    a.dx = s > p->plan->last_backward ? dx : NULL;
    if (l->batch_blocks > 0)
        a.batch_dz = (float *)(void *)(p->batch + p->plan->dz[i]) +
                     (p->position + (size_t)image) * l->batch_dz_size;
    else if (kn_layer_is_sharded(l) && l->tensors > 0)
        a.dw = p->gradients + p->gradients_at[i];
    uint64_t began = kn_lap_begin(p->laps);
    if (p->plan->bridged[i] >= 0)
        send_over_bridge(p, i, image, (size_t)mb * kn_shape_size(l->out), dy);
    l->kind->backward(l, &a);
    /* x may be the output of a view: bridges hold it under the value beneath */
    int v = s > 0 ? p->plan->step[s - 1] + 1 : 0;
    const kn_place *bridge = &p->plan->bridge[v];
    if (a.dx && bridge->stride > 0)
        add_to((size_t)mb * bridge->stride, row_at(p, bridge, image), a.dx);
    kn_lap_end(p->laps, KN_PART_BACKWARD, i, (size_t)mb, began);
}

/* dy and dx: rows of the chunk; between the steps of a segment the two image gradients take turns. */
static void backward_segment(const kn_pass *p, const kn_segment *segment, const float *dy,
                             float *dx)
{
    int first = segment->first > p->plan->last_backward ? segment->first : p->plan->last_backward;
    bool by_image = segment->granule == KN_GRANULE_IMAGE;
    int mb = by_image ? 1 : p->mb;
    size_t out = kn_shape_size(kn_net_layer(p->plan->net, p->plan->step[segment->last])->out);
    size_t in = kn_shape_size(kn_net_layer(p->plan->net, p->plan->step[segment->first])->in);
    for (int n = 0; n < p->mb; n += mb) {
        const float *from = dy + (size_t)n * out;
        for (int s = segment->last; s >= first; s--) {
            float *to = s == segment->first ? dx + (size_t)n * in
                                            : worker_floats(p, p->plan->image_gradient[s & 1]);
            backward_step(p, s, n, mb, from, to);
            from = to;
        }
    }
}

/* The rows of the chunk in the gradient between phase f-1 and f. */
static float *phase_gradient(const kn_pass *p, int f)
{
    const kn_place *at = &p->plan->phase_gradient[f & 1];
    int i = p->plan->step[p->plan->phase[f].batch_step];
    size_t n = kn_shape_size(kn_net_layer(p->plan->net, i)->out);
    return (float *)(void *)(p->batch + at->offset) + p->position * n;
}

/* What the batch layer that begins this phase must know of the gradient of its output. */
static void gather_back(const kn_pass *p, int phase)
{
    int i = p->plan->step[p->plan->phase[phase].batch_step];
    const kn_layer *l = kn_net_layer(p->plan->net, i);
    kn_layer_args a = args_of(p, i, 0, p->mb);
    a.dy = phase_gradient(p, phase);
    uint64_t began = kn_lap_begin(p->laps);
    l->kind->gather_back(l, &a, p->sums);
    kn_lap_end(p->laps, KN_PART_BACKWARD, i, (size_t)p->mb, began);
}

void kn_pass_backward(const kn_pass *p, int phase)
{
    const kn_run *run = &p->plan->phase[phase].backward;
    bool is_last = phase == p->plan->phases - 1;
    const float *dy =
        is_last ? kn_pass_logits_gradient(p) : (const float *)phase_gradient(p, phase + 1);
    int turn = 1;
    for (int g = run->last; g >= run->first; g--) {
        if (p->plan->segment[g].last < p->plan->last_backward)
            break;
        float *dx = g == run->first && phase > 0 ? phase_gradient(p, phase)
                                                 : worker_floats(p, p->plan->chunk_gradient[turn]);
        backward_segment(p, &p->plan->segment[g], dy, dx);
        dy = dx;
        turn = 1 - turn;
    }
    if (phase > 0)
        gather_back(p, phase);
}

void kn_pass_finish(const kn_pass *p)
{
    for (int i = 0; i < kn_net_layer_count(p->plan->net); i++) {
        const kn_layer *l = kn_net_layer(p->plan->net, i);
        if (l->kind->finish)
            l->kind->finish(l, p->gradients + p->gradients_at[i], p->worker + p->plan->scratch);
    }
}
