/* The net of a run, declared in spec.h. */
#include "spec/spec.h"
#include "spec/spec_mem.h"

kn_status pl_spec_net(const pl_run_spec *spec, kn_arena *arena, kn_net_desc *out, kn_error *e)
{
    const pl_model_spec *m = &spec->model;
    kn_layer_spec *layers = pl_spec_alloc(arena, KN_MODEL_MAX_LAYERS, sizeof *layers);
    int count = 0;
    *out =
        (kn_net_desc){.input = {spec->data.height, spec->data.width, spec->data.channels},
                      .layers = layers,
                      .output = m->type == PL_MODEL_LOGREG ? KN_OUTPUT_SIGMOID : m->output,
                      .targets = spec->data.target.count ? spec->data.target.count : KN_TARGETS_MAX,
                      .precision = spec->train.precision};
    switch (m->type) {
    case PL_MODEL_CNN: {
        kn_cnn_options o = {m->filters, m->units,   m->kernel, m->pool,
                            m->act,     m->dropout, m->l1,     m->l2};
        count = kn_model_cnn(&o, arena, layers);
        break;
    }
    case PL_MODEL_RNN: {
        kn_rnn_options o = {m->cell, m->hidden, m->units, m->act, m->dropout, m->l1, m->l2};
        count = kn_model_rnn(&o, arena, layers);
        break;
    }
    case PL_MODEL_LOGREG:
        count = kn_model_logreg(arena, layers);
        break;
    case PL_MODEL_LAYERS:
        out->layers = m->layers;
        count = m->layer_count;
        break;
    }
    if (count < 0)
        return kn_fail(e, KN_ENOMEM, "the model's layers do not fit into memory");
    out->layer_count = count;
    return KN_OK;
}
