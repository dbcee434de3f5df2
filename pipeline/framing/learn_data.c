#include "framing/learn_data.h"

#include <stdlib.h>
#include <string.h>

#include "framing/learn.h"
#include "image/gray.h"
#include "image/resize.h"
#include "io/npy.h"
#include "util/fs.h"

enum { SIDE = PL_FRAME_PIXELS };

typedef struct data {
    pl_npy x, pictures, train;
    size_t faces; /* that are taken */
} data;

static kn_status open_one(const char *dir, const char *file, pl_npy_type type, int rank,
                          pl_npy *out, kn_error *e)
{
    char *path = pl_path_join(dir, file);
    kn_status rc = pl_npy_open(path, out, e);
    if (rc == KN_OK && (out->type != type || out->rank != rank))
        rc = kn_fail(e, KN_EFORMAT, "%s: not the array that ingest and split write", path);
    free(path);
    return rc;
}

static kn_status open_data(const char *ingest_dir, const char *split_dir, data *d, kn_error *e)
{
    KN_TRY(open_one(ingest_dir, "X.npy", PL_NPY_U1, 4, &d->x, e));
    KN_TRY(open_one(ingest_dir, "pictures.npy", PL_NPY_U4, 2, &d->pictures, e));
    KN_TRY(open_one(split_dir, "train.npy", PL_NPY_U4, 1, &d->train, e));
    const uint32_t *index = d->train.data;
    if (d->pictures.dim[0] != d->x.dim[0] || d->pictures.dim[1] != 3)
        return kn_fail(e, KN_EFORMAT, "%s: pictures.npy does not fit X.npy", ingest_dir);
    for (int64_t i = 0; i < d->train.dim[0]; i++)
        if (index[i] >= d->x.dim[0])
            return kn_fail(e, KN_EFORMAT, "%s: train.npy names image %u of %lld", split_dir,
                           index[i], (long long)d->x.dim[0]);
    d->faces = (size_t)d->train.dim[0];
    d->faces = d->faces > PL_LEARN_FACES_MAX ? PL_LEARN_FACES_MAX : d->faces;
    return KN_OK;
}

static void close_data(data *d)
{
    pl_npy_close(&d->x);
    pl_npy_close(&d->pictures);
    pl_npy_close(&d->train);
}

/* The i-th face taken: its image. */
static size_t image_of(const data *d, size_t i)
{
    const uint32_t *index = d->train.data;
    return index[i * (size_t)d->train.dim[0] / d->faces];
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *p = a, *q = b;
    return (*p > *q) - (*p < *q);
}

/* Of width (0) or height (1) over the faces taken. */
static int median(const data *d, size_t which, uint32_t *room)
{
    const uint32_t *picture = d->pictures.data;
    for (size_t i = 0; i < d->faces; i++)
        room[i] = picture[3 * image_of(d, i) + which];
    qsort(room, d->faces, sizeof *room, by_size);
    return d->faces && room[d->faces / 2] > 0 ? (int)room[d->faces / 2] : 1;
}

static kn_status resize_faces(const data *d, uint8_t *face, kn_error *e)
{
    int h = (int)d->x.dim[1], w = (int)d->x.dim[2], c = (int)d->x.dim[3];
    size_t pixels = (size_t)w * (size_t)h, row = pixels * (size_t)c;
    kn_resize *r = NULL;
    KN_TRY(kn_resize_new(KN_FILTER_TRIANGLE, w, h, SIDE, SIDE, 1, &r, e));
    uint8_t *grey = malloc(pixels);
    void *scratch = malloc(kn_resize_scratch_bytes(r) + 1);
    kn_status rc = grey && scratch ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for %dx%d", w, h);
    for (size_t i = 0; rc == KN_OK && i < d->faces; i++) {
        const uint8_t *x = (const uint8_t *)d->x.data + image_of(d, i) * row;
        if (c == 3)
            kn_gray_from_rgb(pixels, x, grey);
        else
            memcpy(grey, x, pixels);
        kn_resize_run(r, grey, (size_t)w, face + i * SIDE * SIDE, scratch);
    }
    free(grey);
    free(scratch);
    kn_resize_free(r);
    return rc;
}

kn_status pl_framer_learn_data(const char *ingest_dir, const char *split_dir, kn_pool *pool,
                               pl_framer *out, kn_error *e)
{
    data d = {0};
    uint8_t *face = NULL;
    uint32_t *room = NULL;
    kn_status rc = open_data(ingest_dir, split_dir, &d, e);
    if (rc == KN_OK) {
        face = malloc(d.faces * SIDE * SIDE + 1);
        room = malloc(d.faces * sizeof *room + 1);
        rc = face && room ? resize_faces(&d, face, e)
                          : kn_fail(e, KN_ENOMEM, "no memory for %zu faces", d.faces);
    }
    if (rc == KN_OK)
        rc = pl_framer_learn(face, d.faces, median(&d, 0, room), median(&d, 1, room), pool, out, e);
    free(face);
    free(room);
    close_data(&d);
    return rc;
}
