#include <assert.h>
#include <string.h>

#include "nn/trainer_state.h"

static void shard_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    size_t mb = t->work->count, shards = (size_t)t->parts;
    size_t from = task * mb / shards, to = (task + 1) * mb / shards;
    kn_lap *laps = kn_profile_laps(t->profile, worker);
    kn_outcome *o = &t->outcome[task];
    *o = (kn_outcome){0};
    size_t chunk = (size_t)t->train.chunk;
    kn_pass p;
    size_t at = from;
    for (; at < to && !kn_trainer_cancelled(t, o); at += chunk) {
        p = kn_trainer_pass(t, &t->train, worker, at, (int)(to - at < chunk ? to - at : chunk));
        p.gradients = t->update.shard[task];
        p.laps = laps;
        kn_pass_forward(&p);
        uint64_t began = kn_lap_begin(laps);
        kn_trainer_judge(t, &p, (float *)(void *)(p.worker + t->train.probability),
                         kn_pass_logits_gradient(&p), o);
        kn_lap_end(laps, KN_PART_LOSS, 0, (size_t)p.mb, began);
        kn_pass_backward(&p);
    }
    if (at > from)
        kn_pass_finish(&p);
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

static void drop_gradients(kn_trainer *t)
{
    size_t floats = 0;
    for (int i = 0; i < kn_net_layer_count(t->net); i++)
        if (kn_net_layer(t->net, i)->batch_blocks == 0)
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
    uint64_t began = t->profile ? kn_profile_clock() : 0;
    t->work = batch;
    t->parts = kn_trainer_shards((int)batch->count);
    t->scale = (float)batch->count;
    kn_trainer_prepare(t, t->profile);
    kn_pool_run(t->pool, (size_t)t->parts, shard_task, t);
    kn_status rc = kn_trainer_collect(t, &t->train, out, e);
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
    if (t->profile)
        kn_profile_add_step(t->profile, batch->count, kn_profile_clock() - began);
    return KN_OK;
}
