/* Where everything lies while a net runs over one chunk (up to `chunk` consecutive images of a
 * shard).
 *
 * Value v is the output of layer v-1, value 0 the input. Layers of image granule that follow each
 * other form a segment: an image goes through all of it before the next image starts. A value lies
 * in one of three places:
 *
 *   chunk   one row per image of the chunk, in worker memory
 *   image   one row, in worker memory: what only the next layer of the same segment reads
 *           (inference)
 *   batch   one row per image of the batch, shared by all workers: x of a layer with batch_blocks
 *
 * A training plan keeps every value of the chunk for the backward pass; gradients between the
 * layers of a segment exist for one image, those between segments for the chunk. An inference plan
 * keeps nothing. Worker memory:
 *
 *   [ values | saved of each layer | 2 chunk gradients | 2 image gradients | scratch | rows of pixels | loss, scale, y, p ]
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

typedef struct kn_plan {
    const kn_net *net;
    bool training;
    bool from_pixels; /* the first layer reads pixels: value 0 is not made */
    int chunk;
    int steps, *step; /* the layers that do something (views do not), by index */
    int segments;
    kn_segment *segment;
    int last_backward; /* the step where the backward pass ends: the first with parameters */
    kn_place *value;   /* kn_net_layer_count + 1 */
    size_t *saved;     /* by layer: bytes into worker memory */
    size_t *dz;        /* by layer with batch_blocks: bytes into batch memory */
    size_t chunk_gradient[2], image_gradient[2], scratch, rows, loss, scale, target, probability;
    size_t worker_bytes, batch_bytes;
} kn_plan;

/* batch_max 0: a plan for inference. The arrays live in the arena. KN_ENOMEM when sizes overflow or
 * memory is out. */
kn_status kn_plan_make(const kn_net *net, int batch_max, kn_arena *arena, kn_plan *out,
                       kn_error *e);

#endif
