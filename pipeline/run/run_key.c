#include "run/run_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "ops/gemm/gemm_core.h"
#include "util/str.h"

const char *pl_numeric_identity(kn_precision precision)
{
    static char text[2][96];
    char *out = text[precision == KN_PRECISION_BF16];
    int n =
        snprintf(out, sizeof text[0], "isa=%s blas=%s", kn_isa_name(kn_isa_get()), kn_gemm_core());
    if (precision == KN_PRECISION_BF16)
        snprintf(out + n, sizeof text[0] - (size_t)n, " bf16=%s", kn_bf16_name(kn_bf16_get()));
    return out;
}

bool pl_numeric_is_ours(const char *identity)
{
    return strcmp(identity, pl_numeric_identity(KN_PRECISION_F32)) == 0 ||
           strcmp(identity, pl_numeric_identity(KN_PRECISION_BF16)) == 0;
}

void pl_sources_clear(pl_sources *s)
{
    for (int i = 0; i < s->count; i++)
        free(s->item[i].path);
    free(s->item);
    s->item = NULL;
    s->count = 0;
}

kn_status pl_sources_digest(pl_sources *s, const char *path, pl_digest *out, kn_error *e)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->item[i].path, path) == 0) {
            *out = s->item[i].digest;
            return KN_OK;
        }
    KN_TRY(pl_store_source_digest(s->store, path, out, e));
    s->item = realloc(s->item, (size_t)(s->count + 1) * sizeof *s->item);
    if (!s->item)
        abort();
    s->item[s->count].path = pl_strdup(path);
    s->item[s->count++].digest = *out;
    return KN_OK;
}

/* The spec key that names a source, for sentences. */
static const char *source_name(const pl_run_spec *spec, const char *path)
{
    const pl_data_spec *d = &spec->data;
    return path == d->images      ? "data.images"
           : path == d->labels    ? "data.labels"
           : path == d->partition ? "data.partition"
           : path == d->identity  ? "data.identity"
                                  : "a source";
}

json_t *pl_parameters_json(const pl_run_spec *spec, unsigned stages)
{
    json_t *object = json_object();
    pl_str text;
    pl_str_init(&text);
    pl_spec_canonical(spec, stages, &text);
    char *rest = NULL;
    for (char *line = strtok_r(text.text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *equal = strchr(line, '=');
        if (equal) {
            *equal = '\0';
            json_object_set_new(object, line, json_string(equal + 1));
        }
    }
    pl_str_clear(&text);
    return object;
}

static kn_status add_sources(const pl_stage *stage, const pl_run_spec *spec, pl_sources *sources,
                             json_t *object, kn_error *e)
{
    const char *path[4];
    int count = stage->sources ? stage->sources(spec, path) : 0;
    for (int i = 0; i < count; i++) {
        pl_digest digest;
        KN_TRY(pl_sources_digest(sources, path[i], &digest, e));
        json_object_set_new(object, source_name(spec, path[i]), json_string(digest.hex));
    }
    return KN_OK;
}

kn_status pl_key_parts(const pl_stage *stage, const pl_run_spec *spec, pl_sources *sources,
                       json_t **out, kn_error *e)
{
    json_t *digests = json_object();
    kn_status rc = add_sources(stage, spec, sources, digests, e);
    if (rc != KN_OK) {
        json_decref(digests);
        return rc;
    }
    json_t *parts = json_object();
    json_object_set_new(parts, "version", json_integer(stage->version));
    json_object_set_new(parts, "parameters", pl_parameters_json(spec, stage->keys));
    json_object_set_new(parts, "sources", digests);
    if (stage->numeric)
        json_object_set_new(parts, "numeric",
                            json_string(pl_numeric_identity(spec->train.precision)));
    *out = parts;
    return KN_OK;
}

pl_digest pl_key_of(const pl_stage *stage, const json_t *parts)
{
    char *text = json_dumps(parts, JSON_SORT_KEYS | JSON_COMPACT);
    char *all = pl_format("facet stage %s\n%s\n", stage->name, text ? text : "");
    pl_digest key = pl_digest_text(all);
    free(all);
    free(text);
    return key;
}

kn_status pl_run_id(const pl_stage *const *stages, const pl_run_spec *spec, pl_sources *sources,
                    char out[PL_RUN_ID], kn_error *e)
{
    json_t *digests = json_object();
    kn_status rc = KN_OK;
    for (int s = 0; s < PL_STAGE_COUNT && rc == KN_OK; s++)
        rc = add_sources(stages[s], spec, sources, digests, e);
    if (rc == KN_OK) {
        json_t *parts = json_object();
        json_object_set_new(parts, "parameters", pl_parameters_json(spec, PL_KEY_ALL));
        json_object_set(parts, "sources", digests);
        char *text = json_dumps(parts, JSON_SORT_KEYS | JSON_COMPACT);
        snprintf(out, PL_RUN_ID, "%.12s", pl_digest_text(text ? text : "").hex);
        free(text);
        json_decref(parts);
    }
    json_decref(digests);
    return rc;
}
