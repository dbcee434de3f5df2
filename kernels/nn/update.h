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
    double penalty; /* result */
} kn_update_piece;

typedef struct kn_update {
    kn_update_piece *piece;
    size_t pieces;
    float *gradient;       /* block: sums, and what batch_grad wrote; zero again after a step */
    float **shard;         /* the shards' blocks; zero again after a step */
    int shards;            /* of this step */
    float *params, *m, *v; /* blocks; moments may be NULL */
    const kn_optimizer *optimizer;
    float lr;
    int64_t step; /* from 1 */
} kn_update;

/* Cuts every tensor of the net; shard_at: by layer, floats into a shard's block. KN_ENOMEM when
 * memory is out. */
kn_status kn_update_cut(kn_update *u, const kn_net *net, const size_t *shard_at, kn_arena *arena,
                        kn_error *e);

/* The step on one piece. */
void kn_update_piece_run(const kn_update *u, kn_update_piece *piece);

/* Sum of the penalties in piece order: those of the step, and those of given parameters. */
double kn_update_penalty(const kn_update *u);
double kn_update_penalty_at(const kn_update *u, const float *params);

#endif
