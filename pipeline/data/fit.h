/* One encoded picture to the pixels of one or more sizes: decode once per kind of colour, resize
 * for each target. Holds the scratch of one thread. */
#ifndef PL_DATA_FIT_H
#define PL_DATA_FIT_H

#include <stdbool.h>

#include "data/decode.h"
#include "data/source.h"
#include "image/resize.h"

typedef struct pl_fit_target {
    int w, h, channels; /* channels 1 or 3 */
    kn_filter filter;
} pl_fit_target;

/* How a picture is framed before it is resized: turned, then cut, then mirrored. Zeroed: as it is, upright by its EXIF
 * orientation. */
typedef enum pl_turn { PL_TURN_EXIF, PL_TURN_0, PL_TURN_90, PL_TURN_180, PL_TURN_270 } pl_turn;
typedef enum pl_cut { PL_CUT_NONE, PL_CUT_SQUARE, PL_CUT_CELEBA, PL_CUT_BOX } pl_cut;

typedef struct pl_framing {
    pl_turn turn; /* degrees clockwise from how it is stored, whatever its EXIF orientation */
    pl_cut
        cut; /* SQUARE: the largest square at the centre; CELEBA: the largest part at the centre with the proportions
                     of aligned CelebA, 178 wide to 218 high; BOX: x, y, w, h */
    int x, y, w, h; /* pixels of the turned picture */
    bool mirror;    /* left and right exchanged */
} pl_framing;

/* A decoded picture turned, cut and mirrored in place; where the turn is not by EXIF, it is to be decoded as_stored. KN_EFORMAT: the cut
 * does not fit into it. */
kn_status pl_image_frame(pl_image *image, const pl_framing *framing, kn_error *e);

typedef struct pl_fit pl_fit;

/* A grey target takes the decoder's grey, whatever the others are: its pixels do not depend on
 * them. */
pl_fit *pl_fit_new(const pl_fit_target *targets, int count); /* aborts when memory is out */
void pl_fit_free(pl_fit *fit);                               /* NULL is allowed */
void pl_fit_frame(pl_fit *fit, const pl_framing *framing);   /* for all that follow */

/* Writes target i's [h,w,channels] to out[i]. KN_EFORMAT (and the sentence) when the picture is
 * broken, or its cut does not fit into it. */
kn_status pl_fit_run(pl_fit *fit, const pl_picture *picture, uint8_t *const *out, kn_error *e);

/* Width and height of the last picture that pl_fit_run decoded, as it is seen (upright, framed), before resizing. */
void pl_fit_size(const pl_fit *fit, int *w, int *h);

#endif
