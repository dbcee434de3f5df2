/* The layer interface. A layer kind is a table of functions and data (layers.def lists them all); a
 * layer is one configured instance inside a net.
 *
 *   configure   from config and `in`: checks shapes, fills `out`, tensors, and the byte sizes.
 *               Every shape error is found here, with a sentence.
 *   init        writes the initial values of the parameters.
 *   prepare     once per step, before any image: transforms of the weights into `packed`. Not called
 *               where packed_bytes is 0; may be NULL.
 *   forward     y from x for args->mb consecutive images of one shard; y is overwritten.
 *   backward    dx (NULL: not wanted) overwritten; parameter gradients added to dw.
 *   batch_grad  for layers whose weight gradient is better made once over the whole batch: those that
 *               configure gives batch_blocks > 0 (dense, but for the narrowest). backward then leaves
 *               dz, batch_dz_size floats per image, in args->batch_dz instead of touching dw, and the
 *               net calls batch_grad for each of the blocks afterwards with x and dz of the whole
 *               batch and scratch_bytes of scratch. NULL for kinds that never do.
 *   gather      of batch layers, those that configure gives gather_size > 0 (batchnorm), which can go
 *               forward only when all images of the batch have come to them: adds to sums, gather_size
 *               doubles, what they must know of args->x. Such a layer's forward runs after settle.
 *   settle      once a step, from the sums of the whole batch of `images`: writes `shared`,
 *               shared_bytes, which forward and backward read. Not called in inference.
 *   gather_back, settle_back   the same on the way back: sums from args->x and dy, then `shared` again and
 *               the gradient of the layer's parameters, which backward leaves alone.
 *   commit      at the end of a step that counts: the layer's state tensors in w, from `shared`.
 *   bridges     how many layers an instance bridges, from its config: besides x it reads in
 *               args->bridged what went into the first of them, and the gradient of that is dy. NULL: none.
 *   fuse        takes the layer `next` into this one, so that one call does the work of both;
 *               false, and nothing changed, where it cannot. NULL: never.
 *   macs        multiply-adds of the forward pass of one image.
 *   is_view     y is x under another shape (flatten, rows): a net passes the pointer on and calls
 *               neither forward nor backward, which copy.
 *
 * forward and backward allocate nothing, may run on several shards at once with their own saved and
 * scratch, and depend on the arguments alone: not on which worker runs them. */
#ifndef KN_NN_LAYER_H
#define KN_NN_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rng.h"
#include "base/status.h"
#include "base/tensor.h"
#include "nn/param.h"

typedef struct kn_layer kn_layer;

/* How many images one call should get: convolutions work image by image so that a net's convolution
 * layers run one after another on an image that is still in the cache; matrix products want the
 * whole shard. */
typedef enum kn_granule { KN_GRANULE_IMAGE, KN_GRANULE_SHARD } kn_granule;

/* How a layer's products are made: f32, or of numbers rounded to bf16 with sums in f32. Weights,
 * gradients and what passes between layers are f32 in both. */
typedef enum kn_precision { KN_PRECISION_F32, KN_PRECISION_BF16 } kn_precision;

typedef struct kn_layer_args {
    int mb;                       /* images in this call */
    const float *x;               /* [mb, in] */
    const uint8_t *const *pixels; /* [mb] rows of in, instead of x; else NULL */
    float *y;                     /* [mb, out]; read by backward */
    const float *dy;              /* [mb, out] */
    float *dx;                    /* [mb, in] or NULL */
    const float *w;               /* the layer's block of parameters */
    float *dw;                    /* the shard's block of gradients */
    const float *bridged;         /* [mb, out]: layers with bridges only */
    void *saved;                  /* saved_bytes per image; NULL in inference */
    void *shared;                 /* shared_bytes; NULL in inference */
    void *scratch;                /* scratch_bytes */
    const void *packed;
    float *batch_dz;   /* [mb, batch_dz_size]: this call's rows of the batch-wide dz; layers with
                          batch_blocks > 0 only */
    bool training;     /* dropout is active */
    uint64_t seed;     /* of the run */
    uint64_t step;     /* of the optimizer, counted from 0 */
    uint32_t position; /* of the first image in the batch */
} kn_layer_args;

typedef struct kn_layer_kind {
    const char *name; /* "conv2d": the word in a spec */
    const char *doc;  /* one sentence */
    const kn_param *params;
    size_t param_count, config_size;
    kn_granule granule; /* unless configure sets the layer's */
    bool is_view;
    kn_status (*configure)(kn_layer *l, kn_error *e);
    void (*init)(const kn_layer *l, float *w, kn_rng *rng);
    void (*prepare)(const kn_layer *l, const float *w, void *packed);
    void (*forward)(const kn_layer *l, const kn_layer_args *a);
    void (*backward)(const kn_layer *l, const kn_layer_args *a);
    /* Optional: once after the last backward of a shard; until then dw may be in an order of the
     * layer's own. */
    void (*finish)(const kn_layer *l, float *dw, void *scratch);
    void (*batch_grad)(const kn_layer *l, int mb, const float *x, const float *dz, int block,
                       int blocks, float *dw, void *scratch);
    void (*gather)(const kn_layer *l, const kn_layer_args *a, double *sums);
    void (*settle)(const kn_layer *l, const float *w, size_t images, const double *sums,
                   void *shared);
    void (*gather_back)(const kn_layer *l, const kn_layer_args *a, double *sums);
    void (*settle_back)(const kn_layer *l, const float *w, size_t images, const double *sums,
                        void *shared, float *dw);
    void (*commit)(const kn_layer *l, const void *shared, float *w);
    int (*bridges)(const void *config);
    bool (*fuse)(kn_layer *l, const kn_layer *next);
    double (*macs)(const kn_layer *l);
} kn_layer_kind;

/* KN_SHARD_MB: the most images of one call; scratch and saved of a layer are sized for it. */
enum { KN_LAYER_MAX_TENSORS = 4, KN_SHARD_MB = 64 };

/* What a shape stands for is known by its rank: 1 vector [c], 2 sequence [w, c] (steps, features),
 * 3 image [h, w, c]. */
enum { KN_RANK_VECTOR = 1, KN_RANK_SEQUENCE = 2, KN_RANK_IMAGE = 3 };

struct kn_layer {
    const kn_layer_kind *kind;
    char name[KN_NAME_BYTES - 24]; /* Keras's way: "conv2d", "conv2d_1", ... */
    const void *config;            /* kind->config_size bytes, borrowed from the net */
    void *state;                   /* what configure derived, in the net's arena; NULL when none */
    kn_arena *arena;               /* for state, during configure */
    kn_granule granule;            /* the kind's, unless configure changes it */
    kn_precision precision;        /* of the net; set before configure */
    int index;             /* place in the net; tells the dropout masks of two layers apart */
    kn_shape in, out;      /* in is set before configure */
    int in_rank, out_rank; /* out_rank equals in_rank unless configure changes it */
    int source;            /* of a layer that bridges: the layer whose output it reads besides x */
    bool is_source;        /* such a layer: it takes no other into it */
    int tensors;           /* trainable tensors first, then state */
    kn_tensor tensor[KN_LAYER_MAX_TENSORS]; /* name and shape; data is NULL: see offset */
    size_t offset[KN_LAYER_MAX_TENSORS];    /* floats into the layer's block; multiples of 16 */
    bool is_kernel[KN_LAYER_MAX_TENSORS]; /* regularized (kernels), not (biases, recurrent weights)
                                           */
    bool is_state[KN_LAYER_MAX_TENSORS];  /* no gradient: commit moves it */
    size_t params;                        /* numbers, state included, without padding */
    size_t state_params;                  /* of them in state tensors */
    size_t block_floats;  /* floats of the layer's block, padding included (padding stays 0) */
    size_t block_offset;  /* of the block in the net's parameter block */
    size_t saved_bytes;   /* per image; a multiple of 64 for layers of image granule */
    size_t scratch_bytes; /* per worker, for KN_SHARD_MB images (one image for layers of image
                             granule) */
    size_t packed_bytes;
    size_t gather_size;   /* doubles; 0 but for batch layers */
    size_t shared_bytes;  /* 0 but for batch layers */
    size_t batch_dz_size; /* floats per image; 0 where batch_blocks is 0 */
    int batch_blocks;     /* calls of batch_grad; 0: backward adds to dw */
    bool takes_pixels;    /* as the first layer of a net it reads args->pixels in place of x */
    float l1, l2;         /* on its kernels */
    int chunk_most;       /* images of a chunk that it runs best with; 0: any number */
};

#define KN_LAYER(name) extern const kn_layer_kind kn_layer_##name;
#include "nn/layers.def"
#undef KN_LAYER

/* All kinds in the order of layers.def, and their number. */
extern const kn_layer_kind *const kn_layer_kinds[];
extern const int kn_layer_kind_count;

/* NULL when there is no such kind. */
const kn_layer_kind *kn_layer_kind_find(const char *name);

/* "the image [24, 24, 64]", "the sequence [50, 128]", "the vector [64]"; size 80 is enough. */
void kn_shape_text(kn_shape shape, int rank, char *out, size_t size);

/* For configure: KN_EUSAGE "it takes an image, not the vector [64]" where the input is none. */
kn_status kn_layer_takes_image(const kn_layer *l, kn_error *e);

/* For configure: appends a trainable tensor and its room in the block; returns its index. */
int kn_layer_add_tensor(kn_layer *l, const char *suffix, int rank, const int64_t *dims,
                        bool is_kernel);
/* Likewise one that no gradient moves, after all trainable ones. */
int kn_layer_add_state(kn_layer *l, const char *suffix, int rank, const int64_t *dims);

/* Whether backward adds the parameters' gradient to a block of the shard; else it is made once for the
 * whole batch, by batch_grad or settle_back. */
static inline bool kn_layer_is_sharded(const kn_layer *l)
{
    return l->batch_blocks == 0 && l->gather_size == 0;
}

#endif
