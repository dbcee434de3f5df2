/* The formats of stb_image: BMP, GIF (first picture), PNM, PSD, TGA, HDR. stb_image reads zeros
 * behind the end of a file, so files that are cut are told by their own sizes where the format has
 * them. */
#include <stdbool.h>
#include <limits.h>
#include <string.h>

#include <stb/stb_image.h>

#include "data/decode_format.h"

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Header of 14 bytes: file size at 2, start of the pixels at 10; then w, h, bits per pixel at 28,
 * compression at 30. */
static bool bmp_is_cut(const uint8_t *b, size_t size, int w, int h)
{
    if (size < 34)
        return true;
    size_t bits = (size_t)b[28] | (size_t)b[29] << 8;
    size_t start = get32(b + 10), stride = ((size_t)w * bits + 31) / 32 * 4;
    bool plain = get32(b + 14) >= 40 && get32(b + 30) == 0;
    return get32(b + 2) > size || (plain && start + stride * (size_t)h > size);
}

/* Skips a chain of data blocks; 0 when the file ends within. */
static size_t gif_blocks_end(const uint8_t *b, size_t size, size_t at)
{
    while (at < size && b[at] != 0)
        at += (size_t)b[at] + 1;
    return at < size ? at + 1 : 0;
}

/* Walks to the end of the first picture's data. */
static bool gif_is_cut(const uint8_t *b, size_t size)
{
    if (size < 13)
        return true;
    size_t at = 13 + (b[10] & 0x80 ? (size_t)3 << ((b[10] & 7) + 1) : 0);
    while (at + 10 < size) {
        if (b[at] == 0x2c) {
            size_t colors = b[at + 9] & 0x80 ? (size_t)3 << ((b[at + 9] & 7) + 1) : 0;
            return gif_blocks_end(b, size, at + 10 + colors + 1) == 0;
        }
        if (b[at] != 0x21)
            return true;
        at = gif_blocks_end(b, size, at + 2);
        if (at == 0)
            return true;
    }
    return true;
}

/* "P6", then width, height and highest value with blanks and # comments between, one blank, the
 * pixels. */
static bool pnm_is_cut(const uint8_t *b, size_t size, int w, int h)
{
    size_t at = 2, highest = 0;
    for (int number = 0; number < 3; number++) {
        for (bool comment = false; at < size && (comment || b[at] < '0' || b[at] > '9'); at++)
            comment = b[at] == '#' || (comment && b[at] != '\n');
        for (highest = 0; at < size && b[at] >= '0' && b[at] <= '9'; at++)
            highest = (highest * 10 + (size_t)(b[at] - '0')) % 1000000;
    }
    size_t sample = highest > 255 ? 2 : 1, channels = b[1] == '6' ? 3 : 1;
    return at + 1 + (size_t)w * (size_t)h * channels * sample > size;
}

static bool is_cut(const uint8_t *b, size_t size, int w, int h)
{
    if (b[0] == 'B' && b[1] == 'M')
        return bmp_is_cut(b, size, w, h);
    if (b[0] == 'G' && b[1] == 'I')
        return gif_is_cut(b, size);
    if (b[0] == 'P')
        return pnm_is_cut(b, size, w, h);
    return false;
}

kn_status pl_decode_other(const uint8_t *bytes, size_t size, int channels, pl_image *out,
                          kn_error *e)
{
    int w = 0, h = 0, c = 0;
    if (size > INT_MAX || !stbi_info_from_memory(bytes, (int)size, &w, &h, &c))
        return kn_fail(e, KN_EFORMAT, "broken picture: %s", stbi_failure_reason());
    pl_image none = {0};
    if (w < 1 || h < 1 || w > PL_MAX_PIXELS / h)
        return pl_image_reserve(&none, w, h, 3, e);
    /* The tightest is GIF: strings of up to 4096 pixels in 12 bits. */
    KN_TRY(pl_check_size("picture", size, w, h, 4096, e));
    if (is_cut(bytes, size, w, h))
        return kn_fail(e, KN_EFORMAT, "broken picture: the file ends early");
    uint8_t *pixels = stbi_load_from_memory(bytes, (int)size, &w, &h, &c, 3);
    if (!pixels)
        return kn_fail(e, KN_EFORMAT, "broken picture: %s", stbi_failure_reason());
    kn_status rc = pl_image_reserve(out, w, h, 3, e);
    if (rc == KN_OK) {
        memcpy(out->pixels, pixels, (size_t)w * (size_t)h * 3);
        if (channels == 1)
            pl_image_to_gray(out);
    }
    stbi_image_free(pixels);
    return rc;
}
