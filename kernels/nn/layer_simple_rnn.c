#include "nn/layer_recurrent.h"

static kn_status configure(kn_layer *l, kn_error *e)
{
    return kn_layer_recurrent_configure(l, KN_RNN_SIMPLE, e);
}

const kn_layer_kind kn_layer_simple_rnn = {
    .name = "simple_rnn",
    .doc = "Fully connected recurrence with tanh over a sequence",
    .params = kn_recurrent_params,
    .param_count = KN_RECURRENT_PARAMS,
    .config_size = sizeof(kn_rnn_config),
    .granule = KN_GRANULE_SHARD,
    .configure = configure,
    .init = kn_layer_recurrent_init,
    .prepare = kn_layer_recurrent_prepare,
    .forward = kn_layer_recurrent_forward,
    .backward = kn_layer_recurrent_backward,
    .macs = kn_layer_recurrent_macs,
};
