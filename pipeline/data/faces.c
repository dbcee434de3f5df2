#include "data/faces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/faces_draw.h"
#include "data/faces_file.h"
#include "data/faces_jpeg.h"
#include "data/faces_plan.h"
#include "data/faces_traits.h"
#include "data/faces_zip.h"
#include "util/fs.h"
#include "util/sys.h"

enum { BLOCK = 128 }; /* pictures drawn in parallel before they are written in order */
enum { ARCHIVE, ATTRIBUTES, PARTITION, IDENTITY, FILES }; /* published in this order */

static const char *const file_names[FILES] = {"img_align_celeba.zip", "list_attr_celeba.csv",
                                              "list_eval_partition.csv", "identity_CelebA.txt"};

typedef struct picture {
    pl_jpeg_buffer jpeg;
    uint32_t crc;
    int labels[PL_FACE_ATTRIBUTE_COUNT];
    kn_status status;
    kn_error error;
} picture;

typedef struct worker {
    pl_canvas canvas;
    uint8_t rgb[PL_CANVAS_H * PL_CANVAS_W * 3];
} worker;

typedef struct writer {
    uint64_t seed;
    pl_faces_plan plan;
    pl_faces_file files[FILES];
    pl_zip zip;
    picture *pictures; /* [BLOCK] */
    worker *workers;
    int first; /* of the block in work */
} writer;

static void draw_one(void *context, size_t task, int number)
{
    writer *w = context;
    picture *p = &w->pictures[task];
    worker *own = &w->workers[number];
    uint32_t index = (uint32_t)w->first + (uint32_t)task;
    pl_person person;
    pl_face face;
    pl_face_person(w->seed, w->plan.person[index], &person);
    pl_face_picture(w->seed, index, &person, &face);
    pl_face_labels(w->seed, index, &face, p->labels);
    pl_face_draw(&face, &own->canvas, own->rgb);
    p->status = pl_jpeg_encode(own->rgb, PL_CANVAS_W, PL_CANVAS_H, &p->jpeg, &p->error);
    if (p->status == KN_OK)
        p->crc = pl_zip_crc32(p->jpeg.bytes, p->jpeg.size);
}

static kn_status add_text(writer *w, int file, const char *text, kn_error *e)
{
    return pl_faces_file_add(&w->files[file], text, strlen(text), e);
}

static kn_status add_headers(writer *w, kn_error *e)
{
    KN_TRY(add_text(w, PARTITION, "image_id,partition\n", e));
    KN_TRY(add_text(w, ATTRIBUTES, "image_id", e));
    for (int i = 0; i < PL_FACE_ATTRIBUTE_COUNT; i++) {
        KN_TRY(add_text(w, ATTRIBUTES, ",", e));
        KN_TRY(add_text(w, ATTRIBUTES, pl_face_attribute_name(i), e));
    }
    return add_text(w, ATTRIBUTES, "\n", e);
}

static kn_status add_picture(writer *w, int index, picture *p, kn_error *e)
{
    if (p->status != KN_OK)
        return kn_fail(e, p->status, "picture %d: %s", index + 1, p->error.text);
    char line[16 + 3 * PL_FACE_ATTRIBUTE_COUNT];
    snprintf(line, sizeof line, "%06d.jpg,%d\n", index + 1, pl_faces_partition(&w->plan, index));
    KN_TRY(add_text(w, PARTITION, line, e));
    snprintf(line, sizeof line, "%06d.jpg %u\n", index + 1, w->plan.person[index] + 1);
    KN_TRY(add_text(w, IDENTITY, line, e));
    int at = snprintf(line, sizeof line, "%06d.jpg", index + 1);
    for (int i = 0; i < PL_FACE_ATTRIBUTE_COUNT; i++)
        at += snprintf(line + at, sizeof line - (size_t)at, ",%d", p->labels[i]);
    line[at++] = '\n';
    KN_TRY(pl_faces_file_add(&w->files[ATTRIBUTES], line, (size_t)at, e));
    return pl_zip_add(&w->zip, p->jpeg.bytes, (uint32_t)p->jpeg.size, p->crc, e);
}

static kn_status write_all(writer *w, kn_pool *pool, pl_faces_progress progress, void *context,
                           kn_error *e)
{
    int images = w->plan.images;
    KN_TRY(add_headers(w, e));
    for (w->first = 0; w->first < images; w->first += BLOCK) {
        int n = images - w->first < BLOCK ? images - w->first : BLOCK;
        kn_pool_run(pool, (size_t)n, draw_one, w);
        for (int i = 0; i < n; i++)
            KN_TRY(add_picture(w, w->first + i, &w->pictures[i], e));
        if (progress && !progress(context, w->first + n, images))
            return kn_fail(e, KN_EINTERRUPTED, "stopped after %d of %d images: nothing is kept",
                           w->first + n, images);
    }
    return pl_zip_end(&w->zip, e);
}

/* Refuses a folder that holds somebody's real pictures or tables. */
static kn_status check_folder(const char *dir, kn_error *e)
{
    kn_status rc = KN_OK;
    char *archive = pl_path_join(dir, file_names[ARCHIVE]);
    bool ours = pl_zip_is_ours(archive);
    free(archive);
    for (int i = 0; !ours && i < FILES && rc == KN_OK; i++) {
        char *path = pl_path_join(dir, file_names[i]);
        if (pl_exists(path))
            rc = kn_fail(
                e, KN_EUSAGE,
                "'%s' is there and was not written by facet: it is left alone; name another folder",
                path);
        free(path);
    }
    return rc;
}

static kn_status open_all(writer *w, const char *dir, kn_pool *pool, kn_error *e)
{
    size_t images = (size_t)w->plan.images;
    w->pictures = calloc(BLOCK, sizeof *w->pictures);
    w->workers = calloc((size_t)kn_pool_size(pool), sizeof *w->workers);
    w->zip = (pl_zip){.file = &w->files[ARCHIVE], .room = images};
    w->zip.entries = malloc(images * sizeof *w->zip.entries);
    if (!w->pictures || !w->workers || !w->zip.entries)
        return kn_fail(e, KN_ENOMEM, "no memory to draw faces on %d threads", kn_pool_size(pool));
    for (int i = 0; i < FILES; i++)
        KN_TRY(pl_faces_file_open(&w->files[i], dir, file_names[i], e));
    return KN_OK;
}

static kn_status publish_all(writer *w, const char *dir, kn_error *e)
{
    for (int i = 0; i < FILES; i++)
        KN_TRY(pl_faces_file_close(&w->files[i], e));
    for (int i = 0; i < FILES; i++)
        KN_TRY(pl_faces_file_publish(&w->files[i], e));
    return pl_fsync_path(dir, e);
}

static void clear(writer *w)
{
    for (int i = 0; i < FILES; i++)
        pl_faces_file_clear(&w->files[i]);
    for (int i = 0; w->pictures && i < BLOCK; i++)
        free(w->pictures[i].jpeg.bytes);
    free(w->pictures);
    free(w->workers);
    free(w->zip.entries);
    pl_faces_plan_clear(&w->plan);
}

kn_status pl_faces_write(const char *dir, int images, uint64_t seed, kn_pool *pool,
                         pl_faces_progress progress, void *context, kn_error *e)
{
    if (images < 1 || images > PL_FACES_MAX_IMAGES)
        return kn_fail(e, KN_EUSAGE, "%d images: a set of faces has 1 to %d", images,
                       PL_FACES_MAX_IMAGES);
    KN_TRY(check_folder(dir, e));
    bool made = !pl_exists(dir);
    KN_TRY(pl_make_dirs(dir, e));
    kn_status rc;
    writer w = {.seed = seed};
    KN_TRY_TO(rc, cleanup, pl_faces_plan_init(&w.plan, images, seed, e));
    KN_TRY_TO(rc, cleanup, open_all(&w, dir, pool, e));
    KN_TRY_TO(rc, cleanup, write_all(&w, pool, progress, context, e));
    rc = publish_all(&w, dir, e);
cleanup:
    clear(&w);
    if (rc != KN_OK && made)
        pl_sys_rmdir(dir); /* its parents, if made too, stay */
    return rc;
}
