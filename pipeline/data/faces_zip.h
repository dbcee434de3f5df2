/* A zip archive of stored files (APPNOTE 6.3), written front to back. Own code rather than
 * libarchive's writer so that the bytes do not depend on the library's version or on the time zone:
 * every entry is dated 1980-01-01, the sizes and the CRC stand in front of the data. Zip64 records
 * are added from 65,535 entries or 4 GB on. */
#ifndef PL_DATA_FACES_ZIP_H
#define PL_DATA_FACES_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "data/faces_file.h"

/* CRC-32 as zip and zlib have it. */
uint32_t pl_zip_crc32(const void *bytes, size_t size);

typedef struct pl_zip_entry {
    uint32_t crc, size;
} pl_zip_entry;

typedef struct pl_zip {
    pl_faces_file *file;
    pl_zip_entry *entries; /* room for `room` of them, the caller's */
    size_t count, room;
    uint64_t offset;
} pl_zip;

#define PL_ZIP_COMMENT "drawn by facet faces"

/* Entry n (from 0) is named img_align_celeba/%06d.jpg of n + 1. */
enum { PL_ZIP_NAME = sizeof "img_align_celeba/000000.jpg" - 1 };

kn_status pl_zip_add(pl_zip *z, const void *bytes, uint32_t size, uint32_t crc, kn_error *e);
/* The directory, and PL_ZIP_COMMENT as the archive's comment; the file stays open. */
kn_status pl_zip_end(pl_zip *z, kn_error *e);

/* Whether the file is an archive that pl_zip_end ended. */
bool pl_zip_is_ours(const char *path);

#endif
