#include "audit/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_view.h"
#include "io/json.h"
#include "io/npy.h"
#include "pipeline/audit/audit_fixture.h"
#include "tst.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"

#include "pipeline/audit/audit_numbers.inc"

/* 1 (train) and 3 (val) have the same bytes; 6 (train) and 4 (test) are one photograph; 8 (val) and 13 (val) too. */
static audit_fixture *with_pairs(void)
{
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    audit_fixture_copy(f, 1, 3, true);
    audit_fixture_copy(f, 6, 4, false);
    audit_fixture_copy(f, 8, 13, false);
    audit_fixture_write(f);
    return f;
}

static void expect(const char *path, const char *want)
{
    char *text = tst_read(tst_path("%s", path), NULL);
    TST_TEXT(text ? text : "", want);
    free(text);
}

static void test_what_is_there_twice_is_found(void)
{
    audit_fixture *f = with_pairs();
    audit_fixture_audit(f, "out", 2);
    expect("out/identical.csv", "set,image,side,label\n1,001.jpg,train,0\n1,003.jpg,val,1\n");
    pl_csv near;
    TST_OK(pl_csv_read(tst_path("out/near_pairs.csv"), &near, e));
    CU_ASSERT_EQUAL_FATAL(near.rows, 3);
    static const char *const want[2][5] = {{"004.jpg", "006.jpg", "test/train", "0/1", "0"},
                                           {"008.jpg", "013.jpg", "val/val", "0/0", "0"}};
    for (size_t r = 0; r < 2; r++) {
        for (size_t k = 0; k < 5; k++)
            TST_TEXT(pl_csv_get(&near, r + 1, k), want[r][k]);
        CU_ASSERT(strtod(pl_csv_get(&near, r + 1, 6), NULL) > 0.99);
    }
    pl_csv_clear(&near);
    expect("out/left_out.csv", "image,reason\n\"a,b.jpg\",the file is empty\nx.jpg,no row in the "
                               "label table\ny.jpg,no row in the label table\n");
    expect("out/people.csv", "person,train,val,test\n");
    pl_audit_view v;
    TST_OK(pl_audit_view_read(tst_path("out"), &v, e));
    CU_ASSERT(pl_audit_number(&v, "identical_pairs") == 1 &&
              pl_audit_number(&v, "identical_pairs_on_two_sides") == 1);
    CU_ASSERT(pl_audit_number(&v, "near_pairs") == 2 &&
              pl_audit_number(&v, "near_pairs_on_two_sides") == 1);
    CU_ASSERT_EQUAL(pl_audit_number(&v, "contradicting_pairs"), 2);
    CU_ASSERT(pl_audit_number_in(&v, "seen_in_training", "val") == 1 &&
              pl_audit_number_in(&v, "seen_in_training", "test") == 1);
    CU_ASSERT_EQUAL(pl_audit_number(&v, "people_on_two_sides"), -1);
    CU_ASSERT_TRUE(pl_audit_is_failing(&v));
    char *findings = pl_json_text(json_object_get(v.audit, "findings"));
    TST_TEXT(findings,
             "[\n"
             "  \"1 pair of pictures with the same bytes, 1 of them on two sides of the split\",\n"
             "  \"2 pairs of pictures of one photograph (near-identical), 1 of them on two sides "
             "of the split\",\n"
             "  \"1 of 12 test images (8.33 %) is there in training too, as the same file or "
             "photograph\",\n"
             "  \"1 of 12 validation images (8.33 %) is there in training too, as the same file or "
             "photograph\",\n"
             "  \"2 of these pairs have labels that contradict each other: Male and not\",\n"
             "  \"1 broken picture is left out\",\n"
             "  \"2 pictures have no row in the label table and are left out\"\n]\n");
    free(findings);
    pl_audit_view_clear(&v);
    free(f);
}

static void test_a_clean_split_passes(void)
{
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    audit_fixture_write(f);
    audit_fixture_audit(f, "out", 1);
    pl_audit_view v;
    TST_OK(pl_audit_view_read(tst_path("out"), &v, e));
    CU_ASSERT_FALSE(pl_audit_is_failing(&v));
    CU_ASSERT(pl_audit_number(&v, "near_pairs") == 0 &&
              pl_audit_number(&v, "identical_pairs") == 0);
    pl_audit_view_clear(&v);
    free(f);
}

static void test_people_on_two_sides(void)
{
    audit_fixture *f = calloc(1, sizeof *f);
    pl_str people;
    audit_fixture_init(f);
    audit_fixture_write(f);
    pl_str_init(&people);
    for (int i = 0; i < FIXTURE_IMAGES;
         i++) /* who is on one side, but 700 and 701; 59 is of nobody */
        if (i != 59)
            pl_str_addf(&people, "%03d.jpg %d\n", i,
                        i == 0 || i == 3 || i == 4 ? 700
                        : i == 5 || i == 8         ? 701
                                                   : i);
    tst_write_text(tst_path("people.txt"), people.text);
    pl_str_clear(&people);
    f->input.identity = tst_path("people.txt");
    audit_fixture_audit(f, "out", 1);
    expect("out/people.csv", "person,train,val,test\n700,1,1,1\n701,1,1,0\n");
    pl_audit_view v;
    TST_OK(pl_audit_view_read(tst_path("out"), &v, e));
    CU_ASSERT(pl_audit_number(&v, "people_on_two_sides") == 2 && pl_audit_is_failing(&v));
    CU_ASSERT(pl_audit_number_in(&v, "people", "people") == 56 &&
              pl_audit_number_in(&v, "people", "images_without") == 1);
    pl_audit_view_clear(&v);
    free(f);
}

static void same_row(const pl_audit_view *v, const char *name, const double *want)
{
    size_t k = 0;
    for (size_t i = 0; i < pl_audit_drift_rows(v); i++) {
        pl_drift_view r = pl_audit_drift_row(v, i);
        if (strcmp(r.name, name) != 0 || r.side == PL_SIDE_TRAIN)
            continue;
        const double got[] = {r.mean, r.std, r.difference, r.low, r.high, r.distance};
        for (int m = 0; m < 6; m++, k++)
            if (!tst_near(got[m], want[k], 2e-9, 2e-8)) {
                tst_note("%s, number %zu: %.12g, not %.12g", name, k, got[m], want[k]);
                CU_FAIL("a number of drift.csv differs");
            }
    }
    CU_ASSERT_EQUAL(k, 12);
}

static void test_drift_is_scipys_and_statsmodels(void)
{
    static const char *const columns[] = {"Hat", "Male", "Young"};
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    audit_fixture_write(f);
    audit_fixture_audit(f, "out", 2);
    pl_audit_view v;
    TST_OK(pl_audit_view_read(tst_path("out"), &v, e));
    same_row(&v, "bytes", want_bytes);
    same_row(&v, "brightness", want_brightness);
    same_row(&v, "contrast", want_contrast);
    same_row(&v, "aspect", want_aspect);
    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < pl_audit_drift_rows(&v); i++) {
            pl_drift_view r = pl_audit_drift_row(&v, i);
            if (strcmp(r.name, columns[c]) != 0 || r.side == PL_SIDE_TRAIN)
                continue;
            const double *want = want_share + 10 * c + 5 * (r.side - 1);
            CU_ASSERT(tst_near(r.mean, want[0], 1e-8, 0) &&
                      tst_near(r.difference, want[1], 1e-8, 0) &&
                      tst_near(r.low, want[2], 1e-8, 0) && tst_near(r.high, want[3], 1e-8, 0) &&
                      tst_near(r.p, want[4], 1e-8, 0));
        }
    CU_ASSERT(tst_near(pl_audit_phi(&v, 0, 1), want_phi[0], 1e-8, 0));
    CU_ASSERT(tst_near(pl_audit_phi(&v, 2, 0), want_phi[1], 1e-8, 0));
    CU_ASSERT(tst_near(pl_audit_phi(&v, 1, 2), want_phi[2], 1e-8, 0));
    CU_ASSERT(isnan(pl_audit_phi(&v, 3, 1)) && pl_audit_phi(&v, 2, 2) == 1);
    pl_audit_view_clear(&v);
    free(f);
}

static void test_training_quantiles_are_numpys(void)
{
    static const char *const measure[] = {"width", "bytes", "brightness"};
    static const char *const q[] = {"q01", "q05", "q50", "q95", "q99", "min", "max"};
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    audit_fixture_write(f);
    audit_fixture_audit(f, "out", 1);
    json_t *root = NULL;
    TST_OK(pl_json_read(tst_path("out/training.json"), &root, e));
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(root, "count")), 36);
    CU_ASSERT_PTR_NULL(json_object_get(root, "saturation")); /* grey */
    for (int m = 0; m < 3; m++)
        for (int k = 0; k < 7; k++)
            CU_ASSERT(tst_near(
                json_number_value(json_object_get(json_object_get(root, measure[m]), q[k])),
                want_quantiles[7 * m + k], 1e-12, 1e-12));
    json_decref(root);
    free(f);
}

static void test_attributes_are_of_validation_and_test(void)
{
    audit_fixture *f = calloc(1, sizeof *f);
    audit_fixture_init(f);
    audit_fixture_write(f);
    audit_fixture_audit(f, "out", 1);
    pl_csv csv;
    TST_OK(pl_csv_read(tst_path("out/attributes.csv"), &csv, e));
    CU_ASSERT_EQUAL(csv.rows, 1 + 24);
    for (size_t r = 1; r < csv.rows; r++) {
        int i = (int)strtol(pl_csv_get(&csv, r, 0), NULL, 10);
        TST_TEXT(pl_csv_get(&csv, r, 1), f->side[i] == 1 ? "val" : "test");
        for (size_t k = 0; k < FIXTURE_COLUMNS; k++)
            TST_TEXT(pl_csv_get(&csv, r, 2 + k), f->attributes[i][k] == 1 ? "1" : "-1");
    }
    pl_csv_clear(&csv);
    expect("out/balance.csv", "side,images,positive,negative,share\ntrain,36,12,24,0.333333333\n"
                              "val,12,4,8,0.333333333\ntest,12,4,8,0.333333333\n");
    free(f);
}

static void test_threads_change_no_byte(void)
{
    audit_fixture *f = with_pairs();
    audit_fixture_audit(f, "one", 1);
    audit_fixture_audit(f, "three", 3);
    for (int i = 0; pl_audit_files[i]; i++) {
        size_t a = 0, b = 0;
        char *x = tst_read(tst_path("one/%s", pl_audit_files[i]), &a);
        char *y = tst_read(tst_path("three/%s", pl_audit_files[i]), &b);
        CU_ASSERT(x && y && a == b && memcmp(x, y, a) == 0);
        free(x);
        free(y);
    }
    free(f);
}

/* Of several targets the first is the target; images without its label count in no share, and contradict none. */
static void test_labels_that_are_not_known_count_nothing(void)
{
    enum { TARGET = 1, TARGETS = 2 };
    audit_fixture *f = with_pairs();
    uint8_t y[FIXTURE_IMAGES][TARGETS];
    size_t known = 0, positive = 0;
    for (int i = 0; i < FIXTURE_IMAGES; i++) {
        bool gap = i == 3 || i == 6 || i % 10 == 7;
        f->attributes[i][TARGET] = gap ? 0 : f->attributes[i][TARGET];
        y[i][0] = gap ? 255 : f->y[i];
        y[i][1] = (uint8_t)(i % 2);
        known += !gap;
        positive += !gap && f->y[i];
    }
    audit_fixture_write(f);
    const int64_t dim[] = {FIXTURE_IMAGES, TARGETS};
    TST_OK(pl_npy_write(tst_path("ingest/y.npy"), PL_NPY_U1, 2, dim, y, e));
    audit_fixture_audit(f, "out", 1);
    expect("out/identical.csv", "set,image,side,label\n1,001.jpg,train,0\n1,003.jpg,val,\n");
    pl_audit_view v;
    TST_OK(pl_audit_view_read(tst_path("out"), &v, e));
    pl_audit_count c = pl_audit_count_of(&v, v.target, PL_SIDES);
    CU_ASSERT_TRUE(v.target == TARGET && c.images == (long long)known &&
                   c.positive == (long long)positive);
    CU_ASSERT_EQUAL(pl_audit_number(&v, "contradicting_pairs"), 0);
    pl_audit_view_clear(&v);
    free(f);
}

static void test_files_that_do_not_fit_are_told(void)
{
    audit_fixture *f = calloc(1, sizeof *f);
    pl_audit_tools tools = {.pool = NULL};
    audit_fixture_init(f);
    audit_fixture_write(f);
    TST_OK(kn_pool_new(1, &tools.pool, e));
    const int64_t few[] = {FIXTURE_IMAGES - 1};
    TST_OK(pl_npy_write(tst_path("ingest/y.npy"), PL_NPY_U1, 1, few, f->y, e));
    char *want = pl_format("%s: not the kind of array expected here, or not of as many images",
                           tst_path("ingest/y.npy"));
    TST_FAILS(KN_EFORMAT, want, pl_audit_write(&f->input, &tools, tst_dir(), e));
    free(want);
    audit_fixture_write(f);
    const uint32_t twice[] = {3, 3};
    const int64_t two[] = {2};
    TST_OK(pl_npy_write(tst_path("split/val.npy"), PL_NPY_U4, 1, two, twice, e));
    want = pl_format("%s/val.npy names image 3 twice, or there is none", tst_path("split"));
    TST_FAILS(KN_EFORMAT, want, pl_audit_write(&f->input, &tools, tst_dir(), e));
    free(want);
    audit_fixture_write(f);
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED, "interrupted", pl_audit_write(&f->input, &tools, tst_dir(), e));
    pl_interrupt_set(false);
    kn_pool_free(tools.pool);
    free(f);
}

const tst_case tst_audit_audit[] = {
    TST(test_what_is_there_twice_is_found),
    TST(test_a_clean_split_passes),
    TST(test_people_on_two_sides),
    TST(test_drift_is_scipys_and_statsmodels),
    TST(test_training_quantiles_are_numpys),
    TST(test_attributes_are_of_validation_and_test),
    TST(test_threads_change_no_byte),
    TST(test_labels_that_are_not_known_count_nothing),
    TST(test_files_that_do_not_fit_are_told),
    TST_END,
};
