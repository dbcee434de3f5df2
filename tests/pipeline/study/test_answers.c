#include "study/answers.h"

#include <stdio.h>
#include <string.h>

#include "tst.h"
#include "util/fs.h"

static const char first[] = "image,split,label,probability\n"
                            "a.jpg,val,1,0.75\n\"b,\"\"2\"\".jpg\",test,0,0.25\nc.jpg,test,1,0.5\n";
static const char same_images[] =
    "image,split,label,probability\n"
    "a.jpg,val,1,0.125\n\"b,\"\"2\"\".jpg\",test,0,1\nc.jpg,test,1,1e-05\n";
static const char other_images[] = "image,split,label,probability\na.jpg,val,1,0.75\n";

static void test_answers_read_shares_the_images(void)
{
    pl_image_sets sets = {NULL, 0};
    pl_answers a, b, c;
    tst_write_text(tst_path("a.csv"), first);
    tst_write_text(tst_path("b.csv"), same_images);
    tst_write_text(tst_path("c.csv"), other_images);
    TST_OK(pl_answers_read(&sets, tst_path("a.csv"), NULL, &a, e));
    TST_OK(pl_answers_read(&sets, tst_path("b.csv"), NULL, &b, e));
    TST_OK(pl_answers_read(&sets, tst_path("c.csv"), NULL, &c, e));
    CU_ASSERT_PTR_EQUAL(a.images, b.images);
    CU_ASSERT_PTR_NOT_EQUAL(a.images, c.images);
    CU_ASSERT_EQUAL(sets.count, 2);
    CU_ASSERT_EQUAL_FATAL(a.images->count, 3);
    TST_TEXT(a.images->name[1], "b,\"2\".jpg");
    CU_ASSERT_EQUAL(a.images->side[0], PL_SIDE_VAL);
    CU_ASSERT_EQUAL(a.images->on_side[PL_SIDE_TEST], 2);
    CU_ASSERT(b.probability[2] == 1e-5f);
    CU_ASSERT(pl_is_right(&a, 0) && pl_is_right(&a, 1) &&
              !pl_is_right(&a, 2)); /* 0.5 is not above 0.5 */
    CU_ASSERT(!pl_is_right(&b, 0) && !pl_is_right(&b, 1));
    pl_answers_clear(&a);
    pl_answers_clear(&b);
    pl_answers_clear(&c);
    pl_image_sets_clear(&sets);
}

/* The bytes after a set's rows count too: a longer file is no file of the same images. */
static void test_answers_read_tells_a_longer_file_apart(void)
{
    pl_image_sets sets = {NULL, 0};
    pl_answers a, b;
    tst_write_text(tst_path("a.csv"), other_images);
    tst_write_text(tst_path("b.csv"), first);
    TST_OK(pl_answers_read(&sets, tst_path("a.csv"), NULL, &a, e));
    TST_OK(pl_answers_read(&sets, tst_path("b.csv"), NULL, &b, e));
    CU_ASSERT_EQUAL(a.images->count, 1);
    CU_ASSERT_EQUAL(b.images->count, 3);
    pl_answers_clear(&a);
    pl_answers_clear(&b);
    pl_image_sets_clear(&sets);
}

static void check_refused(const char *rows, const char *why)
{
    char want[512];
    const char *path = tst_path("bad.csv");
    pl_image_sets sets = {NULL, 0};
    pl_answers a;
    tst_write_text(path, rows);
    snprintf(want, sizeof want, "%s%s", path, why);
    TST_FAILS(KN_EFORMAT, want, pl_answers_read(&sets, path, NULL, &a, e));
    CU_ASSERT_EQUAL(sets.count, 0);
    pl_image_sets_clear(&sets);
}

static void test_answers_read_refuses_what_is_malformed(void)
{
    check_refused("image,split,label\na.jpg,val,1\n", ": no column probability");
    check_refused("image,split,label,probability\na.jpg,val,1,1.5\n",
                  ":2: probability: \"1.5\" is not in 0..1");
    check_refused("image,split,label,probability\na.jpg,val,1,0.5x\n",
                  ":2: probability: \"0.5x\" is not in 0..1");
    check_refused("image,split,label,probability\na.jpg,val,2,0.5\n",
                  ":2: label: \"2\" is not 0 or 1");
    check_refused("image,split,label,probability\na.jpg,train,1,0.5\n",
                  ":2: split: \"train\" is not val or test");
    check_refused("image,split,label,probability\na.jpg,val,1\n", ":2: 3 fields, the header has 4");
    check_refused("image,split,target,label,probability\na.jpg,val,Male,1\n",
                  ":2: 4 fields, the header has 5");
}

static const char several[] = "image,split,target,label,probability\n"
                              "a.jpg,val,Male,1,0.75\na.jpg,val,\"b, c\",,0.5\n"
                              "\"b,\"\"2\"\".jpg\",test,Male,0,0.25\n"
                              "\"b,\"\"2\"\".jpg\",test,\"b, c\",1,0.875\n";

/* Of a run that tells several only one is looked into, without the images whose label is not known. */
static void test_answers_read_looks_into_one_of_several(void)
{
    pl_image_sets sets = {NULL, 0};
    pl_answers male, first_of, other, alone;
    tst_write_text(tst_path("s.csv"), several);
    tst_write_text(tst_path("male.csv"), "image,split,label,probability\na.jpg,val,1,0.5\n"
                                         "\"b,\"\"2\"\".jpg\",test,0,0.125\n");
    TST_OK(pl_answers_read(&sets, tst_path("s.csv"), "Male", &male, e));
    TST_OK(pl_answers_read(&sets, tst_path("s.csv"), NULL, &first_of, e));
    TST_OK(pl_answers_read(&sets, tst_path("s.csv"), "b, c", &other, e));
    TST_OK(pl_answers_read(&sets, tst_path("male.csv"), "Male", &alone, e));
    CU_ASSERT_PTR_EQUAL(male.images, first_of.images);
    CU_ASSERT_PTR_EQUAL(male.images, alone.images);
    CU_ASSERT_TRUE(male.images->count == 2 && male.probability[1] == 0.25f);
    CU_ASSERT_EQUAL_FATAL(other.images->count, 1);
    TST_TEXT(other.images->name[0], "b,\"2\".jpg");
    CU_ASSERT_TRUE(other.images->label[0] == 1 && other.probability[0] == 0.875f);
    pl_answers none;
    char *want = pl_format("%s has no answers to 'Young'; it has: Male, b, c", tst_path("s.csv"));
    TST_FAILS(KN_EUSAGE, want, pl_answers_read(&sets, tst_path("s.csv"), "Young", &none, e));
    free(want);
    pl_answers_clear(&male);
    pl_answers_clear(&first_of);
    pl_answers_clear(&other);
    pl_answers_clear(&alone);
    pl_image_sets_clear(&sets);
}

static void test_attributes_read_follows_the_images(void)
{
    static const char *const names[] = {"c.jpg", "b.jpg", "missing.jpg"};
    pl_attributes a;
    kn_error error;
    CU_ASSERT_EQUAL_FATAL(pl_make_dirs(tst_path("data/0123456789ab"), &error), KN_OK);
    tst_write_text(
        tst_path("data/0123456789ab/attributes.csv"),
        "image,side,Young,Wearing_Hat\na.jpg,val,1,1\nb.jpg,test,-1,\nc.jpg,test,1,-1\n");
    TST_OK(pl_attributes_read(tst_dir(), "0123456789ab", names, 3, &a, e));
    CU_ASSERT_EQUAL_FATAL(a.columns, 2);
    TST_TEXT(a.column[1], "Wearing_Hat");
    static const int8_t want[] = {1, -1, -1, 0, 0, 0};
    CU_ASSERT_EQUAL(memcmp(a.value, want, sizeof want), 0);
    pl_attributes_clear(&a);
    TST_OK(pl_attributes_read(tst_dir(), "ffffffffffff", names, 3, &a, e));
    CU_ASSERT_EQUAL(a.columns, 0);
    pl_attributes_clear(&a);
}

static void test_attributes_read_refuses_what_is_malformed(void)
{
    static const char *const names[] = {"a.jpg"};
    char want[512];
    pl_attributes a;
    kn_error error;
    CU_ASSERT_EQUAL_FATAL(pl_make_dirs(tst_path("data/0123456789ab"), &error), KN_OK);
    const char *path = tst_path("data/0123456789ab/attributes.csv");
    tst_write_text(path, "image,side,Young\na.jpg,val,2\n");
    snprintf(want, sizeof want, "%s:2: Young: \"2\" is not 1, -1 or empty", path);
    TST_FAILS(KN_EFORMAT, want, pl_attributes_read(tst_dir(), "0123456789ab", names, 1, &a, e));
    tst_write_text(path, "name,side,Young\n");
    snprintf(want, sizeof want, "%s:1: the header is not image,side and attributes", path);
    TST_FAILS(KN_EFORMAT, want, pl_attributes_read(tst_dir(), "0123456789ab", names, 1, &a, e));
}

const tst_case tst_study_answers[] = {TST(test_answers_read_shares_the_images),
                                      TST(test_answers_read_tells_a_longer_file_apart),
                                      TST(test_answers_read_refuses_what_is_malformed),
                                      TST(test_answers_read_looks_into_one_of_several),
                                      TST(test_attributes_read_follows_the_images),
                                      TST(test_attributes_read_refuses_what_is_malformed),
                                      TST_END};
