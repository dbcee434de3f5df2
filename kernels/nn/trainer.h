/* Data-parallel training and inference of a net on u8 pixels.
 *
 * A batch of mb images is cut into S = kn_trainer_shards(mb) shards of consecutive images, a number
 * that depends on mb alone. One task runs one shard forward and backward; its parameter gradients
 * go to the shard's own block (layers with batch_blocks leave dz instead). Then, again as fixed
 * tasks: batch-wide gradients, the sum over shards in shard order, regularizers, the optimizer. The
 * result is the same for any number of threads.
 *
 * No call below but _new allocates. */
#ifndef KN_NN_TRAINER_H
#define KN_NN_TRAINER_H

#include <stdbool.h>

#include "base/pool.h"
#include "image/augment.h"
#include "nn/net.h"
#include "nn/profile.h"
#include "ops/optimizer/optimizer.h"

typedef struct kn_trainer kn_trainer;

typedef struct kn_trainer_options {
    int batch_max; /* largest batch of a step; 0: inference only (no gradients, no moments) */
    kn_optimizer optimizer;
    uint64_t seed;         /* of initial weights, dropout masks, augmentation and mixing */
    float class_weight[2]; /* factor on the loss of an image by its label; 1, 1 normally, and with
                              several targets */
    float label_smoothing; /* s in 0..1: a label y counts as (1-s) y + s/2 in steps; 0: none */
    float mixup;           /* alpha of the Beta distribution of mixing weights; 0: none */
    double clip_norm;      /* largest L2 norm of the whole gradient, penalty included; 0: any */
    double average;        /* decay of the moving average of the parameters; 0: none is kept */
    const kn_augment *augment; /* what steps do to the pixels; borrowed; NULL: nothing */
    const kn_view *views;      /* what predictions average over; borrowed */
    int view_count;            /* 0: the image as it is */
    /* Asked before every chunk of images, from any thread; once it says yes the call ends with
     * KN_EINTERRUPTED. NULL: never. */
    bool (*cancelled)(void);
} kn_trainer_options;

/* The net and the pool are borrowed and must outlive the trainer. Parameters start as
 * kn_net_init(seed) gives them. */
kn_status kn_trainer_new(const kn_net *net, kn_pool *pool, const kn_trainer_options *options,
                         kn_trainer **out, kn_error *e);
void kn_trainer_free(kn_trainer *t); /* NULL is allowed */

/* Bytes that kn_trainer_new takes for this net on a pool of so many threads, to within a few percent; 0 where a
 * plan cannot be made. */
size_t kn_trainer_bytes(const kn_net *net, int threads, const kn_trainer_options *options);

/* Images to work on: row index[i] of x [N, h*w*c] with the labels of row index[i] of label
 * [N, targets]. All borrowed for the call. */
typedef struct kn_batch {
    const uint8_t *x;
    const uint8_t *label; /* 0, 1 or KN_LABEL_MISSING; may be NULL in kn_trainer_predict */
    const uint32_t *index;
    size_t count;
    uint64_t epoch; /* with the seed and index[i] it decides what augmentation does; steps only */
} kn_batch;

typedef struct kn_step_result {
    double loss;    /* sum over the images of weighted loss; the penalty is not in it */
    double penalty; /* regularizers' sum at the weights before the step, or at those of the
                       prediction */
    size_t judged;  /* labels that are not missing: images times targets where none is */
    size_t correct; /* of them predicted as labelled (probability > 0.5); where images are mixed,
                       as the heavier one is labelled */
} kn_step_result;

/* One optimizer step on a batch of 1..batch_max images; the gradient is of (sum of weighted losses)
 * / count + penalty. KN_ENUMERIC when the loss is not finite: the sentence names the first layer
 * whose output is not finite (layer only: epoch and batch are the caller's to prepend).
 * KN_EINTERRUPTED where it was cancelled. The whole state is then as before the step, and the same
 * step can be made again. */
kn_status kn_trainer_step(kn_trainer *t, const kn_batch *batch, float lr, kn_step_result *out,
                          kn_error *e);

/* Probability of class 1 for every image and target (p[count, targets] may be NULL), and where labels
 * are given the sums. Any count. loss in the result is the unweighted sum, of labels as they are.
 * With views, the mean of their probabilities, and its loss. Reports KN_ENUMERIC and KN_EINTERRUPTED as
 * kn_trainer_step does; p is then not whole. */
kn_status kn_trainer_predict(kn_trainer *t, const kn_batch *batch, float *p, kn_step_result *out,
                             kn_error *e);

/* The whole state: parameter block, moment blocks and the moving average (kn_net_block_floats floats
 * each), steps taken. Writing into the blocks and kn_trainer_set_steps restores a state; the next step goes on
 * with the same bytes. */
float *kn_trainer_params(kn_trainer *t);
int kn_trainer_moment_count(const kn_trainer *t);
float *kn_trainer_moment(kn_trainer *t, int index);
float *kn_trainer_average(kn_trainer *t); /* NULL where none is kept */
int64_t kn_trainer_steps(const kn_trainer *t);
void kn_trainer_set_steps(kn_trainer *t, int64_t steps);

/* Which of the two kn_trainer_predict works with: the average where one is kept, or the parameters
 * themselves. The average is the default. */
void kn_trainer_predict_average(kn_trainer *t, bool average);

/* The steps from now on are measured into p, which is borrowed and made for this net and as many
 * workers as the pool has; NULL ends it. Predictions are not measured. */
void kn_trainer_set_profile(kn_trainer *t, kn_profile *p);

int kn_trainer_shards(int mb);

#endif
