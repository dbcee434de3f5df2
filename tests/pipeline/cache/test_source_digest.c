#define _GNU_SOURCE
#include "cache/store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tst.h"
#include "util/fs.h"

static pl_digest digest_of(const char *path)
{
    pl_store *s = NULL;
    pl_digest d = {""};
    TST_OK(pl_store_open(tst_path("cache"), &s, e));
    TST_OK(pl_store_source_digest(s, path, &d, e));
    pl_store_close(s);
    return d;
}

static void wait_for_the_clock(void)
{
    nanosleep(&(struct timespec){0, 60000000}, NULL);
}

static void test_a_file_is_digested_and_remembered(void)
{
    const char *path = tst_path("images.zip");
    pl_store *s = NULL;
    TST_OK(pl_store_open(tst_path("cache"), &s, e)); /* making its folders takes a while */
    pl_store_close(s);
    tst_write_text(path, "pictures");
    TST_TEXT(digest_of(path).hex, pl_digest_text("pictures").hex);
    CU_ASSERT_FALSE(pl_exists(tst_path("cache/digests.json"))); /* too fresh to be sure */
    wait_for_the_clock();
    TST_TEXT(digest_of(path).hex, pl_digest_text("pictures").hex);
    char *text = tst_read(tst_path("cache/digests.json"), NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    char *at = strstr(text, pl_digest_text("pictures").hex);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    at[0] = at[0] == '0' ? '1' : '0'; /* what is remembered is what is told */
    tst_write_text(tst_path("cache/digests.json"), text);
    CU_ASSERT_NOT_EQUAL(strcmp(digest_of(path).hex, pl_digest_text("pictures").hex), 0);
    free(text);
}

static void test_a_changed_file_is_read_again(void)
{
    const char *path = tst_path("images.zip");
    tst_write_text(path, "pictures");
    wait_for_the_clock();
    digest_of(path);
    struct stat st;
    CU_ASSERT_EQUAL(stat(path, &st), 0);
    tst_write_text(path, "portrait"); /* the same size, and the same time of change */
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
    TST_TEXT(digest_of(path).hex, pl_digest_text("portrait").hex);
}

static void test_a_folder_is_its_names_and_contents(void)
{
    TST_OK(pl_make_dirs(tst_path("a/sub"), e));
    TST_OK(pl_make_dirs(tst_path("b/sub"), e));
    const char *a = tst_path("a"), *b = tst_path("b");
    tst_write_text(tst_path("a/1.jpg"), "one");
    tst_write_text(tst_path("a/sub/2.jpg"), "two");
    tst_write_text(tst_path("b/sub/2.jpg"), "two");
    tst_write_text(tst_path("b/1.jpg"), "one");
    pl_digest first = digest_of(a);
    TST_TEXT(digest_of(b).hex, first.hex);
    wait_for_the_clock();
    TST_TEXT(digest_of(a).hex, first.hex);
    TST_TEXT(digest_of(a).hex, first.hex);
    tst_write_text(tst_path("a/sub/2.jpg"), "owt");
    CU_ASSERT_NOT_EQUAL(strcmp(digest_of(a).hex, first.hex), 0);
    tst_write_text(tst_path("a/sub/2.jpg"), "two");
    TST_TEXT(digest_of(a).hex, first.hex);
    CU_ASSERT_EQUAL(rename(tst_path("a/1.jpg"), tst_path("a/3.jpg")), 0);
    CU_ASSERT_NOT_EQUAL(strcmp(digest_of(a).hex, first.hex), 0);
}

static void test_a_missing_source_is_named(void)
{
    pl_store *s = NULL;
    TST_OK(pl_store_open(tst_path("cache"), &s, e));
    pl_digest d;
    TST_FAILS(KN_EUSAGE, "there is no file or folder '/nowhere/at.zip'",
              pl_store_source_digest(s, "/nowhere/at.zip", &d, e));
    pl_store_close(s);
}

const tst_case tst_cache_source_digest[] = {
    TST(test_a_file_is_digested_and_remembered), TST(test_a_changed_file_is_read_again),
    TST(test_a_folder_is_its_names_and_contents), TST(test_a_missing_source_is_named), TST_END};
