/* The pixels a run was trained on and asked about, where the cache still has them. Nothing is made for it, and nothing is written
 * into the cache beyond what pl_store_find notes; a cache that can only be read will do. */
#ifndef PL_INSIGHT_PIXELS_H
#define PL_INSIGHT_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/pool.h"
#include "base/status.h"
#include "data/name_index.h"
#include "stages/dataset.h"
#include "stages/split.h"

/* Of one ingest entry under one split entry; mapped, not in memory. */
typedef struct pl_pixels {
    int width, height, channels;
    size_t count;         /* images of the data set */
    const uint8_t *x;     /* [count,height,width,channels] */
    const uint8_t *label; /* [count], 0 or 1 */
    pl_names names;       /* [count] */
    const uint32_t *side[PL_SIDES];
    size_t on_side[PL_SIDES];
    /* private */
    pl_dataset data;
    pl_npy index[PL_SIDES];
} pl_pixels;

/* By the keys in a run's manifest (NULL: none). *found false: the manifest has no such keys, there is no such cache, or it has not
 * both entries; then there is nothing to close. KN_EFORMAT: an entry is malformed. */
kn_status pl_pixels_open(const char *cache_dir, const json_t *manifest, bool *found, pl_pixels *out,
                         kn_error *e);
void pl_pixels_close(pl_pixels *p);

/* The pixels [height,width,channels] of image i, and of the image of that name (NULL: not among them). */
static inline const uint8_t *pl_pixels_row(const pl_pixels *p, size_t i)
{
    return p->x + i * (size_t)p->width * (size_t)p->height * (size_t)p->channels;
}
const uint8_t *pl_pixels_of(const pl_pixels *p, const char *name);

/* Sums over images, by which means and spreads are exact whatever the number of threads. */
typedef struct pl_pixel_sums {
    size_t size;      /* height * width * channels */
    size_t count;     /* images */
    uint64_t *sum;    /* heap [size] of values */
    uint64_t *square; /* heap [size] of their squares */
} pl_pixel_sums;

/* Of the images index[0..n-1]. Aborts when memory is out. */
void pl_pixel_sums_make(const pl_pixels *p, const uint32_t *index, size_t n, kn_pool *pool,
                        pl_pixel_sums *out);
void pl_pixel_sums_clear(pl_pixel_sums *s);

/* A shelf keeps what was opened, so that groups of a study that share data open it once and the sums over the training side are
 * made once. */
typedef struct pl_shelved {
    char ingest[65], split[65];
    bool found;
    pl_pixels pixels;
    bool summed;
    pl_pixel_sums train[2]; /* by label; see pl_shelf_train */
} pl_shelved;

typedef struct pl_shelf {
    const char *cache_dir; /* borrowed */
    kn_pool *pool;         /* borrowed */
    pl_shelved **item;
    size_t count;
} pl_shelf;

void pl_shelf_init(pl_shelf *s, const char *cache_dir, kn_pool *pool);
void pl_shelf_clear(pl_shelf *s);

/* As pl_pixels_open; *out is NULL where they are not there, else belongs to the shelf and holds until it is cleared. */
kn_status pl_shelf_get(pl_shelf *s, const json_t *manifest, pl_shelved **out, kn_error *e);

/* Sums over the training images of each label. */
const pl_pixel_sums *pl_shelf_train(pl_shelf *s, pl_shelved *item);

#endif
