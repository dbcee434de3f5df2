#include "nn/trainer.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "nn/trainer_state.h"
#include "ops/gemm/gemm.h"

enum {
    SHARD_IMAGES = 16,
    SHARDS_MIN = 4
}; /* a shard for each SHARD_IMAGES images, SHARDS_MIN..KN_SHARDS_MAX */

int kn_trainer_shards(int mb)
{
    int shards = mb / SHARD_IMAGES;
    if (shards > KN_SHARDS_MAX)
        shards = KN_SHARDS_MAX;
    if (shards < SHARDS_MIN)
        shards = SHARDS_MIN;
    return shards < mb ? shards : mb;
}

static void *take(kn_trainer *t, size_t count, size_t size, bool *ok)
{
    void *block = kn_arena_alloc(&t->arena, count, size);
    if (!block)
        *ok = false;
    return block;
}

/* Bytes of all packed weights, floats of a shard's gradient block, and where each layer's part
 * lies. */
static void lay_out_layers(kn_trainer *t, size_t *packed_bytes, size_t *shard_floats,
                           size_t *shared_bytes)
{
    for (int i = 0; i < kn_net_layer_count(t->net); i++) {
        const kn_layer *l = kn_net_layer(t->net, i);
        t->packed_at[i] = *packed_bytes;
        *packed_bytes += kn_size_round_up(l->packed_bytes, KN_ALIGN);
        if (l->kind->prepare && l->packed_bytes > 0)
            t->packer[t->packers++] = i;
        t->gradients_at[i] = *shard_floats;
        if (kn_layer_is_sharded(l))
            *shard_floats += l->block_floats;
        t->shared_at[i] = *shared_bytes;
        *shared_bytes += kn_size_round_up(l->shared_bytes, KN_ALIGN);
        t->sums_size = l->gather_size > t->sums_size ? l->gather_size : t->sums_size;
    }
}

static void list_grad_tasks(kn_trainer *t)
{
    for (int i = 0; i < kn_net_layer_count(t->net); i++)
        for (int b = 0; b < kn_net_layer(t->net, i)->batch_blocks; b++)
            t->grad[t->grads++] = (kn_grad_task){i, b};
}

static bool alloc_training(kn_trainer *t, size_t shard_floats, size_t shared_bytes)
{
    bool ok = true;
    size_t floats = kn_net_block_floats(t->net), tasks = 0;
    int shards = t->options.batch_max < KN_SHARDS_MAX ? t->options.batch_max : KN_SHARDS_MAX;
    for (int i = 0; i < kn_net_layer_count(t->net); i++)
        tasks += (size_t)kn_net_layer(t->net, i)->batch_blocks;
    t->moments = kn_optimizer_moments(&t->options.optimizer);
    for (int i = 0; i < t->moments; i++)
        t->moment[i] = take(t, floats, sizeof(float), &ok);
    t->batch = take(t, 1, t->train.batch_bytes, &ok);
    t->grad = take(t, tasks, sizeof *t->grad, &ok);
    t->update.gradient = take(t, floats, sizeof(float), &ok);
    t->update.shard = take(t, KN_SHARDS_MAX, sizeof *t->update.shard, &ok);
    for (int s = 0; ok && s < shards; s++)
        t->update.shard[s] = take(t, shard_floats, sizeof(float), &ok);
    t->shared = take(t, 1, shared_bytes, &ok);
    t->sums = take(t, KN_SHARDS_MAX + 1, sizeof *t->sums, &ok);
    for (int s = 0; ok && s <= KN_SHARDS_MAX; s++)
        t->sums[s] = take(t, t->sums_size, sizeof(double), &ok);
    if (t->options.average > 0)
        t->average = take(t, floats, sizeof(float), &ok);
    t->update.params = t->params;
    t->update.average = t->average;
    t->update.decay = t->options.average;
    t->update.clip_norm = t->options.clip_norm;
    t->update.m = t->moment[0];
    t->update.v = t->moment[1];
    t->update.optimizer = &t->options.optimizer;
    if (ok)
        list_grad_tasks(t);
    return ok;
}

static bool changes_pixels(const kn_trainer_options *o)
{
    const kn_pixel_source source = {.augment = o->augment, .mixup = o->mixup};
    return kn_pixel_source_changes(&source);
}

static kn_status set_up(kn_trainer *t, kn_error *e)
{
    bool training = t->options.batch_max > 0, ok = true;
    size_t layers = (size_t)kn_net_layer_count(t->net), packed = 0, shard_floats = 0;
    size_t shared = 0;
    const kn_trainer_options *o = &t->options;
    KN_TRY(kn_plan_make(t->net, 0, o->view_count > 0, &t->arena, &t->infer, e));
    if (training)
        KN_TRY(kn_plan_make(t->net, o->batch_max, changes_pixels(o), &t->arena, &t->train, e));
    t->packed_at = take(t, layers, sizeof *t->packed_at, &ok);
    t->gradients_at = take(t, layers, sizeof *t->gradients_at, &ok);
    t->packer = take(t, layers, sizeof *t->packer, &ok);
    t->shared_at = take(t, layers, sizeof *t->shared_at, &ok);
    if (ok)
        lay_out_layers(t, &packed, &shard_floats, &shared);
    int workers = kn_pool_size(t->pool);
    size_t bytes = t->infer.worker_bytes;
    bytes = t->train.worker_bytes > bytes ? t->train.worker_bytes : bytes;
    t->params = take(t, kn_net_block_floats(t->net), sizeof(float), &ok);
    t->packed = take(t, 1, packed, &ok);
    t->worker = take(t, (size_t)workers, sizeof *t->worker, &ok);
    for (int i = 0; ok && i < workers; i++)
        t->worker[i] = take(t, 1, bytes, &ok);
    if (!ok || (training && !alloc_training(t, shard_floats, shared)))
        return kn_fail(e, KN_ENOMEM,
                       "no memory for training at batches of %d images on %d threads (%zu MB a "
                       "thread, %zu MB shared)",
                       t->options.batch_max, workers, bytes >> 20, t->train.batch_bytes >> 20);
    KN_TRY(kn_update_cut(&t->update, t->net, t->gradients_at, &t->arena, e));
    kn_net_init(t->net, t->options.seed, t->params);
    if (t->average)
        memcpy(t->average, t->params, kn_net_block_floats(t->net) * sizeof(float));
    t->predict_average = true;
    return KN_OK;
}

kn_status kn_trainer_new(const kn_net *net, kn_pool *pool, const kn_trainer_options *options,
                         kn_trainer **out, kn_error *e)
{
    *out = NULL;
    if (options->batch_max < 0)
        return kn_fail(e, KN_EUSAGE, "a batch of %d images: at least 1 is needed",
                       options->batch_max);
    kn_trainer *t = calloc(1, sizeof *t);
    if (!t)
        return kn_fail(e, KN_ENOMEM, "no memory for a trainer");
    kn_arena_init(&t->arena);
    t->net = net;
    t->pool = pool;
    t->options = *options;
    kn_gemm_init();
    kn_status rc = set_up(t, e);
    if (rc != KN_OK) {
        kn_trainer_free(t);
        return rc;
    }
    *out = t;
    return KN_OK;
}

size_t kn_trainer_bytes(const kn_net *net, int threads, const kn_trainer_options *options)
{
    kn_arena arena;
    kn_plan train = {.worker_bytes = 0}, infer = {.worker_bytes = 0};
    size_t packed = 0, shard = 0, floats = kn_net_block_floats(net);
    bool training = options->batch_max > 0;
    kn_arena_init(&arena);
    bool ok = kn_plan_make(net, 0, options->view_count > 0, &arena, &infer, NULL) == KN_OK &&
              (!training || kn_plan_make(net, options->batch_max, changes_pixels(options), &arena,
                                         &train, NULL) == KN_OK);
    kn_arena_clear(&arena);
    if (!ok)
        return 0;
    for (int i = 0; i < kn_net_layer_count(net); i++) {
        const kn_layer *l = kn_net_layer(net, i);
        packed += l->packed_bytes;
        shard += kn_layer_is_sharded(l) ? l->block_floats : 0;
    }
    size_t worker =
        train.worker_bytes > infer.worker_bytes ? train.worker_bytes : infer.worker_bytes;
    size_t bytes = floats * sizeof(float) + packed + worker * (size_t)threads;
    if (!training)
        return bytes;
    size_t shards = options->batch_max < KN_SHARDS_MAX ? (size_t)options->batch_max : KN_SHARDS_MAX;
    size_t moments = (size_t)kn_optimizer_moments(&options->optimizer) + (options->average > 0);
    return bytes + train.batch_bytes + (floats * (1 + moments) + shard * shards) * sizeof(float);
}

void kn_trainer_free(kn_trainer *t)
{
    if (!t)
        return;
    kn_arena_clear(&t->arena);
    free(t);
}

float *kn_trainer_params(kn_trainer *t)
{
    return t->params;
}

int kn_trainer_moment_count(const kn_trainer *t)
{
    return t->moments;
}

float *kn_trainer_moment(kn_trainer *t, int index)
{
    return index < t->moments ? t->moment[index] : NULL;
}

float *kn_trainer_average(kn_trainer *t)
{
    return t->average;
}

void kn_trainer_predict_average(kn_trainer *t, bool average)
{
    t->predict_average = average;
}

int64_t kn_trainer_steps(const kn_trainer *t)
{
    return t->steps;
}

void kn_trainer_set_profile(kn_trainer *t, kn_profile *p)
{
    t->profile = p;
}

void kn_trainer_set_steps(kn_trainer *t, int64_t steps)
{
    t->steps = steps;
}
