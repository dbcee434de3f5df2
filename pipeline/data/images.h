/* Pictures from anywhere (a file, a folder, an archive) as one array in memory, for prediction. */
#ifndef PL_DATA_IMAGES_H
#define PL_DATA_IMAGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/status.h"
#include "data/fit.h"
#include "image/resize.h"

typedef struct pl_images {
    size_t count;
    int w, h, c;
    uint8_t *x;     /* [count,h,w,c] */
    char **name;    /* [count] base names, in bytewise order */
    size_t *index;  /* [count] each one's number in the source */
    int (*size)[2]; /* [count] width and height as framed, before resizing */
    size_t bad_count;
    char **bad; /* [bad_count] "name: reason" */
} pl_images;

/* At least one picture can be read, or KN_EDATA. */
kn_status pl_images_load(const char *path, int w, int h, int channels, kn_filter filter,
                         kn_pool *pool, pl_images *out, kn_error *e);

/* The same of pictures framed like this: those the cut does not fit into are bad. */
kn_status pl_images_load_framed(const char *path, const pl_fit_target *target,
                                const pl_framing *framing, kn_pool *pool, pl_images *out,
                                kn_error *e);
void pl_images_clear(pl_images *i);

#endif
