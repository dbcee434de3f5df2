#include "stages/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "util/fs.h"
#include "util/str.h"

static kn_status open_in(const char *dir, const char *name, pl_npy_type type, int rank, pl_npy *out,
                         kn_error *e)
{
    char *path = pl_path_join(dir, name);
    kn_status rc = pl_npy_open(path, out, e);
    if (rc == KN_OK && (out->type != type || out->rank != rank)) {
        pl_npy_close(out);
        rc =
            kn_fail(e, KN_EFORMAT, "%s: not the kind of array expected here (rank %d)", path, rank);
    }
    free(path);
    return rc;
}

kn_status pl_labels_open(const char *ingest_dir, pl_npy *out, size_t *targets, kn_error *e)
{
    char *path = pl_path_join(ingest_dir, "y.npy");
    kn_status rc = pl_npy_open(path, out, e);
    bool several = rc == KN_OK && out->rank == 2;
    if (rc == KN_OK && (out->type != PL_NPY_U1 || out->rank < 1 || out->rank > 2 ||
                        (several && (out->dim[1] < 1 || out->dim[1] > KN_TARGETS_MAX)))) {
        pl_npy_close(out);
        rc = kn_fail(e, KN_EFORMAT, "%s: not an array of labels, [images] or [images, targets]",
                     path);
    }
    free(path);
    if (rc == KN_OK)
        *targets = several ? (size_t)out->dim[1] : 1;
    return rc;
}

kn_status pl_dataset_targets(const char *ingest_dir, const pl_data_spec *data, kn_arena *arena,
                             pl_targets *out, kn_error *e)
{
    *out = data->target;
    if (out->count > 0)
        return KN_OK;
    char *several = pl_path_join(ingest_dir, "targets.csv");
    char *path = pl_exists(several) ? pl_strdup(several) : pl_path_join(ingest_dir, "columns.csv");
    pl_csv csv;
    kn_status rc = pl_csv_read(path, &csv, e);
    if (rc == KN_OK) {
        const char **name = kn_arena_alloc(arena, csv.rows, sizeof *name);
        if (csv.rows < 2 || csv.rows - 1 > KN_TARGETS_MAX || !name)
            rc = kn_fail(e, KN_EFORMAT, "%s does not name 1 to %d targets", path, KN_TARGETS_MAX);
        for (size_t i = 1; rc == KN_OK && i < csv.rows; i++) {
            const char *text = pl_csv_get(&csv, i, 0);
            char *copy = kn_arena_alloc(arena, strlen(text) + 1, 1);
            if (!copy)
                rc = kn_fail(e, KN_ENOMEM, "no memory for the names of %zu targets", csv.rows - 1);
            else
                name[i - 1] = strcpy(copy, text);
        }
        if (rc == KN_OK)
            *out = (pl_targets){name, (int)csv.rows - 1};
        pl_csv_clear(&csv);
    }
    free(several);
    free(path);
    return rc;
}

kn_status pl_dataset_open(const char *ingest_dir, pl_dataset *out, kn_error *e)
{
    memset(out, 0, sizeof *out);
    KN_TRY(open_in(ingest_dir, "X.npy", PL_NPY_U1, 4, &out->x, e));
    kn_status rc = pl_labels_open(ingest_dir, &out->y, &out->targets, e);
    if (rc != KN_OK) {
        pl_npy_close(&out->x);
        return rc;
    }
    if (out->x.dim[0] != out->y.dim[0]) {
        rc = kn_fail(e, KN_EFORMAT, "%s: X.npy has %lld images, y.npy %lld labels", ingest_dir,
                     (long long)out->x.dim[0], (long long)out->y.dim[0]);
        pl_dataset_close(out);
        return rc;
    }
    out->count = (size_t)out->x.dim[0];
    out->shape = (kn_shape){(int)out->x.dim[1], (int)out->x.dim[2], (int)out->x.dim[3]};
    return KN_OK;
}

void pl_dataset_close(pl_dataset *d)
{
    pl_npy_close(&d->x);
    pl_npy_close(&d->y);
}

kn_status pl_dataset_check_net(const pl_dataset *d, const kn_net *net, kn_error *e)
{
    const kn_shape *have = &d->shape;
    kn_shape input = kn_net_input(net);
    if (d->targets != (size_t)kn_net_targets(net))
        return kn_fail(e, KN_EFORMAT, "y.npy has %zu labels an image; the model tells %d",
                       d->targets, kn_net_targets(net));
    if (have->h == input.h && have->w == input.w && have->c == input.c)
        return KN_OK;
    return kn_fail(e, KN_EFORMAT,
                   "X.npy has images of %d x %d x %d (height, width, channels); the model takes "
                   "%d x %d x %d",
                   have->h, have->w, have->c, input.h, input.w, input.c);
}

kn_status pl_side_open(const char *split_dir, const char *side, const pl_dataset *d, pl_npy *out,
                       kn_error *e)
{
    char *name = pl_format("%s.npy", side);
    kn_status rc = open_in(split_dir, name, PL_NPY_U4, 1, out, e);
    free(name);
    KN_TRY(rc);
    const uint32_t *index = out->data;
    for (int64_t i = 0; i < out->dim[0]; i++)
        if (index[i] >= d->count) {
            pl_npy_close(out);
            return kn_fail(e, KN_EFORMAT, "%s.npy names image %u of %zu", side, index[i], d->count);
        }
    return KN_OK;
}

kn_batch pl_side_batch(const pl_dataset *d, const pl_npy *side)
{
    return (kn_batch){
        .x = d->x.data, .label = d->y.data, .index = side->data, .count = (size_t)side->dim[0]};
}
