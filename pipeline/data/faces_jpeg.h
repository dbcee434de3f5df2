/* JPEG encoding of the embedded data set's pictures by libjpeg-turbo: baseline, quality 85, 4:2:0,
 * the exact integer transform, so that the bytes do not depend on the machine. */
#ifndef PL_DATA_FACES_JPEG_H
#define PL_DATA_FACES_JPEG_H

#include <stdint.h>

#include "base/status.h"

typedef struct pl_jpeg_buffer {
    uint8_t *bytes; /* heap, grown by the encoder; free() it. NULL at first */
    unsigned long room, size;
} pl_jpeg_buffer;

/* pixels [height,width,channels], channels 1 or 3, at a quality of 1..100; else as below. */
kn_status pl_jpeg_encode_at(const uint8_t *pixels, int width, int height, int channels, int quality,
                            pl_jpeg_buffer *out, kn_error *e);

/* rgb: height * width * 3 bytes. Fills `out`, which may be used again. KN_ENOMEM or KN_EINTERNAL.
 */
kn_status pl_jpeg_encode(const uint8_t *rgb, int width, int height, pl_jpeg_buffer *out,
                         kn_error *e);

#endif
