#include "tst.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "data/faces_zip.h"
#include "util/fs.h"

static void test_the_crc_of_the_check_string(void)
{
    CU_ASSERT_EQUAL(pl_zip_crc32("123456789", 9), 0xcbf43926u);
    CU_ASSERT_EQUAL(pl_zip_crc32("", 0), 0);
}

static void write_zip(const char *dir, size_t entries)
{
    pl_faces_file file;
    pl_zip zip = {.file = &file, .room = entries};
    zip.entries = malloc(entries * sizeof *zip.entries);
    CU_ASSERT_PTR_NOT_NULL_FATAL(zip.entries);
    TST_OK(pl_faces_file_open(&file, dir, "a.zip", e));
    for (size_t i = 0; i < entries; i++)
        TST_OK(pl_zip_add(&zip, "face", 4, pl_zip_crc32("face", 4), e));
    TST_OK(pl_zip_end(&zip, e));
    TST_OK(pl_faces_file_close(&file, e));
    TST_OK(pl_faces_file_publish(&file, e));
    pl_faces_file_clear(&file);
    free(zip.entries);
}

/* 70,000 entries do not fit the classic end record: libarchive finds them by the zip64 one. */
static void test_an_archive_of_70000_entries_reads_back(void)
{
    write_zip(tst_dir(), 70000);
    const char *path = tst_path("a.zip");
    CU_ASSERT_TRUE(pl_zip_is_ours(path));
    struct archive *a = archive_read_new();
    archive_read_support_format_zip_seekable(a);
    CU_ASSERT_EQUAL_FATAL(archive_read_open_filename(a, path, 65536), ARCHIVE_OK);
    struct archive_entry *entry;
    int n = 0;
    char text[8] = "";
    while (archive_read_next_header(a, &entry) == ARCHIVE_OK)
        if (++n == 70000) {
            TST_TEXT(archive_entry_pathname(entry), "img_align_celeba/070000.jpg");
            CU_ASSERT_EQUAL(archive_read_data(a, text, sizeof text), 4);
        }
    CU_ASSERT_EQUAL(n, 70000);
    CU_ASSERT_EQUAL(memcmp(text, "face", 4), 0);
    archive_read_free(a);
}

/* The bytes of a small archive, so that no date or version of a library slips in. */
static void test_the_headers_of_a_small_archive(void)
{
    write_zip(tst_dir(), 1);
    size_t size = 0;
    char *bytes = tst_read(tst_path("a.zip"), &size);
    static const uint8_t local[] = {'P', 'K', 3, 4, 10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0};
    CU_ASSERT_EQUAL(size, (30 + 27 + 4) + (46 + 27) + 22 + sizeof PL_ZIP_COMMENT - 1);
    CU_ASSERT_EQUAL(memcmp(bytes, local, sizeof local), 0);
    CU_ASSERT_EQUAL(memcmp(bytes + 30, "img_align_celeba/000001.jpgface", 31), 0);
    CU_ASSERT_EQUAL(memcmp(bytes + 61, "PK\1\2", 4), 0);
    CU_ASSERT_EQUAL(memcmp(bytes + 134, "PK\5\6", 4), 0);
    free(bytes);
}

static void test_other_files_are_not_ours(void)
{
    CU_ASSERT_FALSE(pl_zip_is_ours(tst_path("missing.zip")));
    const char *path = tst_path("b.zip");
    tst_write_text(path, "PK");
    CU_ASSERT_FALSE(pl_zip_is_ours(path));
    tst_write_text(path, "a longer file that somebody else has written");
    CU_ASSERT_FALSE(pl_zip_is_ours(path));
}

static void test_an_unpublished_file_leaves_no_trace(void)
{
    pl_faces_file file;
    TST_OK(pl_faces_file_open(&file, tst_dir(), "list.csv", e));
    TST_OK(pl_faces_file_add(&file, "half", 4, e));
    pl_faces_file_clear(&file);
    char **found;
    size_t count = 9;
    TST_OK(pl_list_dir(tst_dir(), &found, &count, e));
    CU_ASSERT_EQUAL(count, 0);
    pl_free_names(found);
}

const tst_case tst_data_faces_zip[] = {
    TST(test_the_crc_of_the_check_string),         TST(test_an_archive_of_70000_entries_reads_back),
    TST(test_the_headers_of_a_small_archive),      TST(test_other_files_are_not_ours),
    TST(test_an_unpublished_file_leaves_no_trace), TST_END,
};
