/* Where everything lies while a net runs over one chunk (up to `chunk` consecutive images of a
 * shard), and in which order its layers run.
 *
 * Value v is the output of layer v-1, value 0 the input. Layers of image granule that follow each
 * other form a segment: an image goes through all of it before the next image starts.
 *
 * A batch layer (gather_size > 0) can go on only when the whole batch has come to it, so it cuts a
 * training step into phases; without one there is a single phase.
 *
 *   forward of phase f    from batch layer f (the first layer, for f = 0) to the layer before batch layer
 *                         f+1, for which it gathers; the last phase goes to the logits
 *   backward of phase f   from batch layer f+1 (from the logits, for the last) back to the layer after
 *                         batch layer f, for which it gathers
 *
 * A value lies in one of three places:
 *
 *   chunk   one row per image of the chunk, in worker memory
 *   image   one row, in worker memory: what only the next layer of the same segment reads
 *           (inference)
 *   batch   one row per image of the batch, shared by all workers: x of a layer with batch_blocks, and
 *           all of a net with batch layers
 *
 * A training plan keeps every value for the backward pass; gradients between the layers of a segment
 * exist for one image, those between segments for the chunk, those between phases and those that a
 * bridge carries for whatever their value has. An inference plan keeps nothing. Worker memory:
 *
 *   [ values | saved of each layer | 2 chunk gradients | 2 image gradients | scratch | rows of pixels |
 *     loss, scale, y, p ]
 */
#ifndef KN_NN_NET_PLAN_H
#define KN_NN_NET_PLAN_H

#include "nn/net.h"

typedef enum kn_where { KN_AT_CHUNK, KN_AT_IMAGE, KN_AT_BATCH } kn_where;

typedef struct kn_place {
    kn_where where;
    size_t offset; /* bytes into worker or batch memory; a multiple of 64 */
    size_t stride; /* floats from one image to the next; 0 for KN_AT_IMAGE */
} kn_place;

/* Steps first..last of kn_plan.step run together. */
typedef struct kn_segment {
    int first, last;
    kn_granule granule;
} kn_segment;

/* Segments first..last; last < first: none. */
typedef struct kn_run {
    int first, last;
} kn_run;

typedef struct kn_phase {
    int batch_step; /* the step of the batch layer it begins with; -1: the first phase */
    kn_run forward, backward;
} kn_phase;

typedef struct kn_plan {
    const kn_net *net;
    bool training;
    bool from_pixels; /* the first layer reads pixels: value 0 is not made */
    int chunk;
    int steps, *step; /* the layers that do something (views do not), by index */
    int segments;
    kn_segment *segment; /* of all phases */
    int phases;
    kn_phase *phase;
    int last_backward;  /* the step where the backward pass ends: the first with parameters */
    kn_place *value;    /* kn_net_layer_count + 1 */
    kn_place *saved;    /* by layer; stride is in bytes */
    kn_place *bridge;   /* by value: the gradient that bridges bring; stride 0: none does */
    int *bridged;       /* by layer: the value it reads besides x; -1: none */
    bool *bridge_first; /* by layer: its gradient is the first that the bridge brings */
    kn_place phase_gradient[2];
    size_t *dz; /* by layer with batch_blocks: bytes into batch memory */
    size_t chunk_gradient[2], image_gradient[2], scratch, rows, pixels, loss, scale, target,
        probability;
    size_t worker_bytes, batch_bytes;
} kn_plan;

/* batch_max 0: a plan for inference. own_pixels: room for the rows of pixels of a chunk, which someone
 * changes before the first layer reads them; else they are read where they lie. The arrays live in the
 * arena. KN_ENOMEM when sizes overflow or memory is out. */
kn_status kn_plan_make(const kn_net *net, int batch_max, bool own_pixels, kn_arena *arena,
                       kn_plan *out, kn_error *e);

#endif
