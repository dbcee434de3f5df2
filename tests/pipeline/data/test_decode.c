#include "tst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/decode.h"
#include "pipeline/data/decode_pictures.h"
#include "util/digest.h"
#include "util/fs.h"
#include "util/str.h"

enum { PICTURES = sizeof decode_pictures / sizeof decode_pictures[0] };

static uint8_t *from_hex(const char *hex, size_t *size)
{
    *size = strlen(hex) / 2;
    uint8_t *bytes = malloc(*size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    for (size_t i = 0; i < *size; i++) {
        unsigned v = 0;
        sscanf(hex + 2 * i, "%2x", &v);
        bytes[i] = (uint8_t)v;
    }
    return bytes;
}

static const decode_picture *named(const char *name)
{
    for (size_t i = 0; i < PICTURES; i++)
        if (strcmp(decode_pictures[i].name, name) == 0)
            return &decode_pictures[i];
    CU_FAIL_FATAL("no such picture");
    return NULL;
}

static void test_every_format_is_cv2s(void)
{
    pl_image image = {0};
    for (size_t i = 0; i < PICTURES; i++)
        for (int c = 1; c <= 3; c += 2) {
            const decode_picture *p = &decode_pictures[i];
            size_t size = 0;
            uint8_t *bytes = from_hex(p->hex, &size);
            TST_OK(pl_decode(bytes, size, c, &image, e));
            CU_ASSERT_TRUE(image.w == p->w && image.h == p->h && image.c == c);
            pl_digest d = pl_digest_bytes(image.pixels, (size_t)(image.w * image.h * c));
            const char *want = c == 1 ? p->gray : p->rgb;
            if (strcmp(d.hex, want) != 0)
                tst_note("%s as %s differs from cv2's", p->name, c == 1 ? "grey" : "rgb");
            CU_ASSERT_EQUAL(strcmp(d.hex, want), 0);
            CU_ASSERT_TRUE(pl_is_picture(bytes, size < 16 ? size : 16));
            free(bytes);
        }
    pl_image_clear(&image);
}

/* A cut anywhere is refused, but for bytes after the pixels. Each prefix stands at the end of its
 * own memory, so that a sanitizer sees a read behind it. */
static void test_cut_anywhere_is_refused(void)
{
    for (size_t i = 0; i < PICTURES; i++) {
        const decode_picture *p = &decode_pictures[i];
        size_t size = 0, good = 0;
        uint8_t *bytes = from_hex(p->hex, &size);
        for (size_t n = 0; n < size; n++) {
            pl_image image = {0};
            kn_error e;
            uint8_t *part = malloc(n ? n : 1);
            CU_ASSERT_PTR_NOT_NULL_FATAL(part);
            memcpy(part, bytes, n);
            good += pl_decode(part, n, 1, &image, &e) == KN_OK;
            pl_image_clear(&image);
            free(part);
        }
        if (good > 2)
            tst_note("%s: %zu of %zu prefixes decode", p->name, good, size);
        CU_ASSERT_TRUE(good <= 2);
        free(bytes);
    }
}

/* One byte changed: any result is fine, a crash or a huge allocation is not. */
static void test_damage_does_no_harm(void)
{
    for (size_t i = 0; i < PICTURES; i++) {
        size_t size = 0;
        uint8_t *bytes = from_hex(decode_pictures[i].hex, &size);
        pl_image image = {0};
        for (size_t n = 0; n < size; n++) {
            uint8_t kept = bytes[n];
            bytes[n] = (uint8_t)(kept ^ (n % 2 ? 0xff : 0x41));
            pl_decode(bytes, size, 1, &image, NULL);
            bytes[n] = kept;
        }
        pl_image_clear(&image);
        free(bytes);
    }
}

static void refused(const void *bytes, size_t size, const char *why)
{
    pl_image image = {0};
    TST_FAILS(KN_EFORMAT, why, pl_decode(bytes, size, 1, &image, e));
    pl_image_clear(&image);
}

static void test_the_sentence_says_what_is_wrong(void)
{
    size_t size = 0;
    refused("", 0, "the file is empty");
    refused("image_id,Male\n0001.jpg,1\n", 25,
            "text, not a picture: it begins with 'image_id,Male 00'");
    refused("\x7f\x45\x4c\x46\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 19,
            "not a picture of a known format");
    uint8_t *jpeg = from_hex(named("jpeg")->hex, &size);
    refused(jpeg, size - 20, "broken JPEG: Premature end of JPEG file");
    uint8_t *sof = jpeg;
    while (sof[0] != 0xff || sof[1] != 0xc0)
        sof++;
    memcpy(sof + 5, "\x75\x30\x75\x30", 4);
    refused(jpeg, size, "30000x30000 pixels are over 100 megapixels");
    memcpy(sof + 5, "\x23\x28\x23\x28", 4);
    char *few = pl_format("broken JPEG: %zu bytes are too few for 9000x9000 pixels", size);
    refused(jpeg, size, few);
    free(few);
    memcpy(sof + 5, "\0\1\0\0", 4);
    refused(jpeg, size, "broken JPEG: Empty JPEG image (DNL not supported)");
    free(jpeg);
    uint8_t *png = from_hex(named("png")->hex, &size);
    refused(png, size - 30, "broken PNG: the file ends early");
    png[30] ^= 1;
    refused(png, size, "broken PNG: IHDR: CRC error");
    free(png);
    uint8_t *webp = from_hex(named("webp")->hex, &size);
    refused(webp, size - 5, "broken WebP");
    free(webp);
    uint8_t *bmp = from_hex(named("bmp")->hex, &size);
    refused(bmp, size - 1, "broken picture: the file ends early");
    memcpy(bmp + 18, "\x30\x75\0\0\x30\x75\0\0", 8);
    refused(bmp, size, "30000x30000 pixels are over 100 megapixels");
    free(bmp);
}

/* The untouched CelebA pictures against digests of cv2.imread over all of them, in the order of the
 * archive's names. */
static void test_real_pictures_are_cv2s(void)
{
    static const char *const gray =
        "5ca5f6390f9f34ec6a440c6608074ddb13a104944f72fd277b9892ff44776e7a";
    if (!tst_faces()) {
        tst_skip("FACET_FACES is not set");
        return;
    }
    char *command = pl_format("tar xf '%s/celeba-558/img_align_celeba.tar' && find . -name '*.jpg' "
                              "| sort > list",
                              tst_faces());
    CU_ASSERT_EQUAL_FATAL(tst_shell(tst_dir(), command, NULL, NULL), 0);
    free(command);
    char *list = tst_read(tst_path("list"), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(list);
    pl_hasher *h = pl_hasher_new();
    pl_image image = {0};
    int count = 0;
    for (char *line = strtok(list, "\n"); line; line = strtok(NULL, "\n"), count++) {
        char *bytes = NULL;
        size_t size = 0;
        TST_OK(pl_read_file(tst_path("%s", line), 1 << 24, &bytes, &size, e));
        TST_OK(pl_decode((const uint8_t *)bytes, size, 1, &image, e));
        pl_hasher_add(h, image.pixels, (size_t)(image.w * image.h));
        free(bytes);
    }
    CU_ASSERT_EQUAL(count, 558);
    TST_TEXT(pl_hasher_end(h).hex, gray);
    pl_image_clear(&image);
    free(list);
}

const tst_case tst_data_decode[] = {
    TST(test_every_format_is_cv2s),     TST(test_cut_anywhere_is_refused),
    TST(test_damage_does_no_harm),      TST(test_the_sentence_says_what_is_wrong),
    TST_M(test_real_pictures_are_cv2s), TST_END,
};
