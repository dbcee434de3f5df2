#include "data/faces_jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

enum { QUALITY = 85, FIRST_ROOM = 1 << 15 };

typedef struct failure {
    struct jpeg_error_mgr base; /* first, so that the library's pointer is this struct's */
    jmp_buf back;
    char text[JMSG_LENGTH_MAX];
} failure;

static void on_error(j_common_ptr info)
{
    failure *f = (failure *)(void *)info->err;
    f->base.format_message(info, f->text);
    longjmp(f->back, 1);
}

kn_status pl_jpeg_encode_at(const uint8_t *pixels, int width, int height, int channels, int quality,
                            pl_jpeg_buffer *out, kn_error *e)
{
    if (!out->bytes) {
        out->bytes = malloc(FIRST_ROOM);
        if (!out->bytes)
            return kn_fail(e, KN_ENOMEM, "no memory for a JPEG of %dx%d", width, height);
        out->room = FIRST_ROOM;
    }
    struct jpeg_compress_struct c;
    failure f;
    unsigned char *volatile given = out->bytes;
    c.err = jpeg_std_error(&f.base);
    f.base.error_exit = on_error;
    if (setjmp(f.back)) {
        jpeg_destroy_compress(&c);
        return kn_fail(e, KN_EINTERNAL, "cannot encode a JPEG of %dx%d: %s", width, height, f.text);
    }
    jpeg_create_compress(&c);
    out->size = out->room;
    jpeg_mem_dest(&c, &out->bytes, &out->size);
    c.image_width = (JDIMENSION)width;
    c.image_height = (JDIMENSION)height;
    c.input_components = channels;
    c.in_color_space = channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, quality, TRUE);
    c.dct_method = JDCT_ISLOW;
    jpeg_start_compress(&c, TRUE);
    while (c.next_scanline < c.image_height) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + (size_t)c.next_scanline * (size_t)width *
                                                          (size_t)channels);
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    if (out->bytes !=
        given) { /* the encoder took a larger buffer and left the first to its owner */
        free(given);
        out->room = out->size;
    }
    return KN_OK;
}

kn_status pl_jpeg_encode(const uint8_t *rgb, int width, int height, pl_jpeg_buffer *out,
                         kn_error *e)
{
    return pl_jpeg_encode_at(rgb, width, height, 3, QUALITY, out, e);
}
