/* The end of a step: sum the shards' gradients, regularize, let the optimizer move the parameters.
 * Cut into fixed pieces of the parameter block, so that any number of threads gives the same bytes.
 */
#ifndef KN_NN_UPDATE_H
#define KN_NN_UPDATE_H

#include "nn/net.h"
#include "ops/optimizer/optimizer.h"

typedef struct kn_update_piece {
    size_t offset, count; /* floats of the parameter block */
    bool sharded;         /* the gradient is the sum of the shards' blocks, at shard_offset */
    size_t shard_offset;
    float l1, l2;
    bool is_state;          /* of no gradient: only the average follows it */
    double penalty, square; /* results; square: of the gradient, where it is to be clipped */
} kn_update_piece;

typedef struct kn_update {
    kn_update_piece *piece;
    size_t pieces;
    float *gradient;       /* block: sums, and what batch_grad wrote; zero again after a step */
    float **shard;         /* the shards' blocks; zero again after a step */
    int shards;            /* of this step */
    float *params, *m, *v; /* blocks; moments may be NULL */
    float *average;        /* block; NULL: none */
    double decay;          /* of the average */
    double clip_norm;      /* 0: none */
    double factor;         /* of this step, on gradients: 1 but for clipping */
    const kn_optimizer *optimizer;
    float lr;
    int64_t step; /* from 1 */
} kn_update;

/* Cuts every tensor of the net, state too; shard_at: by layer, floats into a shard's block. KN_ENOMEM when
 * memory is out. */
kn_status kn_update_cut(kn_update *u, const kn_net *net, const size_t *shard_at, kn_arena *arena,
                        kn_error *e);

/* Where gradients are clipped: all pieces collect first (gradient, penalty, square), then kn_update_clip
 * sets the factor clip_norm / norm, at most 1 (Keras's global_clipnorm). It sets 1 where none are. */
void kn_update_piece_collect(const kn_update *u, kn_update_piece *piece);
void kn_update_clip(kn_update *u);

/* The step on one piece. The average then moves towards the parameters,
 *   a += (1 - d) (w - a),   d = min(decay, (1 + step) / (10 + step))
 * (as TensorFlow's ExponentialMovingAverage with num_updates: early steps do not cling to the first weights). */
void kn_update_piece_run(const kn_update *u, kn_update_piece *piece);

/* Sum of the penalties in piece order: those of the step, and those of given parameters. */
double kn_update_penalty(const kn_update *u);
double kn_update_penalty_at(const kn_update *u, const float *params);

#endif
