#include <limits.h>

#include "nn/layer_view.h"

static kn_status configure(kn_layer *l, kn_error *e)
{
    size_t n = kn_shape_size(l->in);
    if (n > INT_MAX) {
        char text[80];
        kn_shape_text(l->in, l->in_rank, text, sizeof text);
        return kn_fail(e, KN_EUSAGE, "%s has more than %d values", text, INT_MAX);
    }
    l->out = (kn_shape){1, 1, (int)n};
    l->out_rank = KN_RANK_VECTOR;
    return KN_OK;
}

const kn_layer_kind kn_layer_flatten = {
    .name = "flatten",
    .doc = "An image or a sequence as one vector",
    .granule = KN_GRANULE_IMAGE,
    .is_view = true,
    .configure = configure,
    .forward = kn_layer_view_forward,
    .backward = kn_layer_view_backward,
};
