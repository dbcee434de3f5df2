/* Synthetic pictures, folders and archives for the tests of pipeline/data. */
#ifndef TST_DATA_FILES_H
#define TST_DATA_FILES_H

#include <stddef.h>
#include <stdint.h>

typedef struct data_file {
    const char *path; /* in the folder or archive */
    uint8_t *bytes;
    size_t size;
} data_file;

/* A JPEG of w x h whose pixels depend on seed; heap bytes. */
data_file data_jpeg(const char *path, int seed, int w, int h);
data_file data_text(const char *path, const char *text);
void data_free(data_file *files, size_t count);

/* kind: "zip", "tar", "tar.gz", "tar.xz", "7z"; entries in the given order. */
void data_archive(const char *path, const char *kind, const data_file *files, size_t count);
void data_folder(const char *dir, const data_file *files, size_t count);

#endif
