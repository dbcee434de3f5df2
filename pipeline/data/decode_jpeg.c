/* JPEG by libjpeg-turbo. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "data/decode_format.h"

enum { MAX_SCANS = 500, EXIF_MARKER = JPEG_APP0 + 1, EXIF_HEAD = 6 };

typedef struct jpeg_reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    char reason[JMSG_LENGTH_MAX];
    uint8_t *row; /* one row of CMYK */
} jpeg_reader;

static void on_error(j_common_ptr common)
{
    jpeg_reader *r = common->client_data;
    if (r->reason[0] == '\0')
        common->err->format_message(common, r->reason);
    longjmp(r->jump, 1);
}

/* Warnings mean lost data, but for those that only tell of an odd header. */
static void on_message(j_common_ptr common, int level)
{
    int code = common->err->msg_code;
    if (level >= 0 || code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM ||
        code == JWRN_JFIF_MAJOR || code == JWRN_BOGUS_ICC)
        return;
    on_error(common);
}

/* A small progressive file can ask for scans without end. */
static void on_progress(j_common_ptr common)
{
    jpeg_reader *r = common->client_data;
    if (r->jpeg.input_scan_number > MAX_SCANS) {
        snprintf(r->reason, sizeof r->reason, "more than %d scans", MAX_SCANS);
        on_error(common);
    }
}

static int orientation_of(const struct jpeg_decompress_struct *jpeg)
{
    for (jpeg_saved_marker_ptr m = jpeg->marker_list; m; m = m->next)
        if (m->marker == EXIF_MARKER && m->data_length > EXIF_HEAD &&
            memcmp(m->data, "Exif\0\0", EXIF_HEAD) == 0)
            return pl_exif_orientation(m->data + EXIF_HEAD, m->data_length - EXIF_HEAD);
    return 1;
}

/* Inverted CMYK, as Adobe writes it, to rgb: OpenCV's icvCvt_CMYK2BGR. */
static void cmyk_to_rgb(const uint8_t *cmyk, size_t n, uint8_t *rgb)
{
    for (size_t i = 0; i < n; i++, cmyk += 4, rgb += 3)
        for (int k = 0; k < 3; k++)
            rgb[k] = (uint8_t)(cmyk[3] - ((255 - cmyk[k]) * cmyk[3] >> 8));
}

static void read_rows(jpeg_reader *r, pl_image *out)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    size_t stride = (size_t)out->w * (size_t)out->c;
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *to = out->pixels + jpeg->output_scanline * stride;
        JSAMPROW row = r->row ? r->row : to;
        if (jpeg_read_scanlines(jpeg, &row, 1) == 1 && r->row)
            cmyk_to_rgb(r->row, (size_t)out->w, to);
    }
}

static kn_status read_picture(jpeg_reader *r, size_t size, int channels, pl_image *out, kn_error *e)
{
    struct jpeg_decompress_struct *jpeg = &r->jpeg;
    jpeg_save_markers(jpeg, EXIF_MARKER, 0xffff);
    jpeg_read_header(jpeg, TRUE);
    bool cmyk = jpeg->num_components == 4;
    int orientation = orientation_of(jpeg);
    /* Huffman codes spend at least a bit on each block of 64 pixels. */
    if (!jpeg->arith_code)
        KN_TRY(pl_check_size("JPEG", size, jpeg->image_width, jpeg->image_height, 1024, e));
    KN_TRY(pl_image_reserve(out, jpeg->image_width, jpeg->image_height, cmyk ? 3 : channels, e));
    jpeg->out_color_space = cmyk ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(jpeg);
    if (cmyk) {
        r->row = malloc((size_t)out->w * 4);
        if (!r->row)
            return kn_fail(e, KN_ENOMEM, "out of memory for a picture of %dx%d", out->w, out->h);
    }
    read_rows(r, out);
    jpeg_finish_decompress(jpeg);
    if (cmyk && channels == 1)
        pl_image_to_gray(out);
    return pl_image_orient(out, orientation, e);
}

kn_status pl_decode_jpeg(const uint8_t *bytes, size_t size, int channels, pl_image *out,
                         kn_error *e)
{
    jpeg_reader *r = calloc(1, sizeof *r);
    if (!r)
        return kn_fail(e, KN_ENOMEM, "out of memory for a JPEG");
    kn_status rc = KN_OK;
    r->jpeg.err = jpeg_std_error(&r->errors);
    r->errors.error_exit = on_error;
    r->errors.emit_message = on_message;
    r->progress.progress_monitor = on_progress;
    r->jpeg.client_data = r;
    if (setjmp(r->jump) == 0) {
        jpeg_create_decompress(&r->jpeg);
        r->jpeg.progress = &r->progress;
        jpeg_mem_src(&r->jpeg, bytes, (unsigned long)size);
        rc = read_picture(r, size, channels, out, e);
    } else {
        rc = kn_fail(e, KN_EFORMAT, "broken JPEG: %s", r->reason);
    }
    jpeg_destroy_decompress(&r->jpeg);
    free(r->row);
    free(r);
    return rc;
}
