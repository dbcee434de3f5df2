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

static json_t *read_manifest(const char *run_dir)
{
    char *path = pl_path_join(run_dir, "manifest.json");
    json_t *manifest = json_load_file(path, 0, NULL);
    free(path);
    return manifest;
}

static kn_status load_model(const char *run_dir, const json_t *manifest, pl_model *out, kn_error *e)
{
    const char *status = json_string_value(json_object_get(manifest, "status"));
    char *path = pl_path_join(run_dir, "model.safetensors");
    kn_status rc = KN_OK;
    if (!pl_exists(path) && status && strcmp(status, "done") != 0)
        rc = kn_fail(e, KN_EDATA,
                     "%s has no model: the run is %s, not done; `facet why` says more, `facet run` "
                     "of its spec goes on",
                     run_dir, status);
    if (rc == KN_OK)
        rc = pl_model_load(path, out, e);
    free(path);
    return rc;
}

kn_status pl_predictor_open(const char *run_dir, kn_pool *pool, pl_predictor *out, kn_error *e)
{
    *out = (pl_predictor){.trainer = NULL};
    json_t *manifest = read_manifest(run_dir);
    kn_status rc = load_model(run_dir, manifest, &out->model, e);
    out->views = pl_manifest_views(manifest, out->view);
    json_decref(manifest);
    KN_TRY(rc);
    KN_TRY_TO(rc, fail, pl_model_fold(&out->model, e));
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
