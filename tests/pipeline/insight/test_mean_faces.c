#include "insight/mean_faces.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/insight/made_pixels.h"
#include "tst.h"

/* By numpy: scripts/oracle/mean_faces.py. */
static const uint8_t mean_0[] = {107, 120, 133, 120, 133, 121, 134, 124, 114, 117, 132, 135,
                                 123, 141, 121, 126, 131, 124, 124, 119, 114, 122, 130, 126};
static const uint8_t difference[] = {162, 162, 59,  59,  59, 162, 111, 172, 129, 242, 96, 105,
                                     111, 129, 199, 166, 30, 255, 162, 138, 218, 143, 67, 250};
static const uint8_t spread[] = {254, 254, 255, 244, 244, 247, 240, 247, 246, 252, 245, 246,
                                 254, 246, 250, 250, 254, 255, 254, 246, 250, 248, 254, 245};

typedef struct opened {
    made_study m;
    kn_pool *pool;
    pl_shelf shelf;
    pl_shelved *item;
} opened;

static const pl_pixel_sums *open_all(opened *o, int channels)
{
    made_study_init(&o->m, channels);
    made_cache(&o->m, channels, MADE_IMAGES);
    TST_OK(kn_pool_new(2, &o->pool, e));
    pl_shelf_init(&o->shelf, o->m.cache, o->pool);
    TST_OK(pl_shelf_get(&o->shelf, o->m.run[0].manifest, &o->item, e));
    CU_ASSERT_PTR_NOT_NULL_FATAL(o->item);
    return pl_shelf_train(&o->shelf, o->item);
}

static void close_all(opened *o)
{
    pl_shelf_clear(&o->shelf);
    kn_pool_free(o->pool);
    made_study_clear(&o->m);
}

static void test_mean_pictures_are_numpys(void)
{
    opened o;
    uint8_t x[sizeof mean_0];
    const pl_pixel_sums *train = open_all(&o, 1);
    pl_mean_picture(&train[0], x);
    CU_ASSERT_EQUAL(memcmp(x, mean_0, sizeof x), 0);
    CU_ASSERT(tst_near(pl_difference_picture(&train[0], &train[1], x), 4.03174603175, 0, 1e-11));
    CU_ASSERT_EQUAL(memcmp(x, difference, sizeof x), 0);
    CU_ASSERT(tst_near(pl_spread_picture(&train[0], &train[1], x), 3.38975581853, 0, 1e-11));
    CU_ASSERT_EQUAL(memcmp(x, spread, sizeof x), 0);
    pl_place at = pl_difference_place(&train[0], &train[1], MADE_WIDTH, 1);
    CU_ASSERT(tst_near(at.x, 0.916666666667, 0, 1e-11) && tst_near(at.y, 0.625, 0, 0) &&
              at.brighter);
    at = pl_difference_place(&train[1], &train[0], MADE_WIDTH, 1);
    CU_ASSERT(tst_near(at.x, 0.916666666667, 0, 1e-11) && !at.brighter);
    pl_difference_picture(&train[1], &train[0], x);
    CU_ASSERT_NOT_EQUAL(memcmp(x, difference, sizeof x), 0);
    close_all(&o);
}

static void test_mean_pictures_of_colour(void)
{
    opened o;
    uint8_t x[MADE_WIDTH * MADE_HEIGHT * 3];
    const pl_pixel_sums *train = open_all(&o, 3);
    CU_ASSERT(tst_near(pl_difference_picture(&train[0], &train[1], x), 2.09225700165, 0, 1e-11));
    CU_ASSERT(tst_near(pl_spread_picture(&train[0], &train[1], x), 3.33809000818, 0, 1e-11));
    pl_place at = pl_difference_place(&train[0], &train[1], MADE_WIDTH, 3);
    CU_ASSERT(tst_near(at.x, 0.583333333333, 0, 1e-11) && tst_near(at.y, 0.625, 0, 0) &&
              at.brighter);
    close_all(&o);
}

/* What is alike has no difference, and one picture no spread. */
static void test_mean_pictures_of_what_is_alike(void)
{
    opened o;
    pl_pixel_sums one;
    uint8_t x[MADE_WIDTH * MADE_HEIGHT];
    const uint32_t index[] = {4};
    const pl_pixel_sums *train = open_all(&o, 1);
    CU_ASSERT_EQUAL(pl_difference_picture(&train[0], &train[0], x), 1);
    CU_ASSERT(x[0] == 128 && x[sizeof x - 1] == 128);
    pl_pixel_sums_make(&o.item->pixels, index, 1, o.pool, &one);
    CU_ASSERT_EQUAL(pl_spread_picture(&one, &one, x), 1);
    CU_ASSERT(x[0] == 0 && x[sizeof x - 1] == 0);
    pl_mean_picture(&one, x);
    CU_ASSERT_EQUAL(memcmp(x, pl_pixels_row(&o.item->pixels, 4), sizeof x), 0);
    pl_pixel_sums_clear(&one);
    close_all(&o);
}

static void test_mean_faces_have_their_numbers_beside_them(void)
{
    opened o;
    pl_mean_faces faces;
    open_all(&o, 1);
    const pl_sheet_request q = {o.m.dir,         "a00000000001",  "Male",
                                &o.m.answers[0], &o.item->pixels, o.pool};
    TST_OK(pl_mean_faces_make(&q, &o.shelf, o.item, &faces, e));
    CU_ASSERT(faces.shown && faces.known && faces.errors[0] == 7 && faces.errors[1] == 2);
    TST_TEXT(faces.path, "pictures/a00000000001-means.png");
    char *csv = tst_read(tst_path("pictures/a00000000001-means.csv"), NULL);
    static const char head[] = "picture,images,factor,x,y,sign\n"
                               "not Male,20,1,,,\n"
                               "Male,10,1,,,\n"
                               "difference,30,4.03174603,0.916666667,0.625,1\n"
                               "spread,30,3.38975582,,,\n"
                               "wrong: not Male,7,1,,,\n"
                               "wrong minus not Male,7,";
    CU_ASSERT_EQUAL(strncmp(csv, head, sizeof head - 1), 0);
    free(csv);
    pl_mean_faces_clear(&faces);
    close_all(&o);
}

const tst_case tst_insight_mean_faces[] = {
    TST(test_mean_pictures_are_numpys), TST(test_mean_pictures_of_colour),
    TST(test_mean_pictures_of_what_is_alike), TST(test_mean_faces_have_their_numbers_beside_them),
    TST_END};
