/* A picture seen as the training pictures are: found, or told where, and brought to the model's size the way ingest does it. Holds the
 * memory of one thread. */
#ifndef PL_FRAMING_REFRAME_H
#define PL_FRAMING_REFRAME_H

#include "framing/find.h"
#include "image/resize.h"

typedef struct pl_reframe_options {
    const pl_framer
        *framer; /* NULL: none; then `hand` is set, and a frame has the picture's proportions */
    const kn_frame *hand; /* by hand; NULL: the face is sought */
    bool all;             /* every face above the threshold, not the surest alone */
    int w, h, c;          /* of the model; c 1 or 3 */
    kn_filter filter;
} pl_reframe_options;

enum { PL_FACES_MAX = 64 };

/* One face of a picture. */
typedef struct pl_seen {
    kn_frame frame; /* what was done to the picture (framing/place.h) */
    double score;   /* 0..1: a face as in the training pictures from 0.5 on; NaN: by hand */
    int w, h;       /* of the frame, pixels of the picture */
} pl_seen;

typedef struct pl_reframe pl_reframe;
pl_reframe *
pl_reframe_new(const pl_reframe_options *options); /* borrows; aborts when memory is out */
void pl_reframe_free(pl_reframe *r);               /* NULL is allowed */

/* Looks at a picture [h,w,c]: seen [PL_FACES_MAX] and their number, at least 1: without any face above the threshold the surest place, or
 * the picture as it is, with its score. KN_EFORMAT: sides above 2^18, or one above 100 times the other; KN_ENOMEM. */
kn_status pl_reframe_look(pl_reframe *r, const uint8_t *x, int w, int h, pl_seen *seen, int *count,
                          kn_error *e);

/* The pixels [h,w,c] of one of them, in the picture last looked at, which must still be there. KN_ENOMEM. */
kn_status pl_reframe_cut(pl_reframe *r, const pl_seen *seen, uint8_t *out, kn_error *e);

#endif
