#include "stages/checkpoint.h"

#include <stdio.h>
#include <string.h>

#include "io/safetensors.h"
#include "util/digest.h"
#include "util/fs.h"
#include "util/log.h"

enum { SCALARS_I = 6, SCALARS_F = 8, MAX_TENSORS = 9 };

static void pack(const pl_train_state *s, int64_t steps, int64_t whole[SCALARS_I],
                 double real[SCALARS_F])
{
    const int64_t i[SCALARS_I] = {steps, s->epoch, s->position, s->best_epoch, s->wait, s->stopped};
    const double f[SCALARS_F] = {s->loss_sum, s->correct_sum,  s->epoch_seconds, s->step_seconds,
                                 s->best,     s->plateau.best, s->plateau.scale, s->judged_sum};
    memcpy(whole, i, sizeof i);
    memcpy(real, f, sizeof f);
}

static void unpack(pl_train_state *s, const int64_t whole[SCALARS_I], const double real[SCALARS_F])
{
    s->epoch = whole[1];
    s->position = whole[2];
    s->best_epoch = whole[3];
    s->wait = whole[4];
    s->stopped = whole[5] != 0;
    s->loss_sum = real[0];
    s->correct_sum = real[1];
    s->epoch_seconds = real[2];
    s->step_seconds = real[3];
    s->best = real[4];
    s->plateau.best = real[5];
    s->plateau.scale = real[6];
    s->judged_sum = real[7];
}

static void add(pl_st_tensor *list, size_t *n, const char *name, pl_st_type type, int rank,
                int64_t d0, int64_t d1, const void *data)
{
    pl_st_tensor *t = &list[(*n)++];
    *t = (pl_st_tensor){.type = type, .rank = rank, .dim = {d0, d1}, .data = data};
    snprintf(t->name, sizeof t->name, "%s", name);
}

/* Over the bytes of all tensors: what the disk gives back is what was saved. Names, types and shapes
 * need none: where one of them is damaged, a tensor is missing or does not fit. */
static pl_digest digest_of(const pl_st_tensor *list, size_t count)
{
    pl_hasher *h = pl_hasher_new();
    for (size_t i = 0; i < count; i++)
        pl_hasher_add(h, list[i].data, pl_st_bytes(&list[i]));
    return pl_hasher_end(h);
}

kn_status pl_checkpoint_save(const char *path, const char *identity, const pl_train_state *state,
                             kn_trainer *trainer, size_t block_floats, kn_error *e)
{
    int64_t whole[SCALARS_I], wait = state->plateau.wait, floats = (int64_t)block_floats;
    double real[SCALARS_F];
    pack(state, kn_trainer_steps(trainer), whole, real);
    pl_st_tensor list[MAX_TENSORS];
    size_t n = 0;
    add(list, &n, "whole", PL_ST_I64, 1, SCALARS_I, 0, whole);
    add(list, &n, "real", PL_ST_F64, 1, SCALARS_F, 0, real);
    add(list, &n, "plateau_wait", PL_ST_I64, 1, 1, 0, &wait);
    add(list, &n, "rows", PL_ST_F64, 2, state->row_count, PL_EPOCH_FIELDS, state->rows);
    add(list, &n, "weights", PL_ST_F32, 1, floats, 0, kn_trainer_params(trainer));
    for (int i = 0; i < kn_trainer_moment_count(trainer); i++)
        add(list, &n, i == 0 ? "moment_0" : "moment_1", PL_ST_F32, 1, floats, 0,
            kn_trainer_moment(trainer, i));
    if (kn_trainer_average(trainer))
        add(list, &n, "average", PL_ST_F32, 1, floats, 0, kn_trainer_average(trainer));
    if (state->best_weights && state->best_epoch > 0)
        add(list, &n, "best_weights", PL_ST_F32, 1, floats, 0, state->best_weights);
    pl_digest digest = digest_of(list, n);
    json_t *metadata = json_pack("{s:s, s:s, s:s}", "facet.checkpoint", "3", "facet.identity",
                                 identity, "facet.sha256", digest.hex);
    if (!metadata)
        return kn_fail(e, KN_ENOMEM, "no memory for a checkpoint");
    kn_status rc = pl_safetensors_write(path, list, n, metadata, e);
    json_decref(metadata);
    return rc;
}

/* The tensor's data where it is there with this type and size in bytes, else NULL. */
static const void *take(const pl_safetensors *s, const char *name, pl_st_type type, size_t items)
{
    const pl_st_tensor *t = pl_safetensors_find(s, name);
    if (!t || t->type != type)
        return NULL;
    size_t have = 1;
    for (int i = 0; i < t->rank; i++)
        have *= (size_t)t->dim[i];
    return have == items ? t->data : NULL;
}

static bool restore(const pl_safetensors *s, pl_train_state *state, int max_rows,
                    kn_trainer *trainer, size_t block_floats)
{
    const void *whole = take(s, "whole", PL_ST_I64, SCALARS_I);
    const void *real = take(s, "real", PL_ST_F64, SCALARS_F);
    const void *wait = take(s, "plateau_wait", PL_ST_I64, 1);
    const void *weights = take(s, "weights", PL_ST_F32, block_floats);
    const pl_st_tensor *rows = pl_safetensors_find(s, "rows");
    if (!whole || !real || !wait || !weights || !rows || rows->rank != 2 ||
        rows->dim[0] > max_rows || rows->dim[1] != PL_EPOCH_FIELDS || rows->type != PL_ST_F64)
        return false;
    const void *moment[2] = {NULL, NULL};
    for (int i = 0; i < kn_trainer_moment_count(trainer); i++)
        if (!(moment[i] = take(s, i == 0 ? "moment_0" : "moment_1", PL_ST_F32, block_floats)))
            return false;
    const void *average = take(s, "average", PL_ST_F32, block_floats);
    if (kn_trainer_average(trainer) && !average)
        return false;
    const void *best = take(s, "best_weights", PL_ST_F32, block_floats);
    int64_t i64[SCALARS_I], plateau_wait;
    double f64[SCALARS_F];
    memcpy(i64, whole, sizeof i64);
    memcpy(f64, real, sizeof f64);
    memcpy(&plateau_wait, wait, sizeof plateau_wait);
    if (state->best_weights && i64[3] > 0 && !best)
        return false;
    unpack(state, i64, f64);
    state->plateau.wait = (int)plateau_wait;
    state->row_count = (int)rows->dim[0];
    if (state->row_count > 0)
        memcpy(state->rows, rows->data, (size_t)state->row_count * sizeof *state->rows);
    size_t bytes = block_floats * sizeof(float);
    memcpy(kn_trainer_params(trainer), weights, bytes);
    for (int i = 0; i < kn_trainer_moment_count(trainer); i++)
        memcpy(kn_trainer_moment(trainer, i), moment[i], bytes);
    if (kn_trainer_average(trainer))
        memcpy(kn_trainer_average(trainer), average, bytes);
    if (state->best_weights && best)
        memcpy(state->best_weights, best, bytes);
    kn_trainer_set_steps(trainer, i64[0]);
    return true;
}

kn_status pl_checkpoint_load(const char *path, const char *identity, pl_train_state *state,
                             int max_rows, kn_trainer *trainer, size_t block_floats, bool *found,
                             kn_error *e)
{
    *found = false;
    if (!pl_exists(path))
        return KN_OK;
    pl_safetensors s;
    kn_error why = {KN_OK, ""};
    kn_status rc = pl_safetensors_read(path, &s, &why);
    if (rc == KN_ENOMEM)
        return kn_fail(e, rc, "%s", why.text);
    if (rc != KN_OK) {
        pl_warn("a checkpoint cannot be read and is left out: %s", why.text);
        return KN_OK;
    }
    const char *have = json_string_value(json_object_get(s.metadata, "facet.identity"));
    const char *sum = json_string_value(json_object_get(s.metadata, "facet.sha256"));
    pl_digest got = digest_of(s.tensor, s.count);
    bool damaged = sum && strcmp(sum, got.hex) != 0;
    if (!damaged && sum && have && strcmp(have, identity) == 0)
        *found = restore(&s, state, max_rows, trainer, block_floats);
    if (damaged)
        pl_warn("a checkpoint cannot be read and is left out: '%s': its content is not what was "
                "saved",
                path);
    else if (!*found)
        pl_warn("%s: a checkpoint of another run or version is left out", path);
    pl_safetensors_clear(&s);
    return KN_OK;
}
