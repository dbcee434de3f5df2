#include <limits.h>

#include "nn/layer_view.h"

static kn_status configure(kn_layer *l, kn_error *e)
{
    KN_TRY(kn_layer_takes_image(l, e));
    int64_t features = (int64_t)l->in.w * l->in.c;
    if (features > INT_MAX)
        return kn_fail(e, KN_EUSAGE, "a row of %d pixels x %d channels has more than %d values",
                       l->in.w, l->in.c, INT_MAX);
    l->out = (kn_shape){1, l->in.h, (int)features};
    l->out_rank = KN_RANK_SEQUENCE;
    return KN_OK;
}

const kn_layer_kind kn_layer_rows = {
    .name = "rows",
    .doc = "The rows of an image as the time steps of a sequence",
    .granule = KN_GRANULE_IMAGE,
    .is_view = true,
    .configure = configure,
    .forward = kn_layer_view_forward,
    .backward = kn_layer_view_backward,
};
