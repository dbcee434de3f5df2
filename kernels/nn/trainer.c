#include "nn/trainer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "nn/pass.h"
#include "nn/update.h"
#include "ops/gemm/gemm.h"

enum {
    SHARD_IMAGES =
        16, /* a batch has a shard for each SHARD_IMAGES images, within SHARDS_MIN..SHARDS_MAX */
    SHARDS_MIN = 4,
    SHARDS_MAX = 16,
    CHUNK_IMAGES_MIN = 4, /* of a prediction */
    PREDICT_CHUNKS = 256  /* results of a prediction held at a time */
};

/* What one task finds. */
typedef struct outcome {
    double loss;
    size_t correct;
    size_t bad_at; /* the first chunk with a loss that is not finite */
    int bad_mb;    /* its images; 0: none */
} outcome;

/* A share of a layer's batch-wide gradient. */
typedef struct grad_task {
    int layer, block;
} grad_task;

struct kn_trainer {
    kn_arena arena;
    const kn_net *net;
    kn_pool *pool;
    kn_trainer_options options;
    kn_plan train, infer;
    int64_t steps;
    float *params, *moment[2];
    int moments;
    unsigned char *packed;
    size_t *packed_at, *gradients_at;
    unsigned char **worker, *batch;
    kn_update update;
    grad_task *grad;
    size_t grads;
    outcome outcome[PREDICT_CHUNKS];
    /* of the call under way */
    const kn_batch *work;
    float *p;
    float scale[2];
    size_t first, end; /* images of this round of a prediction */
    int parts;         /* shards or chunks */
    int chunk;         /* images of a prediction's chunk */
};

int kn_trainer_shards(int mb)
{
    int shards = mb / SHARD_IMAGES;
    if (shards > SHARDS_MAX)
        shards = SHARDS_MAX;
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
static void lay_out_layers(kn_trainer *t, size_t *packed_bytes, size_t *shard_floats)
{
    for (int i = 0; i < kn_net_layer_count(t->net); i++) {
        const kn_layer *l = kn_net_layer(t->net, i);
        t->packed_at[i] = *packed_bytes;
        *packed_bytes += kn_size_round_up(l->packed_bytes, KN_ALIGN);
        t->gradients_at[i] = *shard_floats;
        if (!l->kind->batch_grad)
            *shard_floats += l->block_floats;
    }
}

static void list_grad_tasks(kn_trainer *t)
{
    for (int i = 0; i < kn_net_layer_count(t->net); i++)
        if (kn_net_layer(t->net, i)->kind->batch_grad)
            for (int b = 0; b < kn_net_layer(t->net, i)->batch_blocks; b++)
                t->grad[t->grads++] = (grad_task){i, b};
}

static bool alloc_training(kn_trainer *t, size_t shard_floats)
{
    bool ok = true;
    size_t floats = kn_net_block_floats(t->net), tasks = 0;
    int shards = t->options.batch_max < SHARDS_MAX ? t->options.batch_max : SHARDS_MAX;
    for (int i = 0; i < kn_net_layer_count(t->net); i++)
        tasks += (size_t)kn_net_layer(t->net, i)->batch_blocks;
    t->moments = kn_optimizer_moments(&t->options.optimizer);
    for (int i = 0; i < t->moments; i++)
        t->moment[i] = take(t, floats, sizeof(float), &ok);
    t->batch = take(t, 1, t->train.batch_bytes, &ok);
    t->grad = take(t, tasks, sizeof *t->grad, &ok);
    t->update.gradient = take(t, floats, sizeof(float), &ok);
    t->update.shard = take(t, SHARDS_MAX, sizeof *t->update.shard, &ok);
    for (int s = 0; ok && s < shards; s++)
        t->update.shard[s] = take(t, shard_floats, sizeof(float), &ok);
    t->update.params = t->params;
    t->update.m = t->moment[0];
    t->update.v = t->moment[1];
    t->update.optimizer = &t->options.optimizer;
    if (ok)
        list_grad_tasks(t);
    return ok;
}

static kn_status set_up(kn_trainer *t, kn_error *e)
{
    bool training = t->options.batch_max > 0, ok = true;
    size_t layers = (size_t)kn_net_layer_count(t->net), packed = 0, shard_floats = 0;
    KN_TRY(kn_plan_make(t->net, 0, &t->arena, &t->infer, e));
    if (training)
        KN_TRY(kn_plan_make(t->net, t->options.batch_max, &t->arena, &t->train, e));
    t->packed_at = take(t, layers, sizeof *t->packed_at, &ok);
    t->gradients_at = take(t, layers, sizeof *t->gradients_at, &ok);
    if (ok)
        lay_out_layers(t, &packed, &shard_floats);
    int workers = kn_pool_size(t->pool);
    size_t bytes = t->infer.worker_bytes;
    bytes = t->train.worker_bytes > bytes ? t->train.worker_bytes : bytes;
    t->params = take(t, kn_net_block_floats(t->net), sizeof(float), &ok);
    t->packed = take(t, 1, packed, &ok);
    t->worker = take(t, (size_t)workers, sizeof *t->worker, &ok);
    for (int i = 0; ok && i < workers; i++)
        t->worker[i] = take(t, 1, bytes, &ok);
    if (!ok || (training && !alloc_training(t, shard_floats)))
        return kn_fail(e, KN_ENOMEM,
                       "no memory for training at batches of %d images on %d threads (%zu MB a "
                       "thread, %zu MB shared)",
                       t->options.batch_max, workers, bytes >> 20, t->train.batch_bytes >> 20);
    KN_TRY(kn_update_cut(&t->update, t->net, t->gradients_at, &t->arena, e));
    kn_net_init(t->net, t->options.seed, t->params);
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

void kn_trainer_free(kn_trainer *t)
{
    if (!t)
        return;
    kn_arena_clear(&t->arena);
    free(t);
}

static void prepare_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    (void)worker;
    const kn_layer *l = kn_net_layer(t->net, (int)task);
    if (l->kind->prepare)
        l->kind->prepare(l, t->params + l->block_offset, t->packed + t->packed_at[task]);
}

static void prepare(kn_trainer *t)
{
    kn_pool_run(t->pool, (size_t)kn_net_layer_count(t->net), prepare_task, t);
}

static kn_pass pass_of(const kn_trainer *t, const kn_plan *plan, int worker, size_t position,
                       int mb)
{
    return (kn_pass){.plan = plan,
                     .params = t->params,
                     .packed = t->packed,
                     .packed_at = t->packed_at,
                     .worker = t->worker[worker],
                     .batch = t->batch,
                     .gradients_at = t->gradients_at,
                     .x = t->work->x,
                     .index = t->work->index,
                     .position = position,
                     .mb = mb,
                     .seed = t->options.seed,
                     .step = (uint64_t)t->steps};
}

/* Loss and hits of the chunk just run forward; dz goes to `gradient` where that is not NULL. */
static void judge(const kn_trainer *t, const kn_pass *p, const float weight[2], float *probability,
                  float *gradient, outcome *o)
{
    double *loss = (double *)(void *)(p->worker + p->plan->loss), sum = 0.0;
    kn_output output = kn_net_output(t->net);
    const float *z = kn_pass_logits(p);
    kn_output_probability(output, (size_t)p->mb, z, probability);
    if (t->work->label) {
        uint8_t label[KN_SHARD_MB];
        for (int i = 0; i < p->mb; i++)
            label[i] = t->work->label[t->work->index[p->position + (size_t)i]];
        kn_output_loss(output, (size_t)p->mb, z, label, t->scale, loss, gradient);
        for (int i = 0; i < p->mb; i++) {
            sum += loss[i] * (double)weight[label[i] != 0];
            o->correct += (probability[i] > 0.5f) == (label[i] != 0);
        }
    } else {
        for (int i = 0; i < p->mb; i++)
            sum += (double)probability[i];
    }
    if (!isfinite(sum) && o->bad_mb == 0) {
        o->bad_at = p->position;
        o->bad_mb = p->mb;
    }
    o->loss += sum;
}

static void shard_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    size_t mb = t->work->count, shards = (size_t)t->parts;
    size_t from = task * mb / shards, to = (task + 1) * mb / shards;
    outcome *o = &t->outcome[task];
    *o = (outcome){0};
    size_t chunk = (size_t)t->train.chunk;
    for (size_t at = from; at < to; at += chunk) {
        kn_pass p = pass_of(t, &t->train, worker, at, (int)(to - at < chunk ? to - at : chunk));
        p.gradients = t->update.shard[task];
        kn_pass_forward(&p);
        judge(t, &p, t->options.class_weight, (float *)(void *)(p.worker + t->train.probability),
              kn_pass_logits_gradient(&p), o);
        kn_pass_backward(&p);
    }
}

static void grad_run(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    (void)worker;
    const grad_task *g = &t->grad[task];
    const kn_layer *l = kn_net_layer(t->net, g->layer);
    const float *x = (const float *)(const void *)(t->batch + t->train.value[g->layer].offset);
    const float *dz = (const float *)(const void *)(t->batch + t->train.dz[g->layer]);
    l->kind->batch_grad(l, (int)t->work->count, x, dz, g->block, l->batch_blocks,
                        t->update.gradient + l->block_offset);
}

static void update_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    (void)worker;
    kn_update_piece_run(&t->update, &t->update.piece[task]);
}

/* Sums the parts in order. On a loss that is not finite its chunk is run again with a look at every
 * output. */
static kn_status collect(kn_trainer *t, const kn_plan *plan, kn_step_result *out, kn_error *e)
{
    for (int i = 0; i < t->parts; i++) {
        const outcome *o = &t->outcome[i];
        out->loss += o->loss;
        out->correct += o->correct;
        if (o->bad_mb == 0)
            continue;
        kn_pass p = pass_of(t, plan, 0, o->bad_at, o->bad_mb);
        p.check = true;
        int layer = kn_pass_forward(&p);
        if (layer < 0)
            return kn_fail(e, KN_ENUMERIC, "the loss is not finite");
        return kn_fail(e, KN_ENUMERIC, "the output of %s is not finite",
                       kn_net_layer(t->net, layer)->name);
    }
    return KN_OK;
}

static void drop_gradients(kn_trainer *t)
{
    size_t floats = 0;
    for (int i = 0; i < kn_net_layer_count(t->net); i++)
        if (!kn_net_layer(t->net, i)->kind->batch_grad)
            floats += kn_net_layer(t->net, i)->block_floats;
    for (int s = 0; s < t->parts; s++)
        memset(t->update.shard[s], 0, floats * sizeof(float));
}

kn_status kn_trainer_step(kn_trainer *t, const kn_batch *batch, float lr, kn_step_result *out,
                          kn_error *e)
{
    *out = (kn_step_result){0};
    assert(t->options.batch_max > 0 && batch->label);
    if (batch->count < 1 || batch->count > (size_t)t->options.batch_max)
        return kn_fail(e, KN_EUSAGE, "a batch of %zu images is not in 1..%d", batch->count,
                       t->options.batch_max);
    t->work = batch;
    t->parts = kn_trainer_shards((int)batch->count);
    for (int c = 0; c < 2; c++)
        t->scale[c] = t->options.class_weight[c] / (float)batch->count;
    prepare(t);
    kn_pool_run(t->pool, (size_t)t->parts, shard_task, t);
    kn_status rc = collect(t, &t->train, out, e);
    if (rc != KN_OK) {
        drop_gradients(t);
        return rc;
    }
    kn_pool_run(t->pool, t->grads, grad_run, t);
    t->update.shards = t->parts;
    t->update.lr = lr;
    t->update.step = ++t->steps;
    kn_pool_run(t->pool, t->update.pieces, update_task, t);
    out->penalty = kn_update_penalty(&t->update);
    return KN_OK;
}

static void predict_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    static const float one[2] = {1.0f, 1.0f};
    size_t at = t->first + task * (size_t)t->chunk, left = t->end - at;
    outcome *o = &t->outcome[task];
    *o = (outcome){0};
    kn_pass p = pass_of(t, &t->infer, worker, at, left < (size_t)t->chunk ? (int)left : t->chunk);
    kn_pass_forward(&p);
    float *probability = t->p ? t->p + at : (float *)(void *)(p.worker + t->infer.probability);
    judge(t, &p, one, probability, NULL, o);
}

/* A chunk for each worker to take, even of few images: its size follows from the count alone. */
static int chunk_for(const kn_plan *plan, size_t count)
{
    size_t chunk = count / SHARDS_MAX;
    if (chunk < CHUNK_IMAGES_MIN)
        return CHUNK_IMAGES_MIN;
    return chunk < (size_t)plan->chunk ? (int)chunk : plan->chunk;
}

kn_status kn_trainer_predict(kn_trainer *t, const kn_batch *batch, float *p, kn_step_result *out,
                             kn_error *e)
{
    kn_step_result sum = {0};
    t->work = batch;
    t->p = p;
    t->chunk = chunk_for(&t->infer, batch->count);
    t->scale[0] = t->scale[1] = 1.0f;
    prepare(t);
    size_t round = (size_t)t->chunk * PREDICT_CHUNKS;
    kn_status rc = KN_OK;
    for (t->first = 0; rc == KN_OK && t->first < batch->count; t->first += round) {
        t->end = batch->count - t->first < round ? batch->count : t->first + round;
        t->parts = (int)((t->end - t->first + (size_t)t->chunk - 1) / (size_t)t->chunk);
        kn_pool_run(t->pool, (size_t)t->parts, predict_task, t);
        rc = collect(t, &t->infer, &sum, e);
    }
    if (!batch->label)
        sum.loss = 0.0;
    sum.penalty = kn_update_penalty_at(&t->update, t->params);
    if (out)
        *out = sum;
    return rc;
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

int64_t kn_trainer_steps(const kn_trainer *t)
{
    return t->steps;
}

void kn_trainer_set_steps(kn_trainer *t, int64_t steps)
{
    t->steps = steps;
}

size_t kn_trainer_bytes(const kn_trainer *t)
{
    return sizeof *t + t->arena.total;
}
