#include "data/decode.h"

#include <ctype.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "data/decode_format.h"
#include "image/gray.h"

/* Pictures above this many bytes are decoded one at a time. */
static const size_t LARGE = (size_t)48 << 20;
static pthread_mutex_t large_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local bool large;

kn_status pl_image_reserve(pl_image *image, int64_t w, int64_t h, int c, kn_error *e)
{
    if (w < 1 || h < 1)
        return kn_fail(e, KN_EFORMAT, "zero-sized: %lldx%lld", (long long)w, (long long)h);
    if (w > PL_MAX_PIXELS || h > PL_MAX_PIXELS / w)
        return kn_fail(e, KN_EFORMAT, "%lldx%lld pixels are over 100 megapixels", (long long)w,
                       (long long)h);
    size_t need = (size_t)w * (size_t)h * (size_t)c;
    if (need > LARGE && !large) {
        pthread_mutex_lock(&large_mutex);
        large = true;
    }
    if (need > image->room) {
        free(image->pixels);
        image->room = 0;
        image->pixels = malloc(need);
        if (!image->pixels)
            return kn_fail(e, KN_ENOMEM, "out of memory for a picture of %lldx%lld", (long long)w,
                           (long long)h);
        image->room = need;
    }
    image->w = (int)w;
    image->h = (int)h;
    image->c = c;
    return KN_OK;
}

kn_status pl_check_size(const char *format, size_t size, int64_t w, int64_t h, int64_t per_byte,
                        kn_error *e)
{
    if (w < 1 || h < 1 || w > PL_MAX_PIXELS || h > PL_MAX_PIXELS / w ||
        size >= (size_t)(w * h / per_byte))
        return KN_OK;
    return kn_fail(e, KN_EFORMAT, "broken %s: %zu bytes are too few for %lldx%lld pixels", format,
                   size, (long long)w, (long long)h);
}

void pl_image_clear(pl_image *image)
{
    free(image->pixels);
    *image = (pl_image){.as_stored = image->as_stored};
}

void pl_image_to_gray(pl_image *image)
{
    kn_gray_from_rgb((size_t)image->w * (size_t)image->h, image->pixels, image->pixels);
    image->c = 1;
}

typedef kn_status (*decoder)(const uint8_t *bytes, size_t size, int channels, pl_image *out,
                             kn_error *e);

static bool begins(const uint8_t *bytes, size_t size, const char *mark, size_t mark_size)
{
    return size >= mark_size && memcmp(bytes, mark, mark_size) == 0;
}

static decoder decoder_of(const uint8_t *b, size_t size)
{
    if (begins(b, size, "\xff\xd8\xff", 3))
        return pl_decode_jpeg;
    if (begins(b, size, "\x89PNG\r\n\x1a\n", 8))
        return pl_decode_png;
    if (size >= 12 && begins(b, size, "RIFF", 4) && memcmp(b + 8, "WEBP", 4) == 0)
        return pl_decode_webp;
    if (begins(b, size, "BM", 2) || begins(b, size, "GIF8", 4) || begins(b, size, "8BPS", 4) ||
        begins(b, size, "#?RADIANCE", 10))
        return pl_decode_other;
    if (size >= 3 && b[0] == 'P' && (b[1] == '5' || b[1] == '6') && isspace(b[2]))
        return pl_decode_other;
    return NULL;
}

int pl_is_picture(const uint8_t *bytes, size_t size)
{
    return decoder_of(bytes, size) != NULL;
}

/* Says how the file begins, so that one sees what it is. */
static kn_status not_a_picture(const uint8_t *bytes, size_t size, kn_error *e)
{
    char head[17];
    size_t n = size < sizeof head - 1 ? size : sizeof head - 1;
    bool text = true;
    for (size_t i = 0; i < n; i++) {
        text = text && (isprint(bytes[i]) || isspace(bytes[i]));
        head[i] = isprint(bytes[i]) ? (char)bytes[i] : ' ';
    }
    head[n] = '\0';
    if (text)
        return kn_fail(e, KN_EFORMAT, "text, not a picture: it begins with '%s'", head);
    return kn_fail(e, KN_EFORMAT, "not a picture of a known format");
}

static kn_status decode_any(const uint8_t *bytes, size_t size, int channels, pl_image *out,
                            kn_error *e)
{
    decoder decode = decoder_of(bytes, size);
    if (decode)
        return decode(bytes, size, channels, out, e);
    /* TGA has no signature: stb_image looks whether the header makes sense. */
    kn_error other;
    if (!isprint(bytes[0]) && pl_decode_other(bytes, size, channels, out, &other) == KN_OK)
        return KN_OK;
    return not_a_picture(bytes, size, e);
}

kn_status pl_decode(const uint8_t *bytes, size_t size, int channels, pl_image *out, kn_error *e)
{
    if (size == 0)
        return kn_fail(e, KN_EFORMAT, "the file is empty");
    kn_status rc = decode_any(bytes, size, channels, out, e);
    if (large) {
        large = false;
        pthread_mutex_unlock(&large_mutex);
    }
    return rc;
}
