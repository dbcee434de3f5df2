#include "nn/trainer_state.h"

#include <math.h>

static void prepare_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    int i = t->packer[task];
    const kn_layer *l = kn_net_layer(t->net, i);
    kn_lap *laps = kn_profile_laps(t->lapping, worker);
    uint64_t began = kn_lap_begin(laps);
    l->kind->prepare(l, t->params + l->block_offset, t->packed + t->packed_at[i]);
    kn_lap_end(laps, KN_PART_PREPARE, i, 0, began);
}

void kn_trainer_prepare(kn_trainer *t, kn_profile *p)
{
    t->lapping = p;
    kn_pool_run(t->pool, t->packers, prepare_task, t);
}

kn_pass kn_trainer_pass(const kn_trainer *t, const kn_plan *plan, int worker, size_t position,
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

/* Targets of image i of the chunk, smoothed in a step, and the weight of its loss. */
static float fill_targets(const kn_trainer *t, const kn_pass *p, int i, bool step, float *y)
{
    int targets = kn_net_targets(t->net);
    const uint8_t *label =
        t->work->label + (size_t)targets * t->work->index[p->position + (size_t)i];
    float s = step ? t->options.label_smoothing : 0.0f;
    for (int k = 0; k < targets; k++)
        y[k] = label[k] == KN_LABEL_MISSING ? NAN : (label[k] != 0 ? 1.0f - s : 0.0f) + s / 2;
    return step ? t->options.class_weight[label[0] == 1] : 1.0f;
}

static void count_hits(kn_outcome *o, size_t n, const float *y, const float *p)
{
    for (size_t i = 0; i < n; i++) {
        o->judged += !isnan(y[i]);
        o->correct += !isnan(y[i]) && (p[i] > 0.5f) == (y[i] > 0.5f);
    }
}

static double judge_labels(const kn_trainer *t, const kn_pass *p, float *probability,
                           float *gradient, kn_outcome *o)
{
    double *loss = (double *)(void *)(p->worker + p->plan->loss), sum = 0.0;
    float *scale = (float *)(void *)(p->worker + p->plan->scale);
    float *y = (float *)(void *)(p->worker + p->plan->target);
    int targets = kn_net_targets(t->net);
    float weight[KN_SHARD_MB];
    for (int i = 0; i < p->mb; i++) {
        weight[i] = fill_targets(t, p, i, gradient != NULL, y + (size_t)i * (size_t)targets);
        scale[i] = weight[i] / t->scale;
    }
    kn_output_loss(kn_net_output(t->net), targets, (size_t)p->mb, kn_pass_logits(p), y, scale,
                   probability, loss, gradient);
    for (int i = 0; i < p->mb; i++)
        sum += loss[i] * (double)weight[i];
    count_hits(o, (size_t)p->mb * (size_t)targets, y, probability);
    return sum;
}

void kn_trainer_judge(const kn_trainer *t, const kn_pass *p, float *probability, float *gradient,
                      kn_outcome *o)
{
    double sum = 0.0;
    if (t->work->label) {
        sum = judge_labels(t, p, probability, gradient, o);
    } else {
        int targets = kn_net_targets(t->net);
        kn_output_probability(kn_net_output(t->net), targets, (size_t)p->mb, kn_pass_logits(p),
                              probability);
        for (int i = 0; i < p->mb * targets; i++)
            sum += (double)probability[i];
    }
    if (!isfinite(sum) && o->bad_mb == 0) {
        o->bad_at = p->position;
        o->bad_mb = p->mb;
    }
    o->loss += sum;
}

bool kn_trainer_cancelled(const kn_trainer *t, kn_outcome *o)
{
    o->cancelled = t->options.cancelled && t->options.cancelled();
    return o->cancelled;
}

kn_status kn_trainer_collect(kn_trainer *t, const kn_plan *plan, kn_step_result *out, kn_error *e)
{
    for (int i = 0; i < t->parts; i++)
        if (t->outcome[i].cancelled)
            return kn_fail(e, KN_EINTERRUPTED, "interrupted");
    for (int i = 0; i < t->parts; i++) {
        const kn_outcome *o = &t->outcome[i];
        out->loss += o->loss;
        out->correct += o->correct;
        out->judged += o->judged;
        if (o->bad_mb == 0)
            continue;
        kn_pass p = kn_trainer_pass(t, plan, 0, o->bad_at, o->bad_mb);
        p.check = true;
        int layer = kn_pass_forward(&p);
        if (layer < 0)
            return kn_fail(e, KN_ENUMERIC, "the loss is not finite");
        return kn_fail(e, KN_ENUMERIC, "the output of %s is not finite",
                       kn_net_layer(t->net, layer)->name);
    }
    return KN_OK;
}
