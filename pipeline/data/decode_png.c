/* PNG by libpng. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "data/decode_format.h"

typedef struct png_reader {
    const uint8_t *bytes;
    size_t size, left;
    png_structp png;
    png_infop info;
    png_bytepp rows;
    char reason[120];
    kn_status rc;
} png_reader;

static void on_read(png_structp png, png_bytep out, size_t size)
{
    png_reader *r = png_get_io_ptr(png);
    if (size > r->left)
        png_error(png, "the file ends early");
    memcpy(out, r->bytes, size);
    r->bytes += size;
    r->left -= size;
}

static void on_error(png_structp png, png_const_charp text)
{
    png_reader *r = png_get_error_ptr(png);
    snprintf(r->reason, sizeof r->reason, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

/* Any PNG to 8-bit grey or rgb, alpha dropped; to grey by libpng's integers, as OpenCV asks for it.
 */
static void set_transforms(png_reader *r, int channels)
{
    int type = png_get_color_type(r->png, r->info);
    if (png_get_bit_depth(r->png, r->info) == 16)
        png_set_strip_16(r->png);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(r->png);
    else if (png_get_bit_depth(r->png, r->info) < 8)
        png_set_expand_gray_1_2_4_to_8(r->png);
    if (type & PNG_COLOR_MASK_ALPHA)
        png_set_strip_alpha(r->png);
    if (channels == 3 && !(type & PNG_COLOR_MASK_COLOR))
        png_set_gray_to_rgb(r->png);
    if (channels == 1 && type & PNG_COLOR_MASK_COLOR)
        png_set_rgb_to_gray(r->png, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
}

static kn_status read_picture(png_reader *r, int channels, pl_image *out, kn_error *e)
{
    png_read_info(r->png, r->info);
    uint32_t w = png_get_image_width(r->png, r->info), h = png_get_image_height(r->png, r->info);
    /* Deflate packs at most 1032 bytes into one, a byte holds at most 8 pixels. */
    KN_TRY(pl_check_size("PNG", r->size, w, h, 16384, e));
    set_transforms(r, channels);
    png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    KN_TRY(pl_image_reserve(out, w, h, channels, e));
    size_t stride = (size_t)w * (size_t)channels;
    if (png_get_rowbytes(r->png, r->info) != stride)
        return kn_fail(e, KN_EINTERNAL, "PNG rows of %zu bytes where %zu are expected",
                       png_get_rowbytes(r->png, r->info), stride);
    r->rows = malloc(h * sizeof *r->rows);
    if (!r->rows)
        return kn_fail(e, KN_ENOMEM, "out of memory for a picture of %ux%u", w, h);
    for (uint32_t y = 0; y < h; y++)
        r->rows[y] = out->pixels + y * stride;
    png_read_image(r->png, r->rows);
    png_read_end(r->png, r->info);
    png_bytep exif = NULL;
    png_uint_32 exif_size = 0;
    if (png_get_eXIf_1(r->png, r->info, &exif_size, &exif) != 0 && exif)
        return pl_image_orient(out, pl_exif_orientation(exif, exif_size), e);
    return KN_OK;
}

kn_status pl_decode_png(const uint8_t *bytes, size_t size, int channels, pl_image *out, kn_error *e)
{
    png_reader *r = calloc(1, sizeof *r);
    if (!r)
        return kn_fail(e, KN_ENOMEM, "out of memory for a PNG");
    r->bytes = bytes;
    r->size = r->left = size;
    r->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, r, on_error, on_warning);
    r->info = r->png ? png_create_info_struct(r->png) : NULL;
    if (!r->info)
        r->rc = kn_fail(e, KN_ENOMEM, "out of memory for a PNG");
    else if (setjmp(png_jmpbuf(r->png)) == 0) {
        png_set_read_fn(r->png, r, on_read);
        png_set_user_limits(r->png, PL_MAX_PIXELS, PL_MAX_PIXELS);
        r->rc = read_picture(r, channels, out, e);
    } else {
        r->rc = kn_fail(e, KN_EFORMAT, "broken PNG: %s", r->reason);
    }
    png_destroy_read_struct(&r->png, &r->info, NULL);
    free(r->rows);
    kn_status rc = r->rc;
    free(r);
    return rc;
}
