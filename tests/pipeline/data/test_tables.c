#include "tst.h"

#include <stdio.h>
#include <stdlib.h>

#include "data/tables.h"
#include "util/str.h"

/* "name: -1 1; ..." of the table read from this text. */
static void labels_are(const char *text, const char *columns, const char *want)
{
    const char *path = tst_path("labels.csv");
    pl_labels t;
    pl_str s;
    tst_write_text(path, text);
    TST_OK(pl_labels_read(path, &t, e));
    pl_str_init(&s);
    for (size_t i = 0; i < t.columns; i++)
        pl_str_addf(&s, "%s%s", i > 0 ? " " : "", t.column[i]);
    TST_TEXT(s.text, columns);
    pl_str_reset(&s);
    for (size_t r = 0; r < t.names.count; r++) {
        pl_str_addf(&s, "%s:", pl_names_get(&t.names, r));
        for (size_t i = 0; i < t.columns; i++)
            pl_str_addf(&s, " %d", t.value[r * t.columns + i]);
        pl_str_add(&s, "; ");
    }
    TST_TEXT(s.text, want);
    pl_str_clear(&s);
    pl_labels_clear(&t);
}

static void test_the_three_forms(void)
{
    labels_are("image_id,Male,Young\n000001.jpg,-1,1\n000002.jpg,1,1\n", "Male Young",
               "000001.jpg: -1 1; 000002.jpg: 1 1; ");
    labels_are("2\nMale Young \n000001.jpg -1  1\r\n000002.jpg  1  1\n", "Male Young",
               "000001.jpg: -1 1; 000002.jpg: 1 1; ");
    labels_are("image,label\r\na/b/x.png,0\r\n\"y, z.png\",1\r\n", "label",
               "x.png: -1; y, z.png: 1; ");
    labels_are("\xef\xbb\xbf"
               "1\nMale\nx.jpg -1",
               "Male", "x.jpg: -1; ");
}

static void test_rows_are_found_by_name(void)
{
    enum { ROWS = 5000 };
    pl_names n;
    char name[32];
    pl_names_init(&n);
    for (int i = 0; i < ROWS; i++) {
        snprintf(name, sizeof name, "%06d.jpg", i * 7);
        CU_ASSERT_EQUAL(pl_names_add(&n, name), -1);
    }
    for (int i = 0; i < ROWS; i++) {
        snprintf(name, sizeof name, "%06d.jpg", i * 7);
        CU_ASSERT_EQUAL(pl_names_find(&n, name), i);
        snprintf(name, sizeof name, "%06d.jpg", i * 7 + 1);
        CU_ASSERT_EQUAL(pl_names_find(&n, name), -1);
    }
    CU_ASSERT_EQUAL(pl_names_add(&n, "000007.jpg"), 1);
    pl_names_clear(&n);
}

static void labels_fail(const char *text, const char *why)
{
    const char *path = tst_path("labels.csv");
    char *want = pl_format("%s%s", path, why);
    pl_labels t;
    tst_write_text(path, text);
    TST_FAILS(KN_EFORMAT, want, pl_labels_read(path, &t, e));
    free(want);
}

static void test_malformed_rows_name_file_and_line(void)
{
    labels_fail("image,Male,Young\na.jpg,1,1\nb.jpg,1\n",
                ":3: 2 fields, where a name and 2 labels are needed");
    labels_fail("image,Male\na.jpg,1\n\nb.jpg,yes\n", ":4: Male is 'yes', not -1, 0 or 1");
    labels_fail("image,Male\na.jpg,1\nx/a.jpg,1\n", ":3: 'a.jpg' has a row already, in line 2");
    labels_fail(
        "image,Male\na.jpg,0\nb.jpg,1\nc.jpg,-1\n",
        ":4: labels are either -1 and 1 or 0 and 1, but line 4 holds -1 and line 2 holds 0");
    labels_fail("a.jpg,1\nb.jpg,1\n", ":1: the first row must name the columns, not hold '1'");
    labels_fail("3\nMale\na.jpg 1\nb.jpg -1\n", ":1: the table should have 3 rows, but it has 2");
    labels_fail("image,Male,Male\n", ":1: two columns are named 'Male'");
    labels_fail("hello\nworld\n", ":1: one column, where a name and at least one label are needed");
    const char *path = tst_path("labels.csv");
    char *want = pl_format("'%s' holds no labels", path);
    pl_labels t;
    tst_write_text(path, "");
    TST_FAILS(KN_EFORMAT, want, pl_labels_read(path, &t, e));
    tst_write_text(path, "image,Male\n");
    TST_FAILS(KN_EFORMAT, want, pl_labels_read(path, &t, e));
    free(want);
}

static void expect_values(bool gaps, const char *text, const int8_t *want, size_t count)
{
    const char *path = tst_path("gaps.csv");
    pl_labels t;
    tst_write_text(path, text);
    TST_OK(gaps ? pl_labels_read_gaps(path, &t, e) : pl_labels_read(path, &t, e));
    CU_ASSERT_EQUAL_FATAL(t.names.count * t.columns, count);
    CU_ASSERT_EQUAL(memcmp(t.value, want, count), 0);
    pl_labels_clear(&t);
}

/* An empty cell is a label that is not known; a 0 beside -1 only where that is asked for. */
static void test_labels_that_are_not_known(void)
{
    static const int8_t minus[] = {1, 0, -1, 1, 0, -1}, zeros[] = {1, -1, -1, 1, 1, -1};
    static const int8_t both[] = {1, 0, -1, 1, 0, 0};
    expect_values(false, "image,a,b\nx,1,\ny,-1,1\nz,,-1\n", minus, 6);
    expect_values(true, "image,a,b\nx,1,\ny,-1,1\nz,,-1\n", minus, 6);
    expect_values(false, "image,a,b\nx,1,\ny,0,1\nz,,0\n", minus, 6);
    expect_values(false, "image,a,b\nx,1,0\ny,0,1\nz,1,0\n", zeros, 6);
    expect_values(true, "image,a,b\nx,1,0\ny,0,1\nz,1,0\n", zeros, 6);
    expect_values(true, "image,a,b\nx,1,0\ny,-1,1\nz,,0\n", both, 6);
    expect_values(true, "2\na b\nx 1 0\ny -1 1\n", both, 4);
}

static void test_the_target_is_matched_whole(void)
{
    const char *path = tst_path("celeba.csv");
    pl_labels t;
    size_t column = 9;
    tst_write_text(path, "image,Female,Male,Bald\na.jpg,1,1,1\n");
    TST_OK(pl_labels_read(path, &t, e));
    TST_OK(pl_labels_column(&t, "Male", &column, e));
    CU_ASSERT_EQUAL(column, 1);
    TST_FAILS(KN_EUSAGE,
              "celeba.csv: no column 'Mal'; did you mean 'Male'? It has: Female, Male, Bald",
              pl_labels_column(&t, "Mal", &column, e));
    TST_FAILS(KN_EUSAGE, "celeba.csv: no column 'Hat'; it has: Female, Male, Bald",
              pl_labels_column(&t, "Hat", &column, e));
    pl_labels_clear(&t);
}

static void test_partition_and_identity(void)
{
    const char *path = tst_path("n");
    pl_numbers t;
    static const char *const forms[] = {"image_id,partition\na.jpg,0\nb.jpg,2\n",
                                        "a.jpg 0\nb.jpg 2\n", "a.jpg,0\nx/b.jpg,2\n"};
    for (int i = 0; i < 3; i++) {
        tst_write_text(path, forms[i]);
        TST_OK(pl_partition_read(path, &t, e));
        CU_ASSERT_EQUAL_FATAL(t.names.count, 2);
        CU_ASSERT_EQUAL(pl_names_find(&t.names, "b.jpg"), 1);
        CU_ASSERT_TRUE(t.value[0] == 0 && t.value[1] == 2);
        pl_numbers_clear(&t);
    }
    tst_write_text(path, "000001.jpg 2880\n000002.jpg 2937\n");
    TST_OK(pl_identity_read(path, &t, e));
    CU_ASSERT_EQUAL(t.value[1], 2937);
    pl_numbers_clear(&t);
}

static void numbers_fail(kn_status (*read)(const char *, pl_numbers *, kn_error *),
                         const char *text, const char *why)
{
    const char *path = tst_path("n");
    char *want = pl_format("%s%s", path, why);
    pl_numbers t;
    tst_write_text(path, text);
    TST_FAILS(KN_EFORMAT, want, read(path, &t, e));
    free(want);
}

static void test_malformed_numbers_name_file_and_line(void)
{
    numbers_fail(pl_partition_read, "a.jpg 0\nb.jpg 3\n",
                 ":2: the partition is '3', not one of 0..2");
    numbers_fail(pl_partition_read, "a.jpg 0\nb.jpg\n",
                 ":2: 1 fields, where a name and a partition are needed");
    numbers_fail(pl_partition_read, "a.jpg 0\na.jpg 1\n",
                 ":2: 'a.jpg' has a row already, in line 1");
    numbers_fail(pl_identity_read, "a.jpg 0\nb.jpg -4\n",
                 ":2: the identity is '-4', not a number from 0");
}

static void test_real_tables(void)
{
    if (!tst_faces()) {
        tst_skip("FACET_FACES is not set");
        return;
    }
    pl_labels t;
    size_t male = 0;
    char *path = pl_format("%s/faces-24k/list_attr_celeba.csv", tst_faces());
    TST_OK(pl_labels_read(path, &t, e));
    CU_ASSERT_EQUAL(t.names.count, 24000);
    CU_ASSERT_EQUAL(t.columns, 40);
    TST_OK(pl_labels_column(&t, "Male", &male, e));
    pl_labels_clear(&t);
    free(path);
    path = pl_format("%s/celeba-558/list_attr_celeba.txt", tst_faces());
    TST_OK(pl_labels_read(path, &t, e));
    CU_ASSERT_EQUAL(t.columns, 40);
    pl_labels_clear(&t);
    free(path);
}

const tst_case tst_data_tables[] = {
    TST(test_the_three_forms),
    TST(test_rows_are_found_by_name),
    TST(test_malformed_rows_name_file_and_line),
    TST(test_labels_that_are_not_known),
    TST(test_the_target_is_matched_whole),
    TST(test_partition_and_identity),
    TST(test_malformed_numbers_name_file_and_line),
    TST_M(test_real_tables),
    TST_END,
};
