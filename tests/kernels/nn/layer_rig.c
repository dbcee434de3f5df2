#include "layer_rig.h"

#include <string.h>

#include "tst.h"

static void fill(float *values, size_t n, uint64_t stream, double scale)
{
    kn_rng rng;
    kn_rng_init(&rng, 11, stream);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)((kn_rng_uniform64(&rng) * 2.0 - 1.0) * scale);
}

kn_status layer_rig_init(layer_rig *rig, const kn_layer_kind *kind, const void *config, kn_shape in,
                         int rank, int mb, kn_error *e)
{
    *rig = (layer_rig){.mb = mb};
    kn_layer *l = &rig->layer;
    kn_arena *a = &rig->arena;
    kn_arena_init(a);
    *l = (kn_layer){
        .kind = kind, .name = "it", .config = config, .arena = a, .in = in, .in_rank = rank};
    l->out_rank = rank;
    l->granule = kind->granule;
    kn_status rc = kind->configure(l, e);
    if (rc != KN_OK) {
        kn_arena_clear(a);
        return rc;
    }
    rig->in = (size_t)mb * kn_shape_size(l->in);
    rig->out = (size_t)mb * kn_shape_size(l->out);
    rig->x = kn_arena_alloc(a, rig->in, sizeof(float));
    rig->dx = kn_arena_alloc(a, rig->in, sizeof(float));
    rig->y = kn_arena_alloc(a, rig->out, sizeof(float));
    rig->r = kn_arena_alloc(a, rig->out, sizeof(float));
    rig->w = kn_arena_alloc(a, l->block_floats, sizeof(float));
    rig->dw = kn_arena_alloc(a, l->block_floats, sizeof(float));
    fill(rig->x, rig->in, 1, 1.0);
    fill(rig->r, rig->out, 2, 1.0);
    fill(rig->w, l->block_floats, 3, 0.5);
    rig->args = (kn_layer_args){
        .mb = mb, .x = rig->x, .y = rig->y, .dy = rig->r, .dx = rig->dx, .w = rig->w};
    rig->args.dw = rig->dw;
    rig->args.saved = kn_arena_alloc(a, KN_SHARD_MB, l->saved_bytes);
    rig->args.scratch = kn_arena_alloc(a, 1, l->scratch_bytes);
    rig->args.packed = kn_arena_alloc(a, 1, l->packed_bytes);
    rig->args.batch_dz = kn_arena_alloc(a, (size_t)mb * l->batch_dz_size, sizeof(float));
    rig->bridged = kn_arena_alloc(a, rig->out, sizeof(float));
    fill(rig->bridged, rig->out, 4, 1.0);
    rig->args.bridged = rig->bridged;
    rig->args.shared = kn_arena_alloc(a, 1, l->shared_bytes);
    rig->sums = kn_arena_alloc(a, l->gather_size, sizeof(double));
    rig->args.training = true;
    rig->args.seed = 5;
    return KN_OK;
}

void layer_rig_clear(layer_rig *rig)
{
    kn_arena_clear(&rig->arena);
}

/* What a batch layer gathers of all images; zero first. */
static void gather(layer_rig *rig)
{
    const kn_layer *l = &rig->layer;
    memset(rig->sums, 0, l->gather_size * sizeof *rig->sums);
    l->kind->gather(l, &rig->args, rig->sums);
    l->kind->settle(l, rig->w, (size_t)rig->mb, rig->sums, rig->args.shared);
}

static void gather_back(layer_rig *rig)
{
    const kn_layer *l = &rig->layer;
    memset(rig->sums, 0, l->gather_size * sizeof *rig->sums);
    l->kind->gather_back(l, &rig->args, rig->sums);
    l->kind->settle_back(l, rig->w, (size_t)rig->mb, rig->sums, rig->args.shared, rig->dw);
}

double layer_rig_loss(layer_rig *rig)
{
    const kn_layer *l = &rig->layer;
    union {
        const void *borrowed;
        void *own;
    } packed = {.borrowed = rig->args.packed};
    if (l->kind->prepare)
        l->kind->prepare(l, rig->w, packed.own);
    memset(rig->y, 0xff, rig->out * sizeof(float));
    if (l->gather_size > 0 && rig->args.training)
        gather(rig);
    l->kind->forward(l, &rig->args);
    double sum = 0.0;
    for (size_t i = 0; i < rig->out; i++)
        sum += (double)rig->y[i] * (double)rig->r[i];
    return sum;
}

void layer_rig_gradients(layer_rig *rig, int chunks)
{
    const kn_layer *l = &rig->layer;
    for (int c = 0; c < chunks; c++) {
        layer_rig_loss(rig);
        memset(rig->dx, 0xff, rig->in * sizeof(float));
        if (l->gather_size > 0)
            gather_back(rig);
        l->kind->backward(l, &rig->args);
        for (int b = 0; b < l->batch_blocks; b++)
            l->kind->batch_grad(l, rig->mb, rig->x, rig->args.batch_dz, b, l->batch_blocks, rig->dw,
                                rig->args.scratch);
    }
    if (l->kind->finish)
        l->kind->finish(l, rig->args.dw, rig->args.scratch);
}

void layer_rig_gradient(layer_rig *rig)
{
    layer_rig_gradients(rig, 1);
}

static double difference(layer_rig *rig, float *value, float h)
{
    float before = *value, up = before + h, down = before - h;
    *value = up;
    double high = layer_rig_loss(rig);
    *value = down;
    double low = layer_rig_loss(rig);
    *value = before;
    return (high - low) / ((double)up - (double)down);
}

/* f32 rounding of the outputs over the width, and the third derivative times its square, stay below
 * 3e-3. */
int layer_rig_check(layer_rig *rig, float *values, const float *gradient, size_t n, int count,
                    uint64_t seed, int *kinks)
{
    static const double tolerance = 3e-3;
    int wrong = 0;
    kn_rng rng;
    kn_rng_init(&rng, seed, 9);
    for (int k = 0; k < count; k++) {
        size_t i = kn_rng_below(&rng, (uint32_t)n);
        double wide = difference(rig, &values[i], 1e-2f),
               narrow = difference(rig, &values[i], 4e-3f);
        if (!tst_near(wide, narrow, tolerance, tolerance)) {
            ++*kinks;
            continue;
        }
        if (tst_near((double)gradient[i], narrow, tolerance, tolerance))
            continue;
        wrong++;
        tst_note("%s: component %zu of %zu: %.6g, differences give %.6g", rig->layer.kind->name, i,
                 n, (double)gradient[i], narrow);
    }
    return wrong;
}
