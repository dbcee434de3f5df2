/* Encoded pictures to u8 pixels, as cv2.imread gives them: JPEG by libjpeg-turbo, PNG by libpng,
 * WebP by libwebp, the rest (bmp, gif, ppm, tga, ...) by stb_image. EXIF orientation is applied,
 * alpha dropped, 16 bits cut to 8.
 *
 * Grey of a JPEG is its Y channel from the decoder; of others kn_gray_from_rgb. Broken, cut, or
 * over PL_MAX_PIXELS pixels: KN_EFORMAT with a sentence ("broken JPEG: Premature end of JPEG
 * file"), without a large allocation. Thread-safe: pictures above 16 megapixels are decoded one at
 * a time to bound memory. */
#ifndef PL_DATA_DECODE_H
#define PL_DATA_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { PL_MAX_PIXELS = 100000000 };

typedef struct pl_image {
    int w, h, c;
    uint8_t *pixels; /* [h,w,c]; heap, grows as needed and is used again */
    size_t room;
    bool as_stored; /* set by the caller: the EXIF orientation is not applied */
} pl_image;

/* channels: 1 grey or 3 rgb. `out` is zeroed or holds an earlier picture. */
kn_status pl_decode(const uint8_t *bytes, size_t size, int channels, pl_image *out, kn_error *e);
void pl_image_clear(pl_image *image); /* keeps as_stored */

/* Whether these first bytes (16 suffice) are those of a format with a signature. */
int pl_is_picture(const uint8_t *bytes, size_t size);

#endif
