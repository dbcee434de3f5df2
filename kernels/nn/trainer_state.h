/* Inside a trainer: what trainer.c sets up and trainer_step.c and trainer_predict.c use. */
#ifndef KN_NN_TRAINER_STATE_H
#define KN_NN_TRAINER_STATE_H

#include "nn/pass.h"
#include "nn/trainer.h"
#include "nn/update.h"

enum {
    KN_SHARDS_MAX = 16,
    KN_PREDICT_CHUNKS = 256 /* results of a prediction held at a time */
};

/* What one task finds. */
typedef struct kn_outcome {
    double loss;
    size_t correct, judged;
    size_t bad_at;  /* the first chunk with a loss that is not finite */
    int bad_mb;     /* its images; 0: none */
    bool cancelled; /* not all of it was done */
} kn_outcome;

/* A share of a layer's batch-wide gradient. */
typedef struct kn_grad_task {
    int layer, block;
} kn_grad_task;

struct kn_trainer {
    kn_arena arena;
    const kn_net *net;
    kn_pool *pool;
    kn_trainer_options options;
    kn_plan train, infer;
    int64_t steps;
    float *params, *moment[2], *average; /* average: NULL where none is kept */
    bool predict_average;
    int moments;
    unsigned char *packed;
    size_t *packed_at, *gradients_at;
    unsigned char *shared; /* of batch layers */
    size_t *shared_at;
    double **sums; /* by shard: what is gathered for the next batch layer */
    size_t sums_size;
    int *packer; /* the layers with packed weights */
    size_t packers;
    unsigned char **worker, *batch;
    kn_update update;
    kn_grad_task *grad;
    size_t grads;
    kn_outcome outcome[KN_PREDICT_CHUNKS];
    kn_profile *profile; /* of the steps; NULL: not wanted */
    /* of the call under way */
    const kn_batch *work;
    float *p;
    float scale;            /* what a loss is divided by: images of a step */
    size_t first, end;      /* images of this round of a prediction */
    const float *preparing; /* of kn_trainer_prepare */
    kn_profile *lapping;    /* of it too */
    int parts;              /* shards or chunks */
    int phase;              /* under way */
    int chunk;              /* images of a prediction's chunk */
};

/* The block that predictions work with. */
const float *kn_trainer_predicting(const kn_trainer *t);

/* Writes every layer's packed weights of this block; p as t->profile, or NULL. */
void kn_trainer_prepare(kn_trainer *t, const float *params, kn_profile *p);

/* A pass over mb images of t->work from `position` on, in the memory of the worker. */
kn_pass kn_trainer_pass(const kn_trainer *t, const kn_plan *plan, int worker, size_t position,
                        int mb);

/* Loss and hits of the chunk just run forward; its probabilities to p[mb,targets]. In a step dz goes to
 * `gradient`, weights of classes and smoothing count; NULL for a prediction. */
void kn_trainer_judge(const kn_trainer *t, const kn_pass *pass, float *p, float *gradient,
                      kn_outcome *o);

/* The same of probabilities that are given: the loss is their own, as of the output relu. */
void kn_trainer_judge_mean(const kn_trainer *t, const kn_pass *pass, const float *p, kn_outcome *o);

/* Whether the caller wants no more of this call; notes it in the task's outcome. */
bool kn_trainer_cancelled(const kn_trainer *t, kn_outcome *o);

/* Adds up the outcomes in order; KN_EINTERRUPTED where one is not whole. On a loss that is not finite its chunk is run again with a look at
 * every output. */
kn_status kn_trainer_collect(kn_trainer *t, const kn_plan *plan, kn_step_result *out, kn_error *e);

#endif
