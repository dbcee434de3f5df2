/* What the decoders of the formats share. Each takes a whole file and gives upright u8 pixels of 1
 * or 3 channels. */
#ifndef PL_DATA_DECODE_FORMAT_H
#define PL_DATA_DECODE_FORMAT_H

#include "data/decode.h"

/* Sizes the picture's memory. KN_EFORMAT: zero-sized or above PL_MAX_PIXELS. */
kn_status pl_image_reserve(pl_image *image, int64_t w, int64_t h, int c, kn_error *e);

kn_status pl_decode_jpeg(const uint8_t *bytes, size_t size, int channels, pl_image *out,
                         kn_error *e);
kn_status pl_decode_png(const uint8_t *bytes, size_t size, int channels, pl_image *out,
                        kn_error *e);
kn_status pl_decode_webp(const uint8_t *bytes, size_t size, int channels, pl_image *out,
                         kn_error *e);
kn_status pl_decode_other(const uint8_t *bytes, size_t size, int channels, pl_image *out,
                          kn_error *e);

/* Refuses a small file that tells of a large picture, before memory is taken for it: no file of the
 * format packs more than `per_byte` pixels into a byte. */
kn_status pl_check_size(const char *format, size_t size, int64_t w, int64_t h, int64_t per_byte,
                        kn_error *e);

/* Turns an rgb picture in place into a grey one. */
void pl_image_to_gray(pl_image *image);

/* The orientation tag (1..8) of an EXIF block that begins with the TIFF header; 1 where there is
 * none. */
int pl_exif_orientation(const uint8_t *tiff, size_t size);

/* Turns the picture upright by its EXIF orientation, unless it is wanted as stored. */
kn_status pl_image_orient(pl_image *image, int orientation, kn_error *e);

/* The same in any case: orientation 1..8 as EXIF has it. */
kn_status pl_image_turn(pl_image *image, int orientation, kn_error *e);

#endif
