#include "nn/layer_recurrent.h"

#include <stddef.h>

#include "nn/initializer.h"

/* Two full tiles of the products (ops/gemm/gemm_panel_body.inc). A chunk's saved state fits no cache
 * of a core's own at any useful number of images; with 24 the memory it walks through is small
 * enough to make training 4 to 9 % faster than 64 do, at 50 steps as at 100. */
enum { CHUNK_IMAGES = 24 };

const kn_param kn_recurrent_params[KN_RECURRENT_PARAMS] = {
    {"units", KN_PARAM_INT, offsetof(kn_rnn_config, units), 1, 1024, 0, 1, NULL,
     "Size of the state"},
    {"return_sequences", KN_PARAM_BOOL, offsetof(kn_rnn_config, return_sequences), 0, 1, 0, 0, NULL,
     "Give the output of every time step, not of the last one only"},
};

kn_status kn_layer_recurrent_configure(kn_layer *l, kn_rnn_cell cell, kn_error *e)
{
    const kn_rnn_config *k = l->config;
    if (l->in_rank != KN_RANK_SEQUENCE) {
        char text[80];
        kn_shape_text(l->in, l->in_rank, text, sizeof text);
        return kn_fail(e, KN_EUSAGE, "it takes a sequence, not %s%s", text,
                       l->in_rank == KN_RANK_IMAGE ? ": put a layer of kind rows before it" : "");
    }
    if (l->precision != KN_PRECISION_F32)
        return kn_fail(
            e, KN_EUSAGE,
            "it multiplies in fp32 only: train.precision: bf16 is for nets of conv2d and "
            "dense layers");
    kn_rnn *r = kn_arena_alloc(l->arena, 1, sizeof *r);
    if (!r)
        return kn_fail(e, KN_ENOMEM, "no memory for a layer");
    *r = (kn_rnn){cell, l->in.w, l->in.c, k->units, !k->return_sequences};
    l->state = r;
    l->out = (kn_shape){1, k->return_sequences ? l->in.w : 1, k->units};
    l->out_rank = k->return_sequences ? KN_RANK_SEQUENCE : KN_RANK_VECTOR;
    int64_t gates = kn_rnn_gate_columns(r);
    int64_t w[] = {l->in.c, gates}, u[] = {k->units, gates}, b[] = {2, gates};
    bool two_biases = cell == KN_RNN_GRU;
    kn_layer_add_tensor(l, "kernel", 2, w, true);
    kn_layer_add_tensor(l, "recurrent_kernel", 2, u, false);
    kn_layer_add_tensor(l, "bias", two_biases ? 2 : 1, two_biases ? b : b + 1, false);
    l->saved_bytes = (kn_rnn_saved_bytes(r, KN_SHARD_MB) + KN_SHARD_MB - 1) / KN_SHARD_MB;
    l->scratch_bytes = kn_rnn_scratch_bytes(r, KN_SHARD_MB);
    l->packed_bytes = kn_rnn_packed_bytes(r);
    l->chunk_most = CHUNK_IMAGES;
    return KN_OK;
}

void kn_layer_recurrent_init(const kn_layer *l, float *w, kn_rng *rng)
{
    const kn_tensor *k = &l->tensor[KN_RNN_KERNEL], *u = &l->tensor[KN_RNN_RECURRENT];
    kn_init_glorot_uniform(rng, kn_tensor_size(k), (double)k->dim[0], (double)k->dim[1],
                           w + l->offset[KN_RNN_KERNEL]);
    kn_init_orthogonal(rng, (int)u->dim[0], (int)u->dim[1], w + l->offset[KN_RNN_RECURRENT]);
}

void kn_layer_recurrent_prepare(const kn_layer *l, const float *w, void *packed)
{
    kn_rnn_pack(l->state, w + l->offset[KN_RNN_KERNEL], w + l->offset[KN_RNN_RECURRENT], packed);
}

void kn_layer_recurrent_forward(const kn_layer *l, const kn_layer_args *a)
{
    kn_rnn_forward(l->state, a->mb, a->x, a->packed, a->w + l->offset[KN_RNN_BIAS], a->y, a->saved,
                   a->scratch);
}

void kn_layer_recurrent_backward(const kn_layer *l, const kn_layer_args *a)
{
    const size_t *at = l->offset;
    kn_rnn_backward(l->state, a->mb, a->x, a->packed, a->saved, a->dy, a->dx,
                    a->dw + at[KN_RNN_KERNEL], a->dw + at[KN_RNN_RECURRENT],
                    a->dw + at[KN_RNN_BIAS], a->scratch);
}

double kn_layer_recurrent_macs(const kn_layer *l)
{
    const kn_rnn *r = l->state;
    return (double)r->steps * kn_rnn_gate_columns(r) * ((double)r->ic + r->hc);
}
