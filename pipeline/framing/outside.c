#include "framing/outside.h"

#include <stdlib.h>
#include <string.h>

#include "data/pump.h"
#include "data/source.h"
#include "util/str.h"

/* What one picture became. Written by the one task that has it. */
typedef struct looked {
    kn_status status;
    char *reason; /* heap; of a broken one */
    int faces;
    pl_seen *seen; /* [faces] */
    uint8_t *x;    /* [faces, row] */
} looked;

typedef struct loading {
    const pl_framing *framing;
    size_t row; /* bytes of a face */
    int channels;
    looked *picture;
    pl_reframe **reframe; /* by worker */
    pl_image *image;      /* by worker */
} loading;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static kn_status look(loading *l, const pl_picture *picture, int worker, looked *out, kn_error *e)
{
    pl_image *image = &l->image[worker];
    pl_seen seen[PL_FACES_MAX];
    if (!picture->bytes)
        return kn_fail(e, KN_EFORMAT, "%s", picture->reason);
    image->as_stored = l->framing->turn != PL_TURN_EXIF;
    KN_TRY(pl_decode(picture->bytes, picture->size, l->channels, image, e));
    KN_TRY(pl_image_frame(image, l->framing, e));
    KN_TRY(pl_reframe_look(l->reframe[worker], image->pixels, image->w, image->h, seen, &out->faces,
                           e));
    size_t n = (size_t)out->faces;
    out->seen = must(malloc(n * sizeof *seen));
    out->x = must(malloc(n * l->row));
    memcpy(out->seen, seen, n * sizeof *seen);
    for (size_t i = 0; i < n; i++)
        KN_TRY(pl_reframe_cut(l->reframe[worker], &seen[i], out->x + i * l->row, e));
    return KN_OK;
}

static void work(void *context, const pl_picture *picture, int worker)
{
    loading *l = context;
    looked *out = &l->picture[picture->index];
    kn_error error;
    out->status = look(l, picture, worker, out, &error);
    if (out->status != KN_OK)
        out->reason = pl_strdup(error.text);
}

static void make_room(pl_images *out, pl_seen **seen, size_t pictures, size_t rows, size_t row)
{
    out->x = must(malloc(rows * row + 1));
    out->name = must(calloc(rows + 1, sizeof *out->name));
    out->index = must(calloc(rows + 1, sizeof *out->index));
    out->size = must(calloc(rows + 1, sizeof *out->size));
    out->bad = must(calloc(pictures, sizeof *out->bad));
    *seen = must(calloc(rows + 1, sizeof **seen));
}

static kn_status collect(const loading *l, const pl_source *source, pl_images *out, pl_seen **seen,
                         kn_error *e)
{
    size_t pictures = pl_source_count(source), rows = 0;
    for (size_t i = 0; i < pictures; i++)
        rows += l->picture[i].status == KN_OK ? (size_t)l->picture[i].faces : 0;
    make_room(out, seen, pictures, rows, l->row);
    for (size_t i = 0; i < pictures; i++) {
        const looked *p = &l->picture[i];
        const char *name = pl_source_name(source, i);
        if (p->status == KN_EFORMAT)
            out->bad[out->bad_count++] = pl_format("%s: %s", name, p->reason);
        else if (p->status != KN_OK)
            return kn_fail(e, p->status, "%s: %s", name, p->reason);
        for (int k = 0; p->status == KN_OK && k < p->faces; k++, out->count++) {
            memcpy(out->x + out->count * l->row, p->x + (size_t)k * l->row, l->row);
            (*seen)[out->count] = p->seen[k];
            out->name[out->count] = pl_strdup(name);
            out->index[out->count] = i;
            out->size[out->count][0] = p->seen[k].w;
            out->size[out->count][1] = p->seen[k].h;
        }
    }
    if (out->count == 0)
        return kn_fail(e, KN_EDATA, "none of %zu pictures can be read: %s", pictures, out->bad[0]);
    return KN_OK;
}

static kn_status load(pl_source *source, loading *l, const pl_reframe_options *options,
                      kn_pool *pool, pl_images *out, pl_seen **seen, kn_error *e)
{
    size_t pictures = pl_source_count(source), workers = (size_t)kn_pool_size(pool);
    l->picture = must(calloc(pictures, sizeof *l->picture));
    l->reframe = must(calloc(workers, sizeof *l->reframe));
    l->image = must(calloc(workers, sizeof *l->image));
    for (size_t i = 0; i < workers; i++)
        l->reframe[i] = pl_reframe_new(options);
    pl_pump pump = {.work = work, .context = l};
    kn_status rc = pl_pump_run(source, pool, &pump, e);
    if (rc == KN_OK)
        rc = collect(l, source, out, seen, e);
    for (size_t i = 0; i < workers; i++) {
        pl_reframe_free(l->reframe[i]);
        pl_image_clear(&l->image[i]);
    }
    for (size_t i = 0; i < pictures; i++) {
        free(l->picture[i].reason);
        free(l->picture[i].seen);
        free(l->picture[i].x);
    }
    free(l->picture);
    free(l->reframe);
    free(l->image);
    return rc;
}

kn_status pl_outside_load(const char *path, const pl_framing *framing,
                          const pl_reframe_options *options, kn_pool *pool, pl_images *out,
                          pl_seen **seen, kn_error *e)
{
    pl_source *source = NULL;
    *out = (pl_images){.w = options->w, .h = options->h, .c = options->c};
    *seen = NULL;
    KN_TRY(pl_source_open(path, &source, e));
    loading l = {.framing = framing,
                 .row = (size_t)out->w * (size_t)out->h * (size_t)out->c,
                 .channels = options->c};
    kn_status rc = load(source, &l, options, pool, out, seen, e);
    pl_source_close(source);
    if (rc != KN_OK) {
        pl_images_clear(out);
        free(*seen);
        *seen = NULL;
    }
    return rc;
}
