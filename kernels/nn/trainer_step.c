#include <assert.h>
#include <string.h>

#include "nn/trainer_state.h"

/* What to do with a chunk of a shard, in one phase of the step. */
typedef void (*chunk_fn)(kn_trainer *t, kn_pass *p, kn_outcome *o);

static void forward_chunk(kn_trainer *t, kn_pass *p, kn_outcome *o)
{
    (void)o;
    kn_pass_forward(p, t->phase);
}

static void backward_chunk(kn_trainer *t, kn_pass *p, kn_outcome *o)
{
    (void)o;
    kn_pass_backward(p, t->phase);
}

/* The last phase forward, the loss, and at once the first phase back. */
static void turn_chunk(kn_trainer *t, kn_pass *p, kn_outcome *o)
{
    kn_pass_forward(p, t->phase);
    uint64_t began = kn_lap_begin(p->laps);
    kn_trainer_judge(t, p, (float *)(void *)(p->worker + t->train.probability),
                     kn_pass_logits_gradient(p), o);
    kn_lap_end(p->laps, KN_PART_LOSS, 0, (size_t)p->mb, began);
    kn_pass_backward(p, t->phase);
}

/* The chunks of a shard in their order. */
static void run_shard(kn_trainer *t, size_t task, int worker, chunk_fn run, bool is_end)
{
    size_t mb = t->work->count, shards = (size_t)t->parts;
    size_t from = task * mb / shards, to = (task + 1) * mb / shards;
    size_t chunk = (size_t)t->train.chunk, at = from;
    kn_outcome *o = &t->outcome[task];
    kn_pass p;
    for (; at < to && !kn_trainer_cancelled(t, o); at += chunk) {
        p = kn_trainer_pass(t, &t->train, worker, at, (int)(to - at < chunk ? to - at : chunk));
        p.gradients = t->update.shard[task];
        p.sums = t->sums[task];
        p.laps = kn_profile_laps(t->profile, worker);
        run(t, &p, o);
    }
    if (is_end && at > from)
        kn_pass_finish(&p);
}

static void forward_task(void *context, size_t task, int worker)
{
    run_shard(context, task, worker, forward_chunk, false);
}

static void turn_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    run_shard(t, task, worker, turn_chunk, t->phase == 0);
}

static void backward_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    run_shard(t, task, worker, backward_chunk, t->phase == 0);
}

/* The sums of all shards, in their order; they are zero again afterwards. */
static const double *batch_sums(kn_trainer *t, size_t size)
{
    double *sum = t->sums[KN_SHARDS_MAX];
    memset(sum, 0, size * sizeof *sum);
    for (int s = 0; s < t->parts; s++) {
        for (size_t i = 0; i < size; i++)
            sum[i] += t->sums[s][i];
        memset(t->sums[s], 0, size * sizeof *sum);
    }
    return sum;
}

static void settle(kn_trainer *t, int phase, bool back)
{
    int i = t->train.step[t->train.phase[phase].batch_step];
    const kn_layer *l = kn_net_layer(t->net, i);
    const float *w = t->params + l->block_offset;
    const double *sums = batch_sums(t, l->gather_size);
    void *shared = t->shared + t->shared_at[i];
    if (back)
        l->kind->settle_back(l, w, t->work->count, sums, shared,
                             t->update.gradient + l->block_offset);
    else
        l->kind->settle(l, w, t->work->count, sums, shared);
}

static bool was_cancelled(const kn_trainer *t)
{
    for (int i = 0; i < t->parts; i++)
        if (t->outcome[i].cancelled)
            return true;
    return false;
}

/* All phases there and back; where it was cancelled it stops after the phase. */
static void run_phases(kn_trainer *t)
{
    int last = t->train.phases - 1;
    memset(t->outcome, 0, (size_t)t->parts * sizeof *t->outcome);
    for (t->phase = 0; t->phase < last && !was_cancelled(t); t->phase++) {
        kn_pool_run(t->pool, (size_t)t->parts, forward_task, t);
        settle(t, t->phase + 1, false);
    }
    if (!was_cancelled(t))
        kn_pool_run(t->pool, (size_t)t->parts, turn_task, t);
    while (--t->phase >= 0 && !was_cancelled(t)) {
        settle(t, t->phase + 1, true);
        kn_pool_run(t->pool, (size_t)t->parts, backward_task, t);
    }
}

/* Batch layers move their state. */
static void commit(kn_trainer *t)
{
    for (int f = 1; f < t->train.phases; f++) {
        int i = t->train.step[t->train.phase[f].batch_step];
        const kn_layer *l = kn_net_layer(t->net, i);
        l->kind->commit(l, t->shared + t->shared_at[i], t->params + l->block_offset);
    }
}

static void grad_run(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    kn_lap *laps = kn_profile_laps(t->profile, worker);
    uint64_t began = kn_lap_begin(laps);
    const kn_grad_task *g = &t->grad[task];
    const kn_layer *l = kn_net_layer(t->net, g->layer);
    const float *x = (const float *)(const void *)(t->batch + t->train.value[g->layer].offset);
    const float *dz = (const float *)(const void *)(t->batch + t->train.dz[g->layer]);
    l->kind->batch_grad(l, (int)t->work->count, x, dz, g->block, l->batch_blocks,
                        t->update.gradient + l->block_offset, t->worker[worker] + t->train.scratch);
    /* the images are counted once, not in every block */
    kn_lap_end(laps, KN_PART_BATCH_GRAD, g->layer, g->block == 0 ? t->work->count : 0, began);
}

static void update_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    kn_lap *laps = kn_profile_laps(t->profile, worker);
    uint64_t began = kn_lap_begin(laps);
    kn_update_piece_run(&t->update, &t->update.piece[task]);
    kn_lap_end(laps, KN_PART_UPDATE, 0, 0, began);
}

static void collect_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    kn_lap *laps = kn_profile_laps(t->profile, worker);
    uint64_t began = kn_lap_begin(laps);
    kn_update_piece_collect(&t->update, &t->update.piece[task]);
    kn_lap_end(laps, KN_PART_UPDATE, 0, 0, began);
}

static void drop_gradients(kn_trainer *t)
{
    size_t floats = 0;
    for (int i = 0; i < kn_net_layer_count(t->net); i++) {
        const kn_layer *l = kn_net_layer(t->net, i);
        if (kn_layer_is_sharded(l))
            floats += l->block_floats;
        if (l->gather_size > 0)
            memset(t->update.gradient + l->block_offset, 0, l->block_floats * sizeof(float));
    }
    for (int s = 0; s < t->parts; s++) {
        memset(t->update.shard[s], 0, floats * sizeof(float));
        memset(t->sums[s], 0, t->sums_size * sizeof(double));
    }
}

kn_status kn_trainer_step(kn_trainer *t, const kn_batch *batch, float lr, kn_step_result *out,
                          kn_error *e)
{
    *out = (kn_step_result){0};
    assert(t->options.batch_max > 0 && batch->label);
    if (batch->count < 1 || batch->count > (size_t)t->options.batch_max)
        return kn_fail(e, KN_EUSAGE, "a batch of %zu images is not in 1..%d", batch->count,
                       t->options.batch_max);
    uint64_t began = t->profile ? kn_profile_clock() : 0;
    t->work = batch;
    t->parts = kn_trainer_shards((int)batch->count);
    t->scale = (float)batch->count;
    kn_trainer_prepare(t, t->params, t->profile);
    run_phases(t);
    kn_status rc = kn_trainer_collect(t, &t->train, out, e);
    if (rc != KN_OK) {
        drop_gradients(t);
        return rc;
    }
    kn_pool_run(t->pool, t->grads, grad_run, t);
    t->update.shards = t->parts;
    t->update.lr = lr;
    t->update.step = ++t->steps;
    if (t->update.clip_norm > 0)
        kn_pool_run(t->pool, t->update.pieces, collect_task, t);
    kn_update_clip(&t->update);
    commit(t);
    kn_pool_run(t->pool, t->update.pieces, update_task, t);
    out->penalty = kn_update_penalty(&t->update);
    if (t->profile)
        kn_profile_add_step(t->profile, batch->count, kn_profile_clock() - began);
    return KN_OK;
}
