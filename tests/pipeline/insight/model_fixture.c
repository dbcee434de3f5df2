#include "model_fixture.h"

#include <math.h>
#include <stdlib.h>

#include "kernels/nn/net_data.h"
#include "tst.h"
#include "util/fs.h"

void model_fixture_write(const char *dir, const char *canonical, float spoil)
{
    kn_arena arena;
    kn_arena_init(&arena);
    pl_run_spec spec;
    kn_net_desc desc;
    kn_net *net = NULL;
    TST_OK(pl_spec_from_canonical(canonical, &arena, &spec, e));
    TST_OK(pl_spec_net(&spec, &arena, &desc, e));
    TST_OK(kn_net_new(&desc, &net, e));
    float *block = kn_arena_alloc(&arena, kn_net_block_floats(net), sizeof *block);
    net_data_weights(net, block);
    if (!isfinite(spoil))
        kn_net_tensor(net, 0, block).data[0] = spoil;
    TST_OK(pl_make_dirs(dir, e));
    char *path = pl_path_join(dir, "model.safetensors");
    TST_OK(pl_model_save(path, &spec, net, block, e));
    free(path);
    kn_net_free(net);
    kn_arena_clear(&arena);
}

void model_fixture_load(const char *dir, pl_model *m)
{
    char *path = pl_path_join(dir, "model.safetensors");
    TST_OK(pl_model_load(path, m, e));
    free(path);
}

void model_fixture_pixels(const pl_model *m, int i, uint8_t *x)
{
    size_t n = kn_shape_size(kn_net_input(m->net));
    for (size_t p = 0; p < n; p++)
        x[p] = (uint8_t)(net_data_mix((uint32_t)(i * 100003) + (uint32_t)p) >> 24);
}
