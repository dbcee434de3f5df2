/* Pictures turned, cut and mirrored before they are resized. The pictures are PGM files whose pixel (x, y) is 10 y + x, read at the
 * size they have after framing, so that nothing is interpolated. */
#include "data/images.h"

#include <stdio.h>
#include <string.h>

#include "tst.h"

/* w x h, named a.pgm. */
static void write_picture(int w, int h)
{
    char text[4096];
    int n = snprintf(text, sizeof text, "P5 %d %d 255\n", w, h);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            text[n++] = (char)(10 * y + x);
    tst_write(tst_path("a.pgm"), text, (size_t)n);
}

/* Loads it at w x h and compares all pixels. */
static bool loads(const pl_framing *f, int w, int h, const uint8_t *want)
{
    pl_images im;
    kn_pool *pool = NULL;
    const pl_fit_target target = {w, h, 1, KN_FILTER_LINEAR};
    TST_OK(kn_pool_new(1, &pool, e));
    TST_OK(pl_images_load_framed(tst_path("a.pgm"), &target, f, pool, &im, e));
    bool same = im.count == 1 && memcmp(im.x, want, (size_t)w * (size_t)h) == 0 &&
                im.size[0][0] == w && im.size[0][1] == h;
    pl_images_clear(&im);
    kn_pool_free(pool);
    return same;
}

static void test_framing_turns_clockwise(void)
{
    write_picture(3, 2);
    const uint8_t as_is[] = {0, 1, 2, 10, 11, 12}, right[] = {10, 0, 11, 1, 12, 2};
    const uint8_t half[] = {12, 11, 10, 2, 1, 0}, left[] = {2, 12, 1, 11, 0, 10};
    CU_ASSERT(loads(&(pl_framing){0}, 3, 2, as_is));
    CU_ASSERT(loads(&(pl_framing){.turn = PL_TURN_0}, 3, 2, as_is));
    CU_ASSERT(loads(&(pl_framing){.turn = PL_TURN_90}, 2, 3, right));
    CU_ASSERT(loads(&(pl_framing){.turn = PL_TURN_180}, 3, 2, half));
    CU_ASSERT(loads(&(pl_framing){.turn = PL_TURN_270}, 2, 3, left));
    CU_ASSERT(!loads(&(pl_framing){.turn = PL_TURN_270}, 2, 3, right));
}

static void test_framing_cuts_then_mirrors(void)
{
    write_picture(5, 3);
    const uint8_t square[] = {1, 2, 3, 11, 12, 13, 21, 22, 23};
    const uint8_t mirrored[] = {3, 2, 1, 13, 12, 11, 23, 22, 21};
    const uint8_t box[] = {13, 14, 23, 24}, turned_box[] = {20, 10};
    CU_ASSERT(loads(&(pl_framing){.cut = PL_CUT_SQUARE}, 3, 3, square));
    CU_ASSERT(loads(&(pl_framing){.cut = PL_CUT_SQUARE, .mirror = true}, 3, 3, mirrored));
    CU_ASSERT(loads(&(pl_framing){.cut = PL_CUT_BOX, .x = 3, .y = 1, .w = 2, .h = 2}, 2, 2, box));
    CU_ASSERT(loads(&(pl_framing){.turn = PL_TURN_90, .cut = PL_CUT_BOX, .w = 2, .h = 1}, 2, 1,
                    turned_box));
}

/* The largest part of CelebA's proportions: of 60 x 22 pixels 17 x 22 (22 * 178 / 218 = 17.96), of 9 x 40 pixels 9 x 11 (9 * 218 /
 * 178 = 11.02). */
static void test_framing_cuts_as_celeba(void)
{
    const struct {
        int w, h, cut_w, cut_h;
    } cases[] = {{60, 22, 17, 22}, {9, 40, 9, 11}, {1, 1, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pl_images im;
        kn_pool *pool = NULL;
        const pl_fit_target target = {4, 4, 1, KN_FILTER_LINEAR};
        const pl_framing celeba = {.cut = PL_CUT_CELEBA};
        write_picture(cases[i].w, cases[i].h);
        TST_OK(kn_pool_new(1, &pool, e));
        TST_OK(pl_images_load_framed(tst_path("a.pgm"), &target, &celeba, pool, &im, e));
        CU_ASSERT_EQUAL(im.size[0][0], cases[i].cut_w);
        CU_ASSERT_EQUAL(im.size[0][1], cases[i].cut_h);
        pl_images_clear(&im);
        kn_pool_free(pool);
    }
}

static void test_framing_that_does_not_fit(void)
{
    pl_images im;
    kn_pool *pool = NULL;
    const pl_fit_target target = {4, 4, 1, KN_FILTER_LINEAR};
    const pl_framing f = {.cut = PL_CUT_BOX, .x = 2, .y = 1, .w = 2, .h = 2};
    write_picture(3, 3);
    TST_OK(kn_pool_new(1, &pool, e));
    TST_FAILS(
        KN_EDATA,
        "none of 1 pictures can be read: a.pgm: the cut 2,1,2,2 does not fit into 3 x 3 pixels",
        pl_images_load_framed(tst_path("a.pgm"), &target, &f, pool, &im, e));
    kn_pool_free(pool);
}

const tst_case tst_data_images[] = {
    TST(test_framing_turns_clockwise), TST(test_framing_cuts_then_mirrors),
    TST(test_framing_cuts_as_celeba), TST(test_framing_that_does_not_fit), TST_END};
