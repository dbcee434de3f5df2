#include "nn/trainer_state.h"

enum { CHUNK_IMAGES_MIN = 8 };

/* The mean of the views' probabilities, in double, and what it says of the labels. */
static void judge_views(const kn_trainer *t, kn_pass *p, float *probability, kn_outcome *o)
{
    const kn_trainer_options *options = &t->options;
    size_t n = (size_t)p->mb * (size_t)kn_net_targets(t->net);
    float *one = (float *)(void *)(p->worker + p->plan->probability);
    double sum[KN_SHARD_MB * KN_TARGETS_MAX] = {0};
    for (int v = 0; v < options->view_count; v++) {
        p->source.view = &options->views[v];
        kn_pass_forward(p, 0);
        kn_output_probability(kn_net_output(t->net), kn_net_targets(t->net), (size_t)p->mb,
                              kn_pass_logits(p), one);
        for (size_t i = 0; i < n; i++)
            sum[i] += (double)one[i];
    }
    for (size_t i = 0; i < n; i++)
        probability[i] = (float)(sum[i] / options->view_count);
    kn_trainer_judge_mean(t, p, probability, o);
}

static void predict_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    size_t at = t->first + task * (size_t)t->chunk, left = t->end - at;
    kn_outcome *o = &t->outcome[task];
    *o = (kn_outcome){0};
    if (kn_trainer_cancelled(t, o))
        return;
    kn_pass p =
        kn_trainer_pass(t, &t->infer, worker, at, left < (size_t)t->chunk ? (int)left : t->chunk);
    size_t targets = (size_t)kn_net_targets(t->net);
    float *probability =
        t->p ? t->p + at * targets : (float *)(void *)(p.worker + t->infer.probability);
    if (t->options.view_count > 0) {
        judge_views(t, &p, probability, o);
        return;
    }
    kn_pass_forward(&p, 0);
    kn_trainer_judge(t, &p, probability, NULL, o);
}

/* A chunk for each worker to take, even of few images: its size follows from the count alone. */
static int chunk_for(const kn_plan *plan, size_t count)
{
    size_t chunk = count / KN_SHARDS_MAX;
    if (chunk < CHUNK_IMAGES_MIN)
        chunk = CHUNK_IMAGES_MIN;
    return chunk < (size_t)plan->chunk ? (int)chunk : plan->chunk;
}

kn_status kn_trainer_predict(kn_trainer *t, const kn_batch *batch, float *p, kn_step_result *out,
                             kn_error *e)
{
    kn_step_result sum = {0};
    t->work = batch;
    t->p = p;
    t->chunk = chunk_for(&t->infer, batch->count);
    t->scale = 1.0f;
    kn_trainer_prepare(t, kn_trainer_predicting(t), NULL);
    size_t round = (size_t)t->chunk * KN_PREDICT_CHUNKS;
    kn_status rc = KN_OK;
    for (t->first = 0; rc == KN_OK && t->first < batch->count; t->first += round) {
        t->end = batch->count - t->first < round ? batch->count : t->first + round;
        t->parts = (int)((t->end - t->first + (size_t)t->chunk - 1) / (size_t)t->chunk);
        kn_pool_run(t->pool, (size_t)t->parts, predict_task, t);
        rc = kn_trainer_collect(t, &t->infer, &sum, e);
    }
    if (!batch->label)
        sum.loss = 0.0;
    sum.penalty = kn_update_penalty_at(&t->update, kn_trainer_predicting(t));
    if (out)
        *out = sum;
    return rc;
}
