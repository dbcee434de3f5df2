#include "stages/model_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "io/safetensors.h"
#include "nn/net_fold.h"
#include "util/log.h"
#include "util/str.h"

static const char parameters_key[] = "facet.parameters", format_key[] = "facet.format",
                  format[] = "1";

kn_status pl_model_save(const char *path, const pl_run_spec *spec, const kn_net *net,
                        const float *block, kn_error *e)
{
    int count = kn_net_tensor_count(net);
    pl_st_tensor *list = calloc((size_t)count, sizeof *list);
    if (!list)
        return kn_fail(e, KN_ENOMEM, "no memory for %d tensors", count);
    /* the view functions take a block they may hand out for writing; nothing here writes */
    float *readable = (float *)(uintptr_t)block;
    for (int i = 0; i < count; i++) {
        kn_tensor t = kn_net_tensor(net, i, readable);
        list[i] = (pl_st_tensor){.type = PL_ST_F32, .rank = t.rank, .data = t.data};
        memcpy(list[i].dim, t.dim, sizeof list[i].dim);
        memcpy(list[i].name, t.name, sizeof t.name);
    }
    pl_str canonical;
    pl_str_init(&canonical);
    pl_spec_canonical(spec, PL_KEY_TRAIN, &canonical);
    json_t *metadata = json_pack("{s:s, s:s}", format_key, format, parameters_key, canonical.text);
    kn_status rc = metadata ? pl_safetensors_write(path, list, (size_t)count, metadata, e)
                            : kn_fail(e, KN_ENOMEM, "no memory for the model's metadata");
    json_decref(metadata);
    pl_str_clear(&canonical);
    free(list);
    return rc;
}

static void shape_text(const int64_t *dim, int rank, pl_str *out)
{
    pl_str_reset(out);
    for (int i = 0; i < rank; i++)
        pl_str_addf(out, "%s%lld", i ? "x" : "", (long long)dim[i]);
}

static kn_status check_shape(const char *path, const pl_st_tensor *have, const kn_tensor *want,
                             kn_error *e)
{
    bool same = have->type == PL_ST_F32 && have->rank == want->rank;
    for (int i = 0; same && i < want->rank; i++)
        same = have->dim[i] == want->dim[i];
    if (same)
        return KN_OK;
    pl_str a, b;
    pl_str_init(&a);
    pl_str_init(&b);
    shape_text(have->dim, have->rank, &a);
    shape_text(want->dim, want->rank, &b);
    kn_fail(e, KN_EFORMAT, "%s: tensor '%s' is %s %s; the model it states has f32 %s", path,
            want->name, have->type == PL_ST_F32 ? "f32" : "another type,", a.text, b.text);
    pl_str_clear(&a);
    pl_str_clear(&b);
    return KN_EFORMAT;
}

static kn_status fill_block(const char *path, const pl_safetensors *s, pl_model *m, kn_error *e)
{
    int count = kn_net_tensor_count(m->net);
    if (s->count != (size_t)count)
        return kn_fail(e, KN_EFORMAT, "%s: %zu tensors; the model it states has %d", path, s->count,
                       count);
    for (int i = 0; i < count; i++) {
        kn_tensor t = kn_net_tensor(m->net, i, m->block);
        const pl_st_tensor *have = pl_safetensors_find(s, t.name);
        if (!have)
            return kn_fail(e, KN_EFORMAT, "%s: there is no tensor '%s'", path, t.name);
        KN_TRY(check_shape(path, have, &t, e));
        memcpy(t.data, have->data, kn_tensor_size(&t) * sizeof(float));
    }
    return KN_OK;
}

static kn_status build_net(const char *path, const char *parameters, pl_model *m, kn_error *e)
{
    kn_net_desc desc;
    kn_status rc = pl_spec_from_canonical(parameters, &m->arena, &m->spec, e);
    if (rc == KN_OK)
        rc = pl_spec_net(&m->spec, &m->arena, &desc, e);
    if (rc == KN_OK && desc.precision == KN_PRECISION_BF16 && kn_bf16_get() == KN_BF16_NONE) {
        pl_warn("%s was trained with products in bf16, which this machine does not have: here it "
                "predicts in fp32, and probabilities may differ from the third digit on",
                path);
        desc.precision = KN_PRECISION_F32;
    }
    if (rc == KN_OK)
        rc = kn_net_new(&desc, &m->net, e);
    if (rc == KN_OK)
        return KN_OK;
    kn_prepend(e, "%s: ", path);
    /* what would be the user's mistake in a spec is a damaged file here */
    if (rc == KN_EUSAGE)
        rc = KN_EFORMAT;
    if (e)
        e->status = rc;
    return rc;
}

static kn_status load(const char *path, const pl_safetensors *s, pl_model *m, kn_error *e)
{
    const char *have = json_string_value(json_object_get(s->metadata, format_key));
    const char *parameters = json_string_value(json_object_get(s->metadata, parameters_key));
    if (!have || !parameters)
        return kn_fail(e, KN_EFORMAT,
                       "%s: a safetensors file, but not a model of facet (no '%s' in its metadata)",
                       path, have ? parameters_key : format_key);
    if (strcmp(have, format) != 0)
        return kn_fail(e, KN_EFORMAT, "%s: model format %s; this program reads format %s", path,
                       have, format);
    KN_TRY(build_net(path, parameters, m, e));
    m->block = kn_arena_alloc(&m->arena, kn_net_block_floats(m->net), sizeof *m->block);
    if (!m->block)
        return kn_fail(e, KN_ENOMEM, "%s: no memory for its parameters", path);
    return fill_block(path, s, m, e);
}

kn_status pl_model_load(const char *path, pl_model *out, kn_error *e)
{
    memset(out, 0, sizeof *out);
    kn_arena_init(&out->arena);
    pl_safetensors s;
    KN_TRY(pl_safetensors_read(path, &s, e));
    kn_status rc = load(path, &s, out, e);
    pl_safetensors_clear(&s);
    if (rc != KN_OK)
        pl_model_clear(out);
    return rc;
}

kn_status pl_model_fold(pl_model *m, kn_error *e)
{
    kn_net *net = NULL;
    float *block = NULL;
    KN_TRY(kn_net_fold(m->net, m->block, &m->arena, &net, &block, e));
    kn_net_free(m->net);
    m->net = net;
    m->block = block;
    return KN_OK;
}

void pl_model_clear(pl_model *m)
{
    kn_net_free(m->net);
    kn_arena_clear(&m->arena);
    m->net = NULL;
    m->block = NULL;
}
