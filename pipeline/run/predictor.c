#include "run/predictor.h"

#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"

int pl_manifest_views(const json_t *manifest, kn_view view[PL_VIEWS_MAX])
{
    json_t *spec_keys = json_object_get(manifest, "spec"), *value;
    const char *key;
    pl_run_spec spec;
    pl_str text;
    kn_arena arena;
    kn_arena_init(&arena);
    pl_str_init(&text);
    json_object_foreach(spec_keys, key, value)
    {
        if (json_is_string(value))
            pl_str_addf(&text, "%s=%s\n", key, json_string_value(value));
    }
    bool known = pl_spec_from_canonical(text.text, &arena, &spec, NULL) == KN_OK;
    int views = known ? pl_views_of(&spec.evaluate, view) : 0;
    pl_str_clear(&text);
    kn_arena_clear(&arena);
    return views;
}

static int read_views(const char *run_dir, kn_view view[PL_VIEWS_MAX])
{
    char *path = pl_path_join(run_dir, "manifest.json");
    json_t *manifest = json_load_file(path, 0, NULL);
    int views = pl_manifest_views(manifest, view);
    json_decref(manifest);
    free(path);
    return views;
}

kn_status pl_predictor_open(const char *run_dir, kn_pool *pool, pl_predictor *out, kn_error *e)
{
    *out = (pl_predictor){.trainer = NULL};
    char *path = pl_path_join(run_dir, "model.safetensors");
    kn_status rc = pl_model_load(path, &out->model, e);
    free(path);
    KN_TRY(rc);
    KN_TRY_TO(rc, fail, pl_model_fold(&out->model, e));
    out->views = read_views(run_dir, out->view);
    const kn_trainer_options inference = {.batch_max = 0,
                                          .class_weight = {1, 1},
                                          .views = out->view,
                                          .view_count = out->views,
                                          .cancelled = pl_interrupt_asked};
    KN_TRY_TO(rc, fail, kn_trainer_new(out->model.net, pool, &inference, &out->trainer, e));
    memcpy(kn_trainer_params(out->trainer), out->model.block,
           kn_net_block_floats(out->model.net) * sizeof(float));
    return KN_OK;
fail:
    pl_predictor_close(out);
    return rc;
}

void pl_predictor_close(pl_predictor *p)
{
    kn_trainer_free(p->trainer);
    pl_model_clear(&p->model);
    *p = (pl_predictor){.trainer = NULL};
}
