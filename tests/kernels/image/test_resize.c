#include "tst.h"

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "image/gray.h"
#include "image/resize.h"
#include "util/clock.h"
#include "util/digest.h"

#include <stb/stb_image_resize.h>

static uint8_t *picture(int w, int h, int c)
{
    uint8_t *p = malloc((size_t)w * (size_t)h * (size_t)c), *at = p;
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int k = 0; k < c; k++)
                *at++ = (uint8_t)(y * 7 + x * 13 + y * x % 31 * 3 + k * 77);
    return p;
}

static uint8_t *resized(kn_filter filter, const uint8_t *src, int sw, int sh, int c, int dw, int dh)
{
    kn_resize *r = NULL;
    uint8_t *dst = malloc((size_t)dw * (size_t)dh * (size_t)c);
    CU_ASSERT_EQUAL_FATAL(kn_resize_new(filter, sw, sh, dw, dh, c, &r, NULL), KN_OK);
    size_t bytes = kn_resize_scratch_bytes(r);
    void *scratch = malloc(bytes);
    CU_ASSERT_TRUE_FATAL(dst && scratch);
    memset(scratch, 0xff, bytes); /* NaN: nothing may be read before it is written */
    kn_resize_run(r, src, (size_t)sw * (size_t)c, dst, scratch);
    free(scratch);
    kn_resize_free(r);
    return dst;
}

/* Digests of what cv2.resize gives (scripts/oracle/resize_cv2.py): every pixel is exact.
 * OpenCV 5.0.0 */
static const struct {
    int sw, sh, c, dw, dh;
    const char *digest;
} cv2_cases[] = {
    {178, 218, 1, 50, 50, "13c62217675ac996ce14884f26f1bb4aa27c572d1c2337cb636c7a8b9c489268"},
    {178, 218, 1, 100, 100, "87f033a78edcb0ca26a1a2e4028011981ff8151b1b17ad6a94cc85f09c994038"},
    {178, 218, 3, 50, 50, "3f65885587248ff65d5f0eda7e7d90930a2ed2d552b9a154f5d6019f06249b32"},
    {178, 218, 3, 64, 97, "6a0d1fcc9046e675fe6b27c54de6076f721f8a50f4bd37c44c9a987433ec67fb"},
    {178, 218, 1, 200, 300, "9ad8c5fcf6b68e82de511130e2044b0af468745226d460e97b725740745df15a"},
    {178, 218, 3, 355, 219, "a4d35b19dcd83a5b8f996af69c68e01ad21a337953c8527240c9e321f76bb7b1"},
    {178, 218, 1, 89, 109, "98c9a032b4de1ddcd14a30542fa1b1efe6633414a18c123c0119e541ee2a6ec3"},
    {178, 218, 1, 178, 100, "56819b6f1fdfda4a95ad1fb1a2f38019eaac31d1a7212dee83a98d36921dc713"},
    {178, 218, 1, 37, 218, "4aa078f17d710758a56b2bfe181cba3c2e4cebeb7943edda488e83d442fbd1a5"},
    {7, 5, 3, 100, 3, "f2ee4881508c9d711518a59c08d590612dbc02b6025d9d952b22c1c093c55dd3"},
    {1, 1, 1, 9, 4, "6db65fd59fd356f6729140571b5bcd6bb3b83492a16e1bf0a3884442fc3c8a0e"},
    {178, 218, 1, 1, 1, "6922e93e3827642ce4b883c756b31abf80036649d3614bf5fcb3adda43b8ea32"},
};

static void test_linear_is_cv2s(void)
{
    for (size_t i = 0; i < sizeof cv2_cases / sizeof cv2_cases[0]; i++) {
        int sw = cv2_cases[i].sw, sh = cv2_cases[i].sh, c = cv2_cases[i].c;
        int dw = cv2_cases[i].dw, dh = cv2_cases[i].dh;
        uint8_t *src = picture(sw, sh, c);
        uint8_t *dst = resized(KN_FILTER_LINEAR, src, sw, sh, c, dw, dh);
        TST_TEXT(pl_digest_bytes(dst, (size_t)(dw * dh * c)).hex, cv2_cases[i].digest);
        free(dst);
        free(src);
    }
}

static const stbir_filter stb_filters[KN_FILTER_COUNT] = {
    [KN_FILTER_TRIANGLE] = STBIR_FILTER_TRIANGLE,
    [KN_FILTER_BOX] = STBIR_FILTER_BOX,
    [KN_FILTER_CATMULLROM] = STBIR_FILTER_CATMULLROM,
    [KN_FILTER_MITCHELL] = STBIR_FILTER_MITCHELL,
};

/* The largest difference from stb_image_resize in grey levels; *differ counts pixels. */
static int against_stb(kn_filter filter, int sw, int sh, int c, int dw, int dh, size_t *differ)
{
    size_t n = (size_t)(dw * dh * c);
    uint8_t *src = picture(sw, sh, c), *want = malloc(n);
    uint8_t *got = resized(filter, src, sw, sh, c, dw, dh);
    CU_ASSERT_TRUE(stbir_resize_uint8_generic(src, sw, sh, 0, want, dw, dh, 0, c,
                                              STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP,
                                              stb_filters[filter], STBIR_COLORSPACE_LINEAR, NULL));
    int worst = 0;
    for (size_t i = 0; i < n; i++) {
        int d = abs(got[i] - want[i]);
        *differ += d != 0;
        if (d > worst)
            worst = d;
    }
    free(got);
    free(want);
    free(src);
    return worst;
}

static void test_filters_are_stbs_within_one_level(void)
{
    static const int sizes[][5] = {
        {178, 218, 1, 50, 50},   {178, 218, 1, 100, 100}, {178, 218, 3, 50, 50},
        {178, 218, 3, 300, 20},  {178, 218, 1, 20, 300},  {178, 218, 1, 177, 219},
        {178, 218, 1, 200, 400}, {31, 17, 3, 16, 16},     {5, 3, 1, 64, 64},
        {1, 1, 3, 7, 7},         {2, 300, 1, 1, 1},       {640, 480, 1, 50, 50}};
    size_t pixels = 0, differ = 0;
    for (int f = 0; f < KN_FILTER_COUNT; f++)
        for (size_t i = 0; f != KN_FILTER_LINEAR && i < sizeof sizes / sizeof sizes[0]; i++) {
            const int *s = sizes[i];
            int worst = against_stb((kn_filter)f, s[0], s[1], s[2], s[3], s[4], &differ);
            pixels += (size_t)(s[2] * s[3] * s[4]);
            if (worst > 1)
                tst_note("%s %dx%dx%d -> %dx%d differs by %d", kn_filter_names[f], s[0], s[1], s[2],
                         s[3], s[4], worst);
            CU_ASSERT_TRUE(worst <= 1);
        }
    CU_ASSERT_TRUE(differ * 1000 < pixels);
}

static void test_every_instruction_set_gives_the_same_bytes(void)
{
    static const int sizes[][5] = {
        {178, 218, 1, 50, 50}, {178, 218, 3, 100, 100}, {31, 17, 1, 64, 9}};
    kn_isa best = kn_isa_get();
    for (int f = 0; f < KN_FILTER_COUNT; f++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            const int *s = sizes[i];
            uint8_t *src = picture(s[0], s[1], s[2]), *want = NULL;
            for (int isa = KN_ISA_SCALAR; isa <= (int)best; isa++) {
                kn_isa_force((kn_isa)isa);
                uint8_t *got = resized((kn_filter)f, src, s[0], s[1], s[2], s[3], s[4]);
                CU_ASSERT_TRUE(!want || memcmp(got, want, (size_t)(s[2] * s[3] * s[4])) == 0);
                free(want);
                want = got;
            }
            free(want);
            free(src);
        }
    kn_isa_force(best);
}

static void test_a_constant_stays_and_same_size_copies(void)
{
    for (int f = 0; f < KN_FILTER_COUNT; f++)
        for (int v = 0; v <= 255; v += 51) {
            uint8_t src[40 * 30];
            memset(src, v, sizeof src);
            for (int d = 1; d <= 90; d += 11) {
                uint8_t *dst = resized((kn_filter)f, src, 40, 30, 1, d, 91 - d);
                for (int i = 0; i < d * (91 - d); i++)
                    CU_ASSERT_EQUAL_FATAL(dst[i], v);
                free(dst);
            }
        }
    uint8_t *src = picture(33, 21, 3);
    for (int f = 0; f < KN_FILTER_COUNT; f++) {
        uint8_t *dst = resized((kn_filter)f, src, 33, 21, 3, 33, 21);
        CU_ASSERT_EQUAL(memcmp(dst, src, 33 * 21 * 3), 0);
        free(dst);
    }
    free(src);
}

static void test_impossible_geometry(void)
{
    kn_resize *r = NULL;
    TST_FAILS(KN_EINTERNAL, "cannot resize 0x5 to 4x4 with 1 channels",
              kn_resize_new(KN_FILTER_BOX, 0, 5, 4, 4, 1, &r, e));
    CU_ASSERT_PTR_NULL(r);
    TST_FAILS(KN_EINTERNAL, "cannot resize 5x5 to 4x4 with 2 channels",
              kn_resize_new(KN_FILTER_BOX, 5, 5, 4, 4, 2, &r, e));
}

static void test_gray_is_cv2s(void)
{
    /* cv2.cvtColor(RGB2GRAY) of these pixels */
    static const uint8_t rgb[] = {255, 0,   0,   0,  255, 0,  0, 0, 255,
                                  255, 255, 255, 10, 20,  30, 1, 1, 2};
    static const uint8_t want[] = {76, 150, 29, 255, 18, 1};
    uint8_t got[6];
    kn_gray_from_rgb(6, rgb, got);
    CU_ASSERT_EQUAL(memcmp(got, want, sizeof want), 0);
}

static void test_speed(void)
{
    uint8_t *src = picture(178, 218, 1);
    static uint8_t dst[10000];
    static float scratch[4096];
    for (int i = 0; i < 4; i++) {
        kn_resize *r = NULL;
        int f = i % 2, size = i < 2 ? 50 : 100;
        TST_OK(kn_resize_new((kn_filter)f, 178, 218, size, size, 1, &r, e));
        CU_ASSERT_TRUE_FATAL(kn_resize_scratch_bytes(r) <= sizeof scratch);
        double begun = pl_now();
        for (int k = 0; k < 2000; k++)
            kn_resize_run(r, src, 178, dst, scratch);
        tst_note("%s 178x218 -> %dx%d: %.0f images/s on one core", kn_filter_names[f], size, size,
                 2000 / (pl_now() - begun));
        kn_resize_free(r);
    }
    free(src);
}

const tst_case tst_image_resize[] = {
    TST(test_linear_is_cv2s),
    TST(test_filters_are_stbs_within_one_level),
    TST(test_every_instruction_set_gives_the_same_bytes),
    TST(test_a_constant_stays_and_same_size_copies),
    TST(test_impossible_geometry),
    TST(test_gray_is_cv2s),
    TST_M(test_speed),
    TST_END,
};
