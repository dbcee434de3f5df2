/* Finds faces in a picture: a scan of all places and sizes by the framer's coarse scorer, the best places corrected step by step by its
 * regressions, and judged. */
#ifndef PL_FRAMING_FIND_H
#define PL_FRAMING_FIND_H

#include "framing/framer.h"

typedef struct pl_found {
    pl_face_place place;
    double score; /* the judge's, before its threshold: higher is surer */
} pl_found;

typedef struct pl_find_options {
    double
        smallest; /* width of the smallest frame searched, share of the largest frame in the picture */
    int candidates; /* places of the scan that are looked at more closely, 1..64 */
} pl_find_options;

/* For one face, and for all of them. */
pl_find_options pl_find_best(void);
pl_find_options pl_find_many(void);

/* Memory of one thread. Aborts when memory is out. */
typedef struct pl_finder pl_finder;
pl_finder *pl_finder_new(void);
void pl_finder_free(pl_finder *f); /* NULL is allowed */

/* The faces of a grey picture, surest first, those that overlap a surer one by more than 0.4 left out; whatever their score, as many as
 * `room` at most. Returns how many: 0 where the picture is too small for a frame of 20 pixels. The framer's tall is of the picture's
 * pixels / (qx, qy). The same for any thread. KN_ENOMEM. */
kn_status pl_find(pl_finder *f, const pl_framer *framer, const pl_raster *picture,
                  const pl_find_options *options, pl_found *out, int room, int *count, kn_error *e);

/* The scan alone: what would be looked at more closely, best first. scores are of the scan. */
kn_status pl_find_places(pl_finder *f, const pl_framer *framer, const pl_raster *picture,
                         const pl_find_options *options, pl_found *out, int room, int *count,
                         kn_error *e);

/* A place corrected, on the levels of the last picture; and the window there. */
pl_face_place pl_find_correct(pl_finder *f, const pl_framer *framer, pl_face_place place);
void pl_find_window(pl_finder *f, const pl_framer *framer, const pl_face_place *place,
                    uint8_t out[PL_WINDOW_FEATURES]);

#endif
