/* EXIF orientation, declared in decode_format.h. Source: TIFF 6.0 and EXIF 2.3, tag 0x0112. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/decode_format.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_BYTES = 12 };

static unsigned get16(const uint8_t *p, bool big)
{
    return big ? (unsigned)p[0] << 8 | p[1] : (unsigned)p[1] << 8 | p[0];
}

static uint32_t get32(const uint8_t *p, bool big)
{
    return big ? (uint32_t)get16(p, big) << 16 | get16(p + 2, big)
               : (uint32_t)get16(p + 2, big) << 16 | get16(p, big);
}

int pl_exif_orientation(const uint8_t *tiff, size_t size)
{
    if (size < 8 || (memcmp(tiff, "II*\0", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0))
        return 1;
    bool big = tiff[0] == 'M';
    size_t at = get32(tiff + 4, big);
    if (at > size - 2)
        return 1;
    unsigned entries = get16(tiff + at, big);
    at += 2;
    for (unsigned i = 0; i < entries && size - at >= ENTRY_BYTES; i++, at += ENTRY_BYTES) {
        if (get16(tiff + at, big) != TAG_ORIENTATION || get16(tiff + at + 2, big) != TYPE_SHORT)
            continue;
        unsigned v = get16(tiff + at + 8, big);
        return v >= 1 && v <= 8 ? (int)v : 1;
    }
    return 1;
}

/* Where pixel (x, y) of the stored picture stands in the upright one: orientation 2 mirrored, 3
 * turned by 180 degrees, 4 upside down, 5 transposed, 6 to be turned clockwise, 7 transposed along
 * the other diagonal, 8 anticlockwise. */
static void place_of(int orientation, int w, int h, int x, int y, int *ux, int *uy)
{
    bool swap = orientation >= 5;
    int a = swap ? y : x, b = swap ? x : y;
    int width = swap ? h : w, height = swap ? w : h;
    bool flip_x = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    bool flip_y = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
    *ux = flip_x ? width - 1 - a : a;
    *uy = flip_y ? height - 1 - b : b;
}

kn_status pl_image_orient(pl_image *image, int orientation, kn_error *e)
{
    return image->as_stored ? KN_OK : pl_image_turn(image, orientation, e);
}

kn_status pl_image_turn(pl_image *image, int orientation, kn_error *e)
{
    if (orientation < 2 || orientation > 8)
        return KN_OK;
    size_t c = (size_t)image->c, n = (size_t)image->w * (size_t)image->h * c;
    uint8_t *upright = malloc(n);
    if (!upright)
        return kn_fail(e, KN_ENOMEM, "out of memory for a picture of %dx%d", image->w, image->h);
    size_t width = (size_t)(orientation >= 5 ? image->h : image->w);
    const uint8_t *from = image->pixels;
    for (int y = 0; y < image->h; y++)
        for (int x = 0; x < image->w; x++, from += c) {
            int ux = 0, uy = 0;
            place_of(orientation, image->w, image->h, x, y, &ux, &uy);
            memcpy(upright + ((size_t)uy * width + (size_t)ux) * c, from, c);
        }
    memcpy(image->pixels, upright, n);
    free(upright);
    if (orientation >= 5) {
        int swap = image->w;
        image->w = image->h;
        image->h = swap;
    }
    return KN_OK;
}
