#include "pipeline/data/data_files.h"

#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "data/faces_jpeg.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

data_file data_jpeg(const char *path, int seed, int w, int h)
{
    pl_jpeg_buffer out = {0};
    uint8_t *rgb = malloc((size_t)w * (size_t)h * 3), *p = rgb;
    CU_ASSERT_PTR_NOT_NULL_FATAL(rgb);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int c = 0; c < 3; c++)
                *p++ = (uint8_t)(x * (seed % 5 + 1) + y * (seed % 7 + 1) + seed * 37 + c * 50);
    TST_OK(pl_jpeg_encode(rgb, w, h, &out, e));
    free(rgb);
    return (data_file){path, out.bytes, out.size};
}

data_file data_text(const char *path, const char *text)
{
    return (data_file){path, (uint8_t *)pl_strdup(text), strlen(text)};
}

void data_free(data_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(files[i].bytes);
}

static void set_kind(struct archive *a, const char *kind)
{
    if (strcmp(kind, "zip") == 0)
        archive_write_set_format_zip(a);
    else if (strcmp(kind, "7z") == 0)
        archive_write_set_format_7zip(a);
    else
        archive_write_set_format_ustar(a);
    if (strcmp(kind, "tar.gz") == 0)
        archive_write_add_filter_gzip(a);
    if (strcmp(kind, "tar.xz") == 0)
        archive_write_add_filter_xz(a);
}

void data_archive(const char *path, const char *kind, const data_file *files, size_t count)
{
    struct archive *a = archive_write_new();
    set_kind(a, kind);
    CU_ASSERT_EQUAL_FATAL(archive_write_open_filename(a, path), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, files[i].path);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (la_int64_t)files[i].size);
        CU_ASSERT_EQUAL(archive_write_header(a, entry), ARCHIVE_OK);
        CU_ASSERT_EQUAL(archive_write_data(a, files[i].bytes, files[i].size),
                        (la_ssize_t)files[i].size);
        archive_entry_free(entry);
    }
    CU_ASSERT_EQUAL(archive_write_free(a), ARCHIVE_OK);
}

void data_folder(const char *dir, const data_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *path = pl_path_join(dir, files[i].path), *parent = pl_path_dir(path);
        TST_OK(pl_make_dirs(parent, e));
        tst_write(path, files[i].bytes, files[i].size);
        free(parent);
        free(path);
    }
}
