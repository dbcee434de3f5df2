/* One chunk of images through a net, forward and back, in the memory of a plan, phase by phase
 * (net_plan.h). Nothing is allocated. */
#ifndef KN_NN_PASS_H
#define KN_NN_PASS_H

#include "nn/net_plan.h"
#include "nn/pixel_source.h"
#include "nn/profile.h"

typedef struct kn_pass {
    const kn_plan *plan;
    const float *params;         /* the net's block */
    const unsigned char *packed; /* of all layers */
    const size_t *packed_at;     /* by layer: bytes into packed */
    unsigned char *worker;       /* plan->worker_bytes */
    unsigned char *batch;        /* plan->batch_bytes; NULL for inference */
    float *gradients;            /* block of the shard, of sharded layers; NULL for inference */
    const size_t *gradients_at;  /* by layer: floats into gradients */
    unsigned char *shared;       /* of all batch layers; NULL for inference */
    const size_t *shared_at;     /* by layer: bytes into shared */
    double *sums;                /* the shard's, for the batch layer that is gathered for */
    kn_pixel_source source;
    size_t position; /* of the chunk's first image in the batch */
    int mb;          /* 1..plan->chunk */
    uint64_t seed, step;
    bool check;   /* look at every output */
    kn_lap *laps; /* of the worker, for a profile; NULL: not wanted */
} kn_pass;

/* Pixels to logits, or for one phase of several its part of that way and what the next one's batch layer
 * gathers. With check: the index of the first layer whose output is not finite, where it stops; else -1. */
int kn_pass_forward(const kn_pass *p, int phase);

/* All phases, with what batch layers have settled on before, and nothing gathered. */
int kn_pass_forward_again(const kn_pass *p);

/* [mb, units]: the logits after forward, and where their gradient goes before backward. */
float *kn_pass_logits(const kn_pass *p);
float *kn_pass_logits_gradient(const kn_pass *p);

/* Gradients of the chunk are added to p->gradients; layers with batch_blocks leave dz in batch memory.
 * Phases from the last to the first. */
void kn_pass_backward(const kn_pass *p, int phase);

/* After the last chunk of a shard: p->gradients are in the order of the parameters. */
void kn_pass_finish(const kn_pass *p);

#endif
