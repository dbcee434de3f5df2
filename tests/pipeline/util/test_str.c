#include "tst.h"

#include <stdlib.h>
#include <string.h>

#include "util/str.h"

static void test_a_string_grows_and_is_taken(void)
{
    pl_str s;
    pl_str_init(&s);
    for (int i = 0; i < 1000; i++)
        pl_str_addf(&s, "%d,", i % 10);
    CU_ASSERT_EQUAL(s.size, 2000);
    CU_ASSERT_EQUAL(strlen(s.text), 2000);
    pl_str_reset(&s);
    pl_str_add(&s, "ab");
    pl_str_add_bytes(&s, "\0c", 2);
    CU_ASSERT_EQUAL(s.size, 4);
    CU_ASSERT_EQUAL(memcmp(s.text, "ab\0c", 5), 0);
    char *taken = pl_str_take(&s);
    CU_ASSERT_PTR_NULL(s.text);
    CU_ASSERT_EQUAL(taken[3], 'c');
    free(taken);
    pl_str_clear(&s);
    char *f = pl_format("%s-%d", "x", 7);
    TST_TEXT(f, "x-7");
    free(f);
}

static void test_heads_and_tails(void)
{
    CU_ASSERT_TRUE(pl_starts_with("abc", "ab") && pl_starts_with("abc", ""));
    CU_ASSERT_FALSE(pl_starts_with("ab", "abc"));
    CU_ASSERT_TRUE(pl_ends_with("a.jpg", ".jpg"));
    CU_ASSERT_FALSE(pl_ends_with("g", ".jpg"));
}

static void test_edit_distance_counts_a_swap_once(void)
{
    CU_ASSERT_EQUAL(pl_edit_distance("", ""), 0);
    CU_ASSERT_EQUAL(pl_edit_distance("abc", ""), 3);
    CU_ASSERT_EQUAL(pl_edit_distance("kitten", "sitting"), 3);
    CU_ASSERT_EQUAL(pl_edit_distance("Mael", "Male"), 1);
    CU_ASSERT_EQUAL(pl_edit_distance("ca", "abc"), 3);
}

static void test_nearest_refuses_the_far(void)
{
    static const char *const names[] = {"Male", "Smiling", "No_Beard"};
    TST_TEXT(pl_nearest("Mal", names, 3), "Male");
    TST_TEXT(pl_nearest("smiling", names, 3), "Smiling");
    CU_ASSERT_PTR_NULL(pl_nearest("xyz", names, 3));
    CU_ASSERT_PTR_NULL(pl_nearest("hat", names, 3));
}

static void test_numbers_for_people(void)
{
    char b[48];
    TST_TEXT(pl_human_count(0, b, sizeof b), "0");
    TST_TEXT(pl_human_count(999, b, sizeof b), "999");
    TST_TEXT(pl_human_count(202599, b, sizeof b), "202,599");
    TST_TEXT(pl_human_count(-1234567, b, sizeof b), "-1,234,567");
    TST_TEXT(pl_human_seconds(0.25, b, sizeof b), "0.2 s");
    TST_TEXT(pl_human_seconds(59.4, b, sizeof b), "59 s");
    TST_TEXT(pl_human_seconds(95.0, b, sizeof b), "1 min 35 s");
    TST_TEXT(pl_human_seconds(7260.0, b, sizeof b), "2 h 1 min");
    TST_TEXT(pl_human_bytes(12.0, b, sizeof b), "12 B");
    TST_TEXT(pl_human_bytes(1.4e9, b, sizeof b), "1.4 GB");
    TST_TEXT(pl_human_bytes(999.7e3, b, sizeof b), "1.0 MB");
}

const tst_case tst_util_str[] = {
    TST(test_a_string_grows_and_is_taken),
    TST(test_heads_and_tails),
    TST(test_edit_distance_counts_a_swap_once),
    TST(test_nearest_refuses_the_far),
    TST(test_numbers_for_people),
    TST_END,
};
