#include "insight/pixels.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/insight/made_pixels.h"
#include "tst.h"
#include "util/fs.h"

static void test_pixels_are_found_by_name_and_side(void)
{
    made_study m;
    pl_pixels p;
    bool found = false;
    made_study_init(&m, 3);
    made_cache(&m, 3, MADE_IMAGES);
    TST_OK(pl_pixels_open(m.cache, m.run[0].manifest, &found, &p, e));
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT(p.width == MADE_WIDTH && p.height == MADE_HEIGHT && p.channels == 3);
    CU_ASSERT(p.count == MADE_IMAGES && p.label[3] == 1 && p.label[4] == 0);
    CU_ASSERT(p.on_side[PL_SIDE_TRAIN] == 30 && p.on_side[PL_SIDE_VAL] == 10);
    CU_ASSERT(p.on_side[PL_SIDE_TEST] == 20 && p.side[PL_SIDE_TEST][0] == 40);
    const uint8_t *x = pl_pixels_of(&p, "000042.jpg");
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    /* row 1, column 2, blue: 42 * 37 + 91 + 26 + 106 + 42 * 14 = 2365 = 61 mod 256 */
    CU_ASSERT_EQUAL(x[(MADE_WIDTH + 2) * 3 + 2], 61);
    CU_ASSERT_PTR_EQUAL(x, pl_pixels_row(&p, 42));
    CU_ASSERT_PTR_NULL(pl_pixels_of(&p, "000060.jpg"));
    pl_pixels_close(&p);
    made_study_clear(&m);
}

/* Every path below the folder, sorted, one a line. */
static char *listing(const char *dir)
{
    char *command = pl_format("find %s | sort", dir), *out = NULL;
    tst_shell(NULL, command, &out, NULL);
    free(command);
    return out;
}

static void test_pixels_absent_are_no_error_and_nothing_is_made(void)
{
    made_study m;
    pl_pixels p;
    bool found = true;
    made_study_init(&m, 1);
    TST_OK(pl_pixels_open(m.cache, m.run[0].manifest, &found, &p, e));
    CU_ASSERT_FALSE(found);
    CU_ASSERT_FALSE(pl_exists(m.cache));
    made_cache(&m, 3, MADE_IMAGES); /* of other keys */
    char *before = listing(m.cache);
    found = true;
    TST_OK(pl_pixels_open(m.cache, m.run[0].manifest, &found, &p, e));
    CU_ASSERT_FALSE(found);
    found = true;
    TST_OK(pl_pixels_open(m.cache, NULL, &found, &p, e));
    CU_ASSERT_FALSE(found);
    json_t *odd = json_pack("{s:{s:s,s:s}}", "keys", "ingest", "../../x", "split", "y");
    found = true;
    TST_OK(pl_pixels_open(m.cache, odd, &found, &p, e));
    CU_ASSERT_FALSE(found);
    char *after = listing(m.cache);
    TST_TEXT(after, before);
    json_decref(odd);
    free(before);
    free(after);
    made_study_clear(&m);
}

static void test_pixels_refuse_an_entry_with_names_missing(void)
{
    made_study m;
    pl_pixels p;
    bool found = true;
    made_study_init(&m, 1);
    made_cache(&m, 1, MADE_IMAGES - 1);
    const char *key =
        json_string_value(json_object_get(json_object_get(m.run[0].manifest, "keys"), "ingest"));
    char *want =
        pl_format("%s/ingest/%.2s/%s/names.csv: 59 names for 60 images", m.cache, key, key);
    TST_FAILS(KN_EFORMAT, want, pl_pixels_open(m.cache, m.run[0].manifest, &found, &p, e));
    CU_ASSERT_FALSE(found);
    free(want);
    made_study_clear(&m);
}

/* Whole sums, whatever the number of threads: against a plain loop. */
static void test_pixel_sums_are_exact_on_any_number_of_threads(void)
{
    made_study m;
    pl_pixels p;
    bool found = false;
    const uint32_t index[] = {5, 17, 3, 59, 3};
    made_study_init(&m, 3);
    made_cache(&m, 3, MADE_IMAGES);
    TST_OK(pl_pixels_open(m.cache, m.run[0].manifest, &found, &p, e));
    CU_ASSERT_TRUE_FATAL(found);
    for (int threads = 1; threads <= 3; threads++) {
        kn_pool *pool = NULL;
        pl_pixel_sums s;
        TST_OK(kn_pool_new(threads, &pool, e));
        pl_pixel_sums_make(&p, index, 5, pool, &s);
        CU_ASSERT(s.count == 5 && s.size == (size_t)MADE_WIDTH * MADE_HEIGHT * 3);
        for (size_t k = 0; k < s.size; k++) {
            uint64_t sum = 0, square = 0;
            for (size_t i = 0; i < 5; i++) {
                uint64_t v = pl_pixels_row(&p, index[i])[k];
                sum += v;
                square += v * v;
            }
            CU_ASSERT(s.sum[k] == sum && s.square[k] == square);
        }
        pl_pixel_sums_clear(&s);
        pl_pixel_sums_make(&p, index, 0, pool, &s);
        CU_ASSERT(s.count == 0 && s.sum[0] == 0);
        pl_pixel_sums_clear(&s);
        kn_pool_free(pool);
    }
    pl_pixels_close(&p);
    made_study_clear(&m);
}

static void test_shelf_opens_once(void)
{
    made_study m;
    pl_shelf shelf;
    pl_shelved *first = NULL, *again = NULL;
    kn_pool *pool = NULL;
    made_study_init(&m, 1);
    made_cache(&m, 1, MADE_IMAGES);
    TST_OK(kn_pool_new(2, &pool, e));
    pl_shelf_init(&shelf, m.cache, pool);
    TST_OK(pl_shelf_get(&shelf, m.run[0].manifest, &first, e));
    TST_OK(pl_shelf_get(&shelf, m.run[1].manifest, &again, e));
    CU_ASSERT(first && first == again && shelf.count == 1);
    const pl_pixel_sums *train = pl_shelf_train(&shelf, first);
    CU_ASSERT(train[0].count == 20 && train[1].count == 10);
    CU_ASSERT_PTR_EQUAL(pl_shelf_train(&shelf, first), train);
    TST_OK(pl_shelf_get(&shelf, NULL, &again, e));
    CU_ASSERT_PTR_NULL(again);
    pl_shelf_clear(&shelf);
    kn_pool_free(pool);
    made_study_clear(&m);
}

const tst_case tst_insight_pixels[] = {TST(test_pixels_are_found_by_name_and_side),
                                       TST(test_pixels_absent_are_no_error_and_nothing_is_made),
                                       TST(test_pixels_refuse_an_entry_with_names_missing),
                                       TST(test_pixel_sums_are_exact_on_any_number_of_threads),
                                       TST(test_shelf_opens_once),
                                       TST_END};
