/* WebP by libwebp; the EXIF chunk is found by walking the RIFF chunks. */
#include <string.h>

#include <webp/decode.h>

#include "data/decode_format.h"

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int orientation_of(const uint8_t *bytes, size_t size)
{
    size_t at = 12;
    while (at <= size && size - at >= 8) {
        size_t chunk = get32(bytes + at + 4);
        const uint8_t *data = bytes + at + 8;
        if (chunk > size - at - 8)
            return 1;
        if (memcmp(bytes + at, "EXIF", 4) == 0) {
            size_t head = chunk >= 6 && memcmp(data, "Exif\0\0", 6) == 0 ? 6 : 0;
            return pl_exif_orientation(data + head, chunk - head);
        }
        at += 8 + chunk + (chunk & 1);
    }
    return 1;
}

kn_status pl_decode_webp(const uint8_t *bytes, size_t size, int channels, pl_image *out,
                         kn_error *e)
{
    WebPBitstreamFeatures f;
    if (WebPGetFeatures(bytes, size, &f) != VP8_STATUS_OK)
        return kn_fail(e, KN_EFORMAT, "broken WebP");
    if (f.has_animation)
        return kn_fail(e, KN_EFORMAT, "an animated WebP");
    KN_TRY(pl_check_size("WebP", size, f.width, f.height, 65536, e));
    KN_TRY(pl_image_reserve(out, f.width, f.height, 3, e));
    size_t stride = (size_t)f.width * 3;
    if (!WebPDecodeRGBInto(bytes, size, out->pixels, stride * (size_t)f.height, (int)stride))
        return kn_fail(e, KN_EFORMAT, "broken WebP");
    if (channels == 1)
        pl_image_to_gray(out);
    return pl_image_orient(out, orientation_of(bytes, size), e);
}
