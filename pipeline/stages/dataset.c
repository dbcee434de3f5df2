#include "stages/dataset.h"

#include <stdlib.h>
#include <string.h>

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

kn_status pl_dataset_open(const char *ingest_dir, pl_dataset *out, kn_error *e)
{
    memset(out, 0, sizeof *out);
    KN_TRY(open_in(ingest_dir, "X.npy", PL_NPY_U1, 4, &out->x, e));
    kn_status rc = open_in(ingest_dir, "y.npy", PL_NPY_U1, 1, &out->y, e);
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

kn_status pl_dataset_check_shape(const pl_dataset *d, kn_shape input, kn_error *e)
{
    const kn_shape *have = &d->shape;
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
