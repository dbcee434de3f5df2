#include "nn/trainer_state.h"

#include <math.h>

static void prepare_task(void *context, size_t task, int worker)
{
    kn_trainer *t = context;
    int i = t->packer[task];
    const kn_layer *l = kn_net_layer(t->net, i);
    kn_lap *laps = kn_profile_laps(t->lapping, worker);
    uint64_t began = kn_lap_begin(laps);
    l->kind->prepare(l, t->preparing + l->block_offset, t->packed + t->packed_at[i]);
    kn_lap_end(laps, KN_PART_PREPARE, i, 0, began);
}

const float *kn_trainer_predicting(const kn_trainer *t)
{
    return t->average && t->predict_average ? t->average : t->params;
}

void kn_trainer_prepare(kn_trainer *t, const float *params, kn_profile *p)
{
    t->preparing = params;
    t->lapping = p;
    kn_pool_run(t->pool, t->packers, prepare_task, t);
}

kn_pass kn_trainer_pass(const kn_trainer *t, const kn_plan *plan, int worker, size_t position,
                        int mb)
{
    const kn_trainer_options *o = &t->options;
    kn_pixel_source source = {.x = t->work->x,
                              .index = t->work->index,
                              .count = t->work->count,
                              .shape = kn_net_input(t->net),
                              .seed = o->seed,
                              .epoch = t->work->epoch};
    if (plan->training) {
        source.augment = o->augment;
        source.mixup = o->mixup;
    }
    return (kn_pass){.plan = plan,
                     .params = plan->training ? t->params : kn_trainer_predicting(t),
                     .packed = t->packed,
                     .packed_at = t->packed_at,
                     .worker = t->worker[worker],
                     .batch = t->batch,
                     .gradients_at = t->gradients_at,
                     .shared = t->shared,
                     .shared_at = t->shared_at,
                     .source = source,
                     .position = position,
                     .mb = mb,
                     .seed = t->options.seed,
                     .step = (uint64_t)t->steps};
}

/* The labels of an image of the batch, smoothed in a step; returns the weight of its loss. */
static float read_labels(const kn_trainer *t, size_t position, bool step, float *y)
{
    int targets = kn_net_targets(t->net);
    const uint8_t *label = t->work->label + (size_t)targets * t->work->index[position];
    float s = step ? t->options.label_smoothing : 0.0f;
    for (int k = 0; k < targets; k++)
        y[k] = label[k] == KN_LABEL_MISSING ? NAN : (label[k] != 0 ? 1.0f - s : 0.0f) + s / 2;
    return step ? t->options.class_weight[label[0] == 1] : 1.0f;
}

/* Targets of image i of the chunk: its labels, or where it is mixed those of both. */
static float fill_targets(const kn_trainer *t, const kn_pass *p, int i, bool step, float *y)
{
    size_t position = p->position + (size_t)i;
    float weight = read_labels(t, position, step, y);
    float share = step ? kn_pixel_source_share(&p->source, position) : 1.0f;
    if (share >= 1.0f)
        return weight;
    float other[KN_TARGETS_MAX];
    float its = read_labels(t, kn_pixel_source_partner(&p->source, position), step, other);
    for (int k = 0; k < kn_net_targets(t->net); k++)
        y[k] = share * y[k] + (1.0f - share) * other[k]; /* missing in one: missing */
    return share * weight + (1.0f - share) * its;
}

static void count_hits(kn_outcome *o, size_t n, const float *y, const float *p)
{
    for (size_t i = 0; i < n; i++) {
        o->judged += isnan(y[i]) ? 0 : 1;
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

static void note_sum(const kn_pass *p, double sum, kn_outcome *o)
{
    if (!isfinite(sum) && o->bad_mb == 0) {
        o->bad_at = p->position;
        o->bad_mb = p->mb;
    }
    o->loss += sum;
}

static double sum_of(size_t n, const float *p)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)p[i];
    return sum;
}

void kn_trainer_judge(const kn_trainer *t, const kn_pass *p, float *probability, float *gradient,
                      kn_outcome *o)
{
    if (t->work->label) {
        note_sum(p, judge_labels(t, p, probability, gradient, o), o);
        return;
    }
    int targets = kn_net_targets(t->net);
    kn_output_probability(kn_net_output(t->net), targets, (size_t)p->mb, kn_pass_logits(p),
                          probability);
    note_sum(p, sum_of((size_t)p->mb * (size_t)targets, probability), o);
}

void kn_trainer_judge_mean(const kn_trainer *t, const kn_pass *p, const float *probability,
                           kn_outcome *o)
{
    int targets = kn_net_targets(t->net);
    size_t n = (size_t)p->mb * (size_t)targets;
    if (!t->work->label) {
        note_sum(p, sum_of(n, probability), o);
        return;
    }
    float y[KN_SHARD_MB * KN_TARGETS_MAX], same[KN_SHARD_MB * KN_TARGETS_MAX], one = 1.0f;
    double sum = 0.0;
    for (int i = 0; i < p->mb; i++)
        read_labels(t, p->position + (size_t)i, false, y + i * targets);
    for (size_t i = 0; i < n; i++) {
        double loss;
        kn_output_loss(KN_OUTPUT_RELU, 1, 1, &probability[i], &y[i], &one, &same[i], &loss, NULL);
        sum += loss / targets;
    }
    count_hits(o, n, y, probability);
    note_sum(p, sum, o);
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
        int layer = kn_pass_forward_again(&p);
        if (layer < 0)
            return kn_fail(e, KN_ENUMERIC, "the loss is not finite");
        return kn_fail(e, KN_ENUMERIC, "the output of %s is not finite",
                       kn_net_layer(t->net, layer)->name);
    }
    return KN_OK;
}
