#include "tst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/source.h"
#include "pipeline/data/data_files.h"
#include "util/fs.h"
#include "util/str.h"

static const char *const kinds[] = {"zip", "tar", "tar.gz", "tar.xz", "7z"};
enum { KINDS = 5, FILES = 9 };

/* Pictures c, a, b, d in this order among files that are none. */
static void make_files(data_file f[FILES])
{
    f[0] = data_text("readme.txt", "about\n");
    f[1] = data_jpeg("set/c.jpg", 3, 8, 8);
    f[2] = data_jpeg("set/deep/a.JPG", 1, 8, 8);
    f[3] = data_text("__MACOSX/set/._c.jpg", "resource fork");
    f[4] = data_text("set/.DS_Store", "x");
    f[5] = data_jpeg("b.jpeg", 2, 8, 8);
    f[6] = data_jpeg("d", 4, 8, 8); /* a picture by its content */
    f[7] = data_text("NOTES", "no picture");
    f[8] = data_text("labels.csv", "image,label\n");
}

/* Names in order, then the pictures as read: "a.JPG b.jpeg c.jpg d | 2 0 1 3". */
static void check_source(const char *path, const data_file *files, const char *want)
{
    pl_source *s = NULL;
    pl_str text;
    pl_str_init(&text);
    TST_OK(pl_source_open(path, &s, e));
    for (size_t i = 0; i < pl_source_count(s); i++)
        pl_str_addf(&text, "%s ", pl_source_name(s, i));
    static const int file_of[] = {2, 5, 1, 6};
    pl_picture p;
    bool end = false;
    size_t seen = 0;
    while (pl_source_next(s, &p, &end, NULL) == KN_OK && !end) {
        const data_file *f = &files[file_of[p.index]];
        CU_ASSERT_TRUE(p.size == f->size && memcmp(p.bytes, f->bytes, p.size) == 0);
        free(p.bytes);
        seen++;
    }
    CU_ASSERT_EQUAL(seen, 4);
    TST_TEXT(text.text, want);
    pl_str_clear(&text);
    pl_source_close(s);
}

static void test_folders_and_archives_give_the_same_pictures(void)
{
    data_file f[FILES];
    make_files(f);
    data_folder(tst_path("folder"), f, FILES);
    CU_ASSERT_EQUAL(symlink(tst_path("folder"), tst_path("folder/set/again")), 0);
    check_source(tst_path("folder"), f, "a.JPG b.jpeg c.jpg d ");
    for (int k = 0; k < KINDS; k++) {
        data_archive(tst_path("a.%s", kinds[k]), kinds[k], f, FILES);
        check_source(tst_path("a.%s", kinds[k]), f, "a.JPG b.jpeg c.jpg d ");
    }
    data_free(f, FILES);
}

static void test_pictures_can_be_passed_over(void)
{
    data_file f[FILES];
    make_files(f);
    for (int k = 0; k < KINDS; k++) {
        pl_source *s = NULL;
        pl_picture p;
        bool end = false;
        size_t index = 0;
        data_archive(tst_path("a"), kinds[k], f, FILES);
        TST_OK(pl_source_open(tst_path("a"), &s, e));
        while (pl_source_peek(s, &index) && index != 1)
            pl_source_skip(s);
        TST_OK(pl_source_next(s, &p, &end, e));
        CU_ASSERT_TRUE(p.index == 1 && p.size == f[5].size);
        free(p.bytes);
        pl_source_close(s);
    }
    data_free(f, FILES);
}

static void test_one_picture_is_a_source(void)
{
    data_file f = data_jpeg("x.jpg", 1, 8, 8);
    pl_source *s = NULL;
    data_folder(tst_dir(), &f, 1);
    TST_OK(pl_source_open(tst_path("x.jpg"), &s, e));
    CU_ASSERT_EQUAL(pl_source_count(s), 1);
    TST_TEXT(pl_source_name(s, 0), "x.jpg");
    pl_source_close(s);
    data_free(&f, 1);
}

/* Python's zipfile, entries "\u00e9/\u65e5.jpg" and "a.jpg" of one byte: names that are not ASCII
 * carry the UTF-8 flag. */
static void test_names_outside_ascii(void)
{
    static const char hex[] =
        "504b0304140000080000000021508316dc8c01000000010000000a000000c3a92fe697a52e6a7067"
        "78504b0304140000000000000021508316dc8c010000000100000005000000612e6a706778504b01"
        "021403140000080000000021508316dc8c01000000010000000a0000000000000000000000800100"
        "000000c3a92fe697a52e6a7067504b01021403140000000000000021508316dc8c01000000010000"
        "00050000000000000000000000800129000000612e6a7067504b050600000000020002006b000000"
        "4d0000000000";
    uint8_t bytes[sizeof hex / 2];
    pl_source *s = NULL;
    pl_picture p;
    bool end = false;
    for (size_t i = 0; i < sizeof bytes; i++) {
        unsigned v = 0;
        sscanf(hex + 2 * i, "%2x", &v);
        bytes[i] = (uint8_t)v;
    }
    tst_write(tst_path("a.zip"), bytes, sizeof bytes);
    TST_OK(pl_source_open(tst_path("a.zip"), &s, e));
    CU_ASSERT_EQUAL_FATAL(pl_source_count(s), 2);
    TST_TEXT(pl_source_name(s, 1), "\xe6\x97\xa5.jpg");
    TST_OK(pl_source_next(s, &p, &end, e));
    CU_ASSERT_TRUE(p.index == 1 && p.size == 1);
    free(p.bytes);
    pl_source_close(s);
}

static void open_fails(kn_status status, const char *path, const char *why)
{
    pl_source *s = NULL;
    TST_FAILS(status, why, pl_source_open(path, &s, e));
    CU_ASSERT_PTR_NULL(s);
}

static void test_what_is_no_source_is_said(void)
{
    const char *path = tst_path("x");
    char *want = pl_format("cannot open '%s': No such file or directory", path);
    open_fails(KN_EIO, path, want);
    free(want);
    tst_write_text(path, "hello, this is a text and neither a picture nor an archive\n");
    want = pl_format("'%s' is neither a folder nor an archive that libarchive reads: Unrecognized "
                     "archive format",
                     path);
    open_fails(KN_EFORMAT, path, want);
    free(want);
    TST_OK(pl_make_dirs(tst_path("empty"), e));
    tst_write_text(tst_path("empty/a.txt"), "x");
    want = pl_format("no pictures in '%s'", tst_path("empty"));
    open_fails(KN_EDATA, tst_path("empty"), want);
    free(want);
}

static void test_two_of_one_name_are_an_error(void)
{
    data_file f[] = {data_jpeg("a/x.jpg", 1, 8, 8), data_jpeg("b/x.jpg", 2, 8, 8)};
    data_archive(tst_path("a.zip"), "zip", f, 2);
    char *want = pl_format("'%s' holds two pictures named 'x.jpg': 'a/x.jpg' and 'b/x.jpg'",
                           tst_path("a.zip"));
    open_fails(KN_EDATA, tst_path("a.zip"), want);
    free(want);
    data_folder(tst_path("f"), f, 2);
    want = pl_format("'%s' holds two pictures named 'x.jpg': '%s' and '%s'", tst_path("f"),
                     tst_path("f/a/x.jpg"), tst_path("f/b/x.jpg"));
    open_fails(KN_EDATA, tst_path("f"), want);
    free(want);
    data_free(f, 2);
}

/* Reads all of a source; the status of the first failure, its sentence in *e. */
static kn_status read_all(const char *path, size_t *pictures, kn_error *e)
{
    pl_source *s = NULL;
    pl_picture p;
    bool end = false;
    *pictures = 0;
    KN_TRY(pl_source_open(path, &s, e));
    kn_status rc = KN_OK;
    while ((rc = pl_source_next(s, &p, &end, e)) == KN_OK && !end) {
        *pictures += p.bytes != NULL;
        free(p.bytes);
    }
    pl_source_close(s);
    return rc;
}

/* Cut at any byte: an error, or (where only the end mark is missing) all pictures. */
static void test_a_cut_archive_is_an_error(void)
{
    enum { N = 3 };
    data_file f[N] = {data_jpeg("1.jpg", 1, 8, 8), data_jpeg("2.jpg", 2, 8, 8),
                      data_jpeg("3.jpg", 3, 8, 8)};
    for (int k = 0; k < KINDS; k++) {
        size_t size = 0, pictures = 0;
        data_archive(tst_path("whole"), kinds[k], f, N);
        char *bytes = tst_read(tst_path("whole"), &size);
        CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
        for (size_t n = 0; n < size; n += n < 40 || n + 40 > size ? 1 : 37) {
            kn_error e = {KN_OK, ""};
            tst_write(tst_path("cut"), bytes, n);
            kn_status rc = read_all(tst_path("cut"), &pictures, &e);
            if (rc == KN_OK && pictures != N)
                tst_note("%s cut to %zu of %zu bytes gives %zu pictures", kinds[k], n, size,
                         pictures);
            CU_ASSERT_TRUE(rc != KN_OK ? e.text[0] != '\0' : pictures == N);
        }
        free(bytes);
    }
    data_free(f, N);
}

/* The end of the sentence is libarchive's. */
static void cut_says(const char *path, const char *last, int count)
{
    kn_error e = {KN_OK, ""};
    size_t pictures = 0;
    char *want = pl_format(
        "the archive '%s' is cut or damaged after picture '%s' (%d in all): ", path, last, count);
    CU_ASSERT_EQUAL(read_all(path, &pictures, &e), KN_EFORMAT);
    CU_ASSERT_TRUE(strlen(e.text) > strlen(want));
    e.text[strlen(want)] = '\0';
    TST_TEXT(e.text, want);
    free(want);
}

static void test_the_sentence_of_a_cut_names_the_last_whole_picture(void)
{
    enum { N = 3 };
    data_file f[N] = {data_jpeg("p/1.jpg", 1, 8, 8), data_jpeg("p/2.jpg", 2, 8, 8),
                      data_jpeg("p/3.jpg", 3, 8, 8)};
    size_t size = 0;
    data_archive(tst_path("whole"), "tar", f, N);
    char *bytes = tst_read(tst_path("whole"), &size);
    tst_write(tst_path("cut.tar"), bytes, 2 * (512 + 1024) + 700);
    cut_says(tst_path("cut.tar"), "p/2.jpg", 2);
    free(bytes);
    data_archive(tst_path("whole"), "zip", f, N);
    bytes = tst_read(tst_path("whole"), &size);
    tst_write(tst_path("cut.zip"), bytes, size / 2);
    cut_says(tst_path("cut.zip"), "p/1.jpg", 1);
    free(bytes);
    data_free(f, N);
}

const tst_case tst_data_source[] = {
    TST(test_folders_and_archives_give_the_same_pictures),
    TST(test_pictures_can_be_passed_over),
    TST(test_one_picture_is_a_source),
    TST(test_names_outside_ascii),
    TST(test_what_is_no_source_is_said),
    TST(test_two_of_one_name_are_an_error),
    TST(test_a_cut_archive_is_an_error),
    TST(test_the_sentence_of_a_cut_names_the_last_whole_picture),
    TST_END,
};
