#include "data/images.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "data/fit.h"
#include "data/pump.h"
#include "data/source.h"
#include "util/str.h"

typedef struct loader {
    uint8_t *x;
    size_t row;    /* bytes of a picture in x */
    char **reason; /* [pictures] of broken ones; each is written by the one task that has it */
    kn_status *status;
    pl_fit **fit;
    int (*size)[2]; /* [pictures] */
} loader;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static void work(void *context, const pl_picture *picture, int worker)
{
    loader *l = context;
    kn_error error;
    uint8_t *out = l->x + picture->index * l->row;
    l->status[picture->index] = pl_fit_run(l->fit[worker], picture, &out, &error);
    if (l->status[picture->index] != KN_OK)
        l->reason[picture->index] = pl_strdup(error.text);
    else
        pl_fit_size(l->fit[worker], &l->size[picture->index][0], &l->size[picture->index][1]);
}

/* Splits the pictures into good and bad, closing the gaps in x. */
static kn_status sort_out(loader *l, const pl_source *source, pl_images *out, kn_error *e)
{
    size_t all = pl_source_count(source);
    for (size_t i = 0; i < all; i++) {
        if (l->status[i] == KN_OK) {
            if (out->count != i)
                memmove(l->x + out->count * l->row, l->x + i * l->row, l->row);
            out->index[out->count] = i;
            out->size[out->count][0] = l->size[i][0];
            out->size[out->count][1] = l->size[i][1];
            out->name[out->count++] = pl_strdup(pl_source_name(source, i));
        } else if (l->status[i] == KN_EFORMAT) {
            out->bad[out->bad_count++] =
                pl_format("%s: %s", pl_source_name(source, i), l->reason[i]);
        } else {
            return kn_fail(e, l->status[i], "%s: %s", pl_source_name(source, i), l->reason[i]);
        }
    }
    if (out->count == 0)
        return kn_fail(e, KN_EDATA, "none of %zu pictures can be read: %s", all, out->bad[0]);
    return KN_OK;
}

static kn_status load(pl_source *source, const pl_fit_target *target, const pl_framing *framing,
                      kn_pool *pool, pl_images *out, kn_error *e)
{
    size_t all = pl_source_count(source), bytes = 0;
    loader l = {.row = (size_t)out->w * (size_t)out->h * (size_t)out->c};
    if (!kn_size_mul(l.row, all, &bytes) || !(out->x = malloc(bytes)))
        return kn_fail(e, KN_ENOMEM, "out of memory for %zu pictures of %dx%d", all, out->w,
                       out->h);
    l.x = out->x;
    l.reason = must(calloc(all, sizeof *l.reason));
    l.status = must(calloc(all, sizeof *l.status));
    l.fit = must(calloc((size_t)kn_pool_size(pool), sizeof(pl_fit *)));
    out->name = must(calloc(all, sizeof *out->name));
    out->bad = must(calloc(all, sizeof *out->bad));
    out->index = must(calloc(all, sizeof *out->index));
    out->size = must(calloc(all, sizeof *out->size));
    l.size = must(calloc(all, sizeof *l.size));
    for (int i = 0; i < kn_pool_size(pool); i++) {
        l.fit[i] = pl_fit_new(target, 1);
        pl_fit_frame(l.fit[i], framing);
    }
    pl_pump pump = {.work = work, .context = &l};
    kn_status rc = pl_pump_run(source, pool, &pump, e);
    if (rc == KN_OK)
        rc = sort_out(&l, source, out, e);
    for (int i = 0; i < kn_pool_size(pool); i++)
        pl_fit_free(l.fit[i]);
    for (size_t i = 0; i < all; i++)
        free(l.reason[i]);
    free(l.fit);
    free(l.size);
    free(l.reason);
    free(l.status);
    return rc;
}

kn_status pl_images_load(const char *path, int w, int h, int channels, kn_filter filter,
                         kn_pool *pool, pl_images *out, kn_error *e)
{
    const pl_fit_target target = {w, h, channels, filter};
    return pl_images_load_framed(path, &target, &(pl_framing){0}, pool, out, e);
}

kn_status pl_images_load_framed(const char *path, const pl_fit_target *target,
                                const pl_framing *framing, kn_pool *pool, pl_images *out,
                                kn_error *e)
{
    pl_source *source = NULL;
    *out = (pl_images){.w = target->w, .h = target->h, .c = target->channels};
    KN_TRY(pl_source_open(path, &source, e));
    kn_status rc = load(source, target, framing, pool, out, e);
    pl_source_close(source);
    if (rc != KN_OK)
        pl_images_clear(out);
    return rc;
}

void pl_images_clear(pl_images *i)
{
    for (size_t k = 0; k < i->count; k++)
        free(i->name[k]);
    for (size_t k = 0; k < i->bad_count; k++)
        free(i->bad[k]);
    free(i->name);
    free(i->bad);
    free(i->index);
    free(i->size);
    free(i->x);
    *i = (pl_images){0};
}
