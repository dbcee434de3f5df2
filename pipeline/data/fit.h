/* One encoded picture to the pixels of one or more sizes: decode once per kind of colour, resize
 * for each target. Holds the scratch of one thread. */
#ifndef PL_DATA_FIT_H
#define PL_DATA_FIT_H

#include "data/decode.h"
#include "data/source.h"
#include "image/resize.h"

typedef struct pl_fit_target {
    int w, h, channels; /* channels 1 or 3 */
    kn_filter filter;
} pl_fit_target;

typedef struct pl_fit pl_fit;

/* A grey target takes the decoder's grey, whatever the others are: its pixels do not depend on
 * them. */
pl_fit *pl_fit_new(const pl_fit_target *targets, int count); /* aborts when memory is out */
void pl_fit_free(pl_fit *fit);                               /* NULL is allowed */

/* Writes target i's [h,w,channels] to out[i]. KN_EFORMAT (and the sentence) when the picture is
 * broken. */
kn_status pl_fit_run(pl_fit *fit, const pl_picture *picture, uint8_t *const *out, kn_error *e);

/* Width and height of the last picture that pl_fit_run decoded, as it is seen (orientation applied). */
void pl_fit_size(const pl_fit *fit, int *w, int *h);

#endif
