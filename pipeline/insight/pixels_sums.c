/* Sums and the shelf, declared in pixels.h. */
#include <stdlib.h>
#include <string.h>

#include "insight/pixels.h"
#include "util/str.h"

/* Images are taken in blocks by the pool's tasks; each worker adds up on its own in 32 bits, which hold the squares of BLOCK
 * images, and the blocks' sums of whole numbers are then added: the order does not matter. */
enum { BLOCK = 1 << 15 };

typedef struct summing {
    const pl_pixels *p;
    const uint32_t *index;
    size_t n, size, per; /* per: images of a task */
    uint32_t *part;      /* [workers, 2, size] of a task */
    uint64_t *whole;     /* [workers, 2, size] */
} summing;

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

static void sum_block(void *context, size_t task, int worker)
{
    summing *w = context;
    uint32_t *sum = w->part + 2 * w->size * (size_t)worker, *square = sum + w->size;
    uint64_t *whole = w->whole + 2 * w->size * (size_t)worker;
    size_t from = task * w->per, end = from + w->per < w->n ? from + w->per : w->n;
    memset(sum, 0, 2 * w->size * sizeof *sum);
    for (size_t i = from; i < end; i++) {
        const uint8_t *x = pl_pixels_row(w->p, w->index[i]);
        for (size_t k = 0; k < w->size; k++) {
            uint32_t v = x[k];
            sum[k] += v;
            square[k] += v * v;
        }
    }
    for (size_t k = 0; k < 2 * w->size; k++)
        whole[k] += sum[k];
}

void pl_pixel_sums_make(const pl_pixels *p, const uint32_t *index, size_t n, kn_pool *pool,
                        pl_pixel_sums *out)
{
    size_t size = (size_t)p->width * (size_t)p->height * (size_t)p->channels;
    size_t workers = (size_t)kn_pool_size(pool), per = (n + workers - 1) / workers;
    per = per > BLOCK ? BLOCK : per ? per : 1;
    summing w = {.p = p, .index = index, .n = n, .size = size, .per = per};
    w.part = zeroed(workers * 2 * size, sizeof *w.part);
    w.whole = zeroed(workers * 2 * size, sizeof *w.whole);
    kn_pool_run(pool, (n + per - 1) / per, sum_block, &w);
    *out = (pl_pixel_sums){size, n, zeroed(size, 8), zeroed(size, 8)};
    for (size_t i = 0; i < workers; i++)
        for (size_t k = 0; k < size; k++) {
            out->sum[k] += w.whole[2 * size * i + k];
            out->square[k] += w.whole[2 * size * i + size + k];
        }
    free(w.part);
    free(w.whole);
}

void pl_pixel_sums_clear(pl_pixel_sums *s)
{
    free(s->sum);
    free(s->square);
    *s = (pl_pixel_sums){0, 0, NULL, NULL};
}

void pl_shelf_init(pl_shelf *s, const char *cache_dir, kn_pool *pool)
{
    *s = (pl_shelf){cache_dir, pool, NULL, 0};
}

void pl_shelf_clear(pl_shelf *s)
{
    for (size_t i = 0; i < s->count; i++) {
        for (int k = 0; k < 2; k++)
            pl_pixel_sums_clear(&s->item[i]->train[k]);
        if (s->item[i]->found)
            pl_pixels_close(&s->item[i]->pixels);
        free(s->item[i]);
    }
    free(s->item);
    pl_shelf_init(s, s->cache_dir, s->pool);
}

static void copy_key(const json_t *manifest, const char *stage, char out[65])
{
    const char *key = json_string_value(json_object_get(json_object_get(manifest, "keys"), stage));
    size_t n = key ? strlen(key) : 0;
    memset(out, 0, 65);
    memcpy(out, key ? key : "", n < 64 ? n : 64);
}

kn_status pl_shelf_get(pl_shelf *s, const json_t *manifest, pl_shelved **out, kn_error *e)
{
    char ingest[65], split[65];
    *out = NULL;
    copy_key(manifest, "ingest", ingest);
    copy_key(manifest, "split", split);
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->item[i]->ingest, ingest) == 0 && strcmp(s->item[i]->split, split) == 0) {
            *out = s->item[i]->found ? s->item[i] : NULL;
            return KN_OK;
        }
    pl_shelved *item = zeroed(1, sizeof *item);
    memcpy(item->ingest, ingest, sizeof ingest);
    memcpy(item->split, split, sizeof split);
    kn_status rc = pl_pixels_open(s->cache_dir, manifest, &item->found, &item->pixels, e);
    s->item = rc == KN_OK ? realloc(s->item, (s->count + 1) * sizeof(*s->item)) : s->item;
    if (rc != KN_OK) {
        free(item);
        return rc;
    }
    if (!s->item)
        abort();
    s->item[s->count++] = item;
    *out = item->found ? item : NULL;
    return KN_OK;
}

const pl_pixel_sums *pl_shelf_train(pl_shelf *s, pl_shelved *item)
{
    const pl_pixels *p = &item->pixels;
    if (item->summed)
        return item->train;
    size_t n[2] = {0, 0}, all = p->on_side[PL_SIDE_TRAIN];
    uint32_t *index[2] = {zeroed(all, sizeof(uint32_t)), zeroed(all, sizeof(uint32_t))};
    for (size_t i = 0; i < all; i++) {
        uint32_t at = p->side[PL_SIDE_TRAIN][i];
        int label = p->label[at] != 0;
        index[label][n[label]++] = at;
    }
    for (int k = 0; k < 2; k++) {
        pl_pixel_sums_make(p, index[k], n[k], s->pool, &item->train[k]);
        free(index[k]);
    }
    item->summed = true;
    return item->train;
}
