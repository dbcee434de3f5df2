#include "nn/pass.h"

#include <math.h>

#include "ops/pixels/pixels.h"

/* Row `image` of the chunk of value v. */
static float *value_at(const kn_pass *p, int v, int image)
{
    const kn_place *at = &p->plan->value[v];
    size_t row = (size_t)image + (at->where == KN_AT_BATCH ? p->position : 0);
    unsigned char *base = at->where == KN_AT_BATCH ? p->batch : p->worker;
    return (float *)(void *)(base + at->offset) + row * at->stride;
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
    size_t n = kn_shape_size(kn_net_input(p->plan->net));
    uint64_t began = kn_lap_begin(p->laps);
    for (int i = image; i < image + count; i++) {
        const uint8_t *row = p->x + n * p->index[p->position + (size_t)i];
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
    const kn_layer *l = kn_net_layer(p->plan->net, i);
    kn_layer_args a = {.mb = mb, .training = p->plan->training, .seed = p->seed, .step = p->step};
    if (p->plan->from_pixels && i == p->plan->step[0])
        a.pixels = rows_of(p) + image;
    else
        a.x = value_at(p, i, image);
    a.y = value_at(p, i + 1, image);
    a.w = p->params + l->block_offset;
    a.scratch = p->worker + p->plan->scratch;
    a.packed = p->packed + p->packed_at[i];
    a.position = (uint32_t)(p->position + (size_t)image);
    if (p->plan->training)
        a.saved = p->worker + p->plan->saved[i] + (size_t)image * l->saved_bytes;
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

int kn_pass_forward(const kn_pass *p)
{
    int bad = -1;
    for (int g = 0; g < p->plan->segments && bad < 0; g++) {
        const kn_segment *segment = &p->plan->segment[g];
        bool by_image = segment->granule == KN_GRANULE_IMAGE;
        int mb = by_image ? 1 : p->mb;
        for (int n = 0; n < p->mb && bad < 0; n += mb) {
            if (g == 0)
                load_pixels(p, n, mb);
            bad = run_steps(p, segment, n, mb);
        }
    }
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
    else if (l->tensors > 0)
        a.dw = p->gradients + p->gradients_at[i];
    uint64_t began = kn_lap_begin(p->laps);
    l->kind->backward(l, &a);
    kn_lap_end(p->laps, KN_PART_BACKWARD, i, (size_t)mb, began);
}

/* dy and dx are chunk gradients; between the steps of a segment the two image gradients take turns.
 */
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

void kn_pass_backward(const kn_pass *p)
{
    int turn = 0;
    for (int g = p->plan->segments - 1; g >= 0; g--) {
        if (p->plan->segment[g].last < p->plan->last_backward)
            break;
        backward_segment(p, &p->plan->segment[g], worker_floats(p, p->plan->chunk_gradient[turn]),
                         worker_floats(p, p->plan->chunk_gradient[1 - turn]));
        turn = 1 - turn;
    }
}

void kn_pass_finish(const kn_pass *p)
{
    for (int i = 0; i < kn_net_layer_count(p->plan->net); i++) {
        const kn_layer *l = kn_net_layer(p->plan->net, i);
        if (l->kind->finish)
            l->kind->finish(l, p->gradients + p->gradients_at[i], p->worker + p->plan->scratch);
    }
}
