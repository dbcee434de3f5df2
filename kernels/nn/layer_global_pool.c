#include "nn/layer_global_pool.h"

kn_status kn_layer_global_pool_configure(kn_layer *l, kn_error *e)
{
    if (l->in_rank == KN_RANK_VECTOR) {
        char text[80];
        kn_shape_text(l->in, l->in_rank, text, sizeof text);
        return kn_fail(e, KN_EUSAGE, "it takes an image or a sequence, not %s", text);
    }
    l->out = (kn_shape){1, 1, l->in.c};
    l->out_rank = KN_RANK_VECTOR;
    return KN_OK;
}
