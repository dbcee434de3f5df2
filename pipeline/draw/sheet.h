/* A contact sheet: thumbnails in a grid, under each the probability and the picture's name, as one
 * PNG. */
#ifndef PL_DRAW_SHEET_H
#define PL_DRAW_SHEET_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct pl_sheet {
    int width, height, channels; /* of every picture; channels 1 (gray) or 3 (rgb) */
    size_t count;
    const uint8_t *x;         /* [count,height,width,channels] */
    const char *const *name;  /* [count] */
    const float *probability; /* [count], of class 1 */
    const int8_t *label;      /* [count] 0, 1, or -1 where it is not known; NULL: none is known */
} pl_sheet;

enum { PL_SHEET_MAX_IMAGES = 10000 }; /* further pictures are left out */

/* Small pictures are drawn larger by a whole factor. A picture whose label is known and answered
 * wrongly has a red frame. Names that are too long lose their head. The same input gives the same
 * bytes. Atomic. KN_EIO: cannot be written. */
kn_status pl_sheet_write(const char *path, const pl_sheet *sheet, kn_error *e);

#endif
