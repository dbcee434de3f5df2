#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "framing/framer.h"
#include "io/safetensors.h"
#include "util/str.h"

enum { LINEARS = 1 + 4 * PL_FRAMER_STEPS, JUDGE = 4, FACTS = 6, TENSORS = 2 * LINEARS + JUDGE + 1 };

static const char version_key[] = "facet.framer", facts_name[] = "facts";

/* The i-th scorer and its name. */
static const pl_linear *linear_of(const pl_framer *f, int i, char name[64])
{
    static const char *const part[] = {"scale", "dx", "dy", "turn"};
    if (i == 0) {
        strcpy(name, "coarse");
        return &f->coarse;
    }
    const pl_step *step = &f->step[(i - 1) / 4];
    const pl_linear *const of[] = {&step->scale, &step->dx, &step->dy, &step->turn};
    snprintf(name, 64, "step%d.%s", (i - 1) / 4 + 1, part[(i - 1) % 4]);
    return of[(i - 1) % 4];
}

static const struct {
    const char *name;
    int rank;
    int64_t dim[2];
    size_t at; /* in pl_judge */
} judge_tensors[JUDGE] = {
    {"judge.hidden.weight", 2, {PL_WINDOW_FEATURES, PL_JUDGE_UNITS}, offsetof(pl_judge, weight)},
    {"judge.hidden.bias", 1, {PL_JUDGE_UNITS}, offsetof(pl_judge, bias)},
    {"judge.out.weight", 1, {PL_JUDGE_UNITS}, offsetof(pl_judge, out)},
    {"judge.out.bias", 1, {1}, offsetof(pl_judge, out_bias)},
};

static void name_tensor(pl_st_tensor *t, const char *name, const char *what)
{
    snprintf(t->name, sizeof t->name, "%.60s.%s", name, what);
}

kn_status pl_framer_write(const pl_framer *f, const char *path, kn_error *e)
{
    const double facts[FACTS] = {f->width, f->height,  f->threshold,
                                 f->kept,  f->refused, (double)f->faces};
    pl_st_tensor t[TENSORS];
    char version[16];
    for (int i = 0; i < LINEARS; i++) {
        char name[64];
        const pl_linear *l = linear_of(f, i, name);
        t[2 * i] = (pl_st_tensor){
            .type = PL_ST_F32, .rank = 1, .dim = {PL_WINDOW_FEATURES}, .data = l->weight};
        t[2 * i + 1] = (pl_st_tensor){.type = PL_ST_F32, .rank = 1, .dim = {1}, .data = &l->bias};
        name_tensor(&t[2 * i], name, "weight");
        name_tensor(&t[2 * i + 1], name, "bias");
    }
    for (int i = 0; i < JUDGE; i++) {
        pl_st_tensor *to = &t[2 * LINEARS + i];
        *to = (pl_st_tensor){.type = PL_ST_F32,
                             .rank = judge_tensors[i].rank,
                             .data = (const char *)&f->judge + judge_tensors[i].at};
        memcpy(to->dim, judge_tensors[i].dim, sizeof judge_tensors[i].dim);
        strcpy(to->name, judge_tensors[i].name);
    }
    t[TENSORS - 1] = (pl_st_tensor){.type = PL_ST_F64, .rank = 1, .dim = {FACTS}, .data = facts};
    strcpy(t[TENSORS - 1].name, facts_name);
    snprintf(version, sizeof version, "%d", PL_FRAMER_VERSION);
    json_t *metadata = json_pack("{s:s}", version_key, version);
    kn_status rc = metadata ? pl_safetensors_write(path, t, TENSORS, metadata, e)
                            : kn_fail(e, KN_ENOMEM, "no memory for the framer's metadata");
    json_decref(metadata);
    return rc;
}

static kn_status take(const pl_safetensors *s, const char *path, const char *name, pl_st_type type,
                      int rank, int64_t n, void *out, kn_error *e)
{
    const pl_st_tensor *t = pl_safetensors_find(s, name);
    if (!t || t->type != type || t->rank != rank || t->dim[0] != n)
        return kn_fail(e, KN_EFORMAT, "%s: no tensor '%s' of %lld rows, as a framer has", path,
                       name, (long long)n);
    memcpy(out, t->data, pl_st_bytes(t));
    return KN_OK;
}

static kn_status read_linears(const pl_safetensors *s, const char *path, pl_framer *out,
                              kn_error *e)
{
    for (int i = 0; i < LINEARS; i++) {
        char name[64];
        pl_st_tensor named;
        pl_linear read;
        const pl_linear *place = linear_of(out, i, name);
        name_tensor(&named, name, "weight");
        KN_TRY(take(s, path, named.name, PL_ST_F32, 1, PL_WINDOW_FEATURES, read.weight, e));
        name_tensor(&named, name, "bias");
        KN_TRY(take(s, path, named.name, PL_ST_F32, 1, 1, &read.bias, e));
        memcpy((char *)out + ((const char *)place - (const char *)out), &read, sizeof read);
    }
    return KN_OK;
}

static kn_status read_rest(const pl_safetensors *s, const char *path, pl_framer *out, kn_error *e)
{
    double facts[FACTS];
    for (int i = 0; i < JUDGE; i++)
        KN_TRY(take(s, path, judge_tensors[i].name, PL_ST_F32, judge_tensors[i].rank,
                    judge_tensors[i].dim[0], (char *)&out->judge + judge_tensors[i].at, e));
    KN_TRY(take(s, path, facts_name, PL_ST_F64, 1, FACTS, facts, e));
    for (int i = 0; i < FACTS; i++)
        if (!isfinite(facts[i]) || (i < 2 && !(facts[i] >= 1 && facts[i] <= 100000)))
            return kn_fail(e, KN_EFORMAT, "%s: facts[%d] is %g, which no framer has", path, i,
                           facts[i]);
    out->width = (int)facts[0];
    out->height = (int)facts[1];
    out->threshold = facts[2];
    out->kept = facts[3];
    out->refused = facts[4];
    out->faces = (long long)facts[5];
    return KN_OK;
}

kn_status pl_framer_read(const char *path, pl_framer *out, kn_error *e)
{
    pl_safetensors s;
    char version[16];
    memset(out, 0, sizeof *out);
    KN_TRY(pl_safetensors_read(path, &s, e));
    snprintf(version, sizeof version, "%d", PL_FRAMER_VERSION);
    const char *have = json_string_value(json_object_get(s.metadata, version_key));
    kn_status rc = KN_OK;
    if (!have || strcmp(have, version) != 0)
        rc = kn_fail(e, KN_EFORMAT, "%s: not a framer of version %s", path, version);
    if (rc == KN_OK)
        rc = read_linears(&s, path, out, e);
    if (rc == KN_OK)
        rc = read_rest(&s, path, out, e);
    pl_safetensors_clear(&s);
    return rc;
}
