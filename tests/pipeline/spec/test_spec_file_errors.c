/* What is wrong with the files: bases, specs and data that are missing, and texts made to hurt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

/* clang-format off */
static const spec_wrong wrong[] = {
    {"base_that_is_missing",
     "base: other.yaml\n"
     "data:\n"
     "  images: i.zip\n"
     "  labels: l.csv\n"
     "model: cnn\n",
     {NULL},
     "x.yaml:1:7: base: other.yaml: there is no such file\n"
     "base: other.yaml\n"
     "      ^"},
    {"base_of_itself",
     "base: x.yaml\n"
     "data:\n"
     "  images: i.zip\n"
     "  labels: l.csv\n"
     "model: cnn\n",
     {NULL},
     "x.yaml:1:7: base: the bases go in a circle: x.yaml -> x.yaml\n"
     "base: x.yaml\n"
     "      ^"},
};
/* clang-format on */

static void test_messages_about_bases(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

static void test_bases_in_a_circle(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    tst_write_text(tst_path("b.yaml"), "base: x.yaml\n");
    CU_ASSERT_EQUAL(spec_load("base: b.yaml\n", NULL, &study, &e), KN_EUSAGE);
    char *got = spec_without_dir(e.text);
    TST_TEXT(got, "b.yaml:1:7: base: the bases go in a circle: x.yaml -> b.yaml -> x.yaml\n"
                  "base: x.yaml\n"
                  "      ^");
    free(got);
}

static void test_error_in_the_base_names_the_base(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    tst_write_text(tst_path("b.yaml"), "train:\n  batch: 0\n");
    CU_ASSERT_EQUAL(
        spec_load("base: b.yaml\n" SPEC_HEAD "model: {type: cnn, pool: 9}\n", NULL, &study, &e),
        KN_EUSAGE);
    char *got = spec_without_dir(e.text);
    TST_TEXT(got, "x.yaml:5:26: model.pool: 9 is not in 1..8\n"
                  "model: {type: cnn, pool: 9}\n"
                  "                         ^\n"
                  "b.yaml:2:10: train.batch: 0 is not in 1..65536\n"
                  "  batch: 0\n"
                  "         ^");
    free(got);
}

static void test_spec_that_is_missing(void)
{
    pl_study study;
    TST_FAILS(KN_EUSAGE, "no/such.yaml: there is no such file",
              pl_study_load("no/such.yaml", NULL, 0, &study, e));
}

static void test_folder_for_a_spec(void)
{
    pl_study study;
    TST_FAILS(KN_EUSAGE, "tests: this is a folder, not a spec",
              pl_study_load("tests", NULL, 0, &study, e));
}

static void test_zero_byte(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    tst_write(tst_path("x.yaml"), "a: \0", 4);
    CU_ASSERT_EQUAL(pl_study_load(tst_path("x.yaml"), NULL, 0, &study, &e), KN_EUSAGE);
    char *got = spec_without_dir(e.text);
    TST_TEXT(got, "x.yaml:1:1: this is not YAML text: it holds a zero byte");
    free(got);
}

static void test_missing_data_file_and_folder_for_a_table(void)
{
    tst_write_text(tst_path("l.csv"), "image_id,Male\n");
    pl_study study = spec_study("data: {images: i.zip, labels: ., partition: l.csv}\nmodel: cnn\n");
    kn_error e = {KN_OK, ""};
    CU_ASSERT_EQUAL(pl_study_check_files(&study, &e), KN_EUSAGE);
    char *got = spec_without_dir(e.text);
    TST_TEXT(got,
             "x.yaml:1:16: data.images: i.zip: there is no such file\n"
             "data: {images: i.zip, labels: ., partition: l.csv}\n"
             "               ^\n"
             "x.yaml:1:31: data.labels: .: this is a folder; a table (.csv or .txt) is expected\n"
             "data: {images: i.zip, labels: ., partition: l.csv}\n"
             "                              ^");
    free(got);
    pl_study_clear(&study);
}

static void test_data_files_that_are_there(void)
{
    tst_write_text(tst_path("l.csv"), "image_id,Male\n");
    pl_study study = spec_study("data: {images: ., labels: l.csv}\nmodel: cnn\n");
    TST_OK(pl_study_check_files(&study, e));
    pl_study_clear(&study);
}

/* More errors than the object holds: the last line counts the rest. */
static void test_errors_that_do_not_fit_are_counted(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    pl_str text;
    pl_str_init(&text);
    pl_str_add(&text, SPEC_HEAD "model: cnn\ntrain:\n");
    for (int i = 0; i < 200; i++)
        pl_str_addf(&text, "  key%d: 1\n", i);
    CU_ASSERT_EQUAL(spec_load(text.text, NULL, &study, &e), KN_EUSAGE);
    pl_str_clear(&text);
    int shown = 0;
    for (const char *p = e.text; (p = strstr(p, "unknown key")); p++)
        shown++;
    const char *last = strrchr(e.text, '\n');
    char want[64];
    snprintf(want, sizeof want, "\nand %d more errors", 200 - shown);
    CU_ASSERT(shown > 20 && shown < 200);
    TST_TEXT(last ? last : "", want);
}

/* A nest of aliases that would expand to 10^10 values is refused at once. */
static void test_aliases_that_explode(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    pl_str text;
    pl_str_init(&text);
    pl_str_add(&text, "x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for (int i = 1; i < 10; i++) {
        pl_str_addf(&text, "x-%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            pl_str_addf(&text, "%s*a%d", k ? ", " : "", i - 1);
        pl_str_add(&text, "]\n");
    }
    CU_ASSERT_EQUAL(spec_load(text.text, NULL, &study, &e), KN_EUSAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "aliases here expand to more than 1000000 values"));
    pl_str_clear(&text);
}

const tst_case tst_spec_file_errors[] = {TST(test_messages_about_bases),
                                         TST(test_bases_in_a_circle),
                                         TST(test_error_in_the_base_names_the_base),
                                         TST(test_spec_that_is_missing),
                                         TST(test_folder_for_a_spec),
                                         TST(test_zero_byte),
                                         TST(test_missing_data_file_and_folder_for_a_table),
                                         TST(test_data_files_that_are_there),
                                         TST(test_errors_that_do_not_fit_are_counted),
                                         TST(test_aliases_that_explode),
                                         TST_END};
