#include "nn/layer_recurrent.h"

static kn_status configure(kn_layer *l, kn_error *e)
{
    return kn_layer_recurrent_configure(l, KN_RNN_LSTM, e);
}

/* Gates i, f, g, o: the bias of f starts at 1 (Keras unit_forget_bias). */
static void init(const kn_layer *l, float *w, kn_rng *rng)
{
    const kn_rnn *r = l->state;
    kn_layer_recurrent_init(l, w, rng);
    for (int i = 0; i < r->hc; i++)
        w[l->offset[KN_RNN_BIAS] + (size_t)(r->hc + i)] = 1.0f;
}

const kn_layer_kind kn_layer_lstm = {
    .name = "lstm",
    .doc = "Long short-term memory over a sequence",
    .params = kn_recurrent_params,
    .param_count = KN_RECURRENT_PARAMS,
    .config_size = sizeof(kn_rnn_config),
    .granule = KN_GRANULE_SHARD,
    .configure = configure,
    .init = init,
    .prepare = kn_layer_recurrent_prepare,
    .forward = kn_layer_recurrent_forward,
    .backward = kn_layer_recurrent_backward,
    .macs = kn_layer_recurrent_macs,
};
