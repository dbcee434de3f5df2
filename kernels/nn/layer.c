#include "nn/layer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "nn/layer_config.h"

enum { TENSOR_FLOATS = 16 }; /* tensors start at multiples of a cache line */

const kn_layer_kind *const kn_layer_kinds[] = {
#define KN_LAYER(name) &kn_layer_##name,
#include "nn/layers.def"
#undef KN_LAYER
};

const int kn_layer_kind_count = (int)(sizeof kn_layer_kinds / sizeof kn_layer_kinds[0]);

const char *const kn_padding_names[] = {"valid", "same", NULL};

const kn_layer_kind *kn_layer_kind_find(const char *name)
{
    for (int i = 0; i < kn_layer_kind_count; i++)
        if (strcmp(kn_layer_kinds[i]->name, name) == 0)
            return kn_layer_kinds[i];
    return NULL;
}

kn_act kn_config_act(int activation, float alpha)
{
    kn_act_kind kind = (kn_act_kind)activation;
    return (kn_act){kind, alpha < 0 ? kn_act_default_alpha(kind) : alpha};
}

void kn_shape_text(kn_shape s, int rank, char *out, size_t size)
{
    if (rank == KN_RANK_IMAGE)
        snprintf(out, size, "the image [%d, %d, %d]", s.h, s.w, s.c);
    else if (rank == KN_RANK_SEQUENCE)
        snprintf(out, size, "the sequence [%d, %d]", s.w, s.c);
    else
        snprintf(out, size, "the vector [%d]", s.c);
}

kn_status kn_layer_takes_image(const kn_layer *l, kn_error *e)
{
    if (l->in_rank == KN_RANK_IMAGE)
        return KN_OK;
    char text[80];
    kn_shape_text(l->in, l->in_rank, text, sizeof text);
    return kn_fail(e, KN_EUSAGE, "it takes an image, not %s", text);
}

int kn_layer_add_tensor(kn_layer *l, const char *suffix, int rank, const int64_t *dims,
                        bool is_kernel)
{
    assert(l->tensors < KN_LAYER_MAX_TENSORS && rank <= KN_MAX_RANK);
    int index = l->tensors++;
    kn_tensor *t = &l->tensor[index];
    *t = (kn_tensor){.rank = rank};
    snprintf(t->name, sizeof t->name, "%s.%s", l->name, suffix);
    for (int i = 0; i < rank; i++)
        t->dim[i] = dims[i];
    l->offset[index] = l->block_floats;
    l->is_kernel[index] = is_kernel;
    l->is_state[index] = false;
    l->params += kn_tensor_size(t);
    l->block_floats += kn_size_round_up(kn_tensor_size(t), TENSOR_FLOATS);
    return index;
}

int kn_layer_add_state(kn_layer *l, const char *suffix, int rank, const int64_t *dims)
{
    int index = kn_layer_add_tensor(l, suffix, rank, dims, false);
    l->is_state[index] = true;
    l->state_params += kn_tensor_size(&l->tensor[index]);
    return index;
}
