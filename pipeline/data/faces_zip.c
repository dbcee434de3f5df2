#include "data/faces_zip.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    LOCAL_HEADER = 0x04034b50,
    CENTRAL_HEADER = 0x02014b50,
    END_RECORD = 0x06054b50,
    END_RECORD64 = 0x06064b50,
    END_LOCATOR64 = 0x07064b50,
    DATE_1980 = 0x0021, /* 1980-01-01; the time of day is 0 */
    VERSION_STORED = 10,
    VERSION_ZIP64 = 45
};

uint32_t pl_zip_crc32(const void *bytes, size_t size)
{
    static const uint32_t nibble[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                        0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    const uint8_t *p = bytes;
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < size; i++) {
        crc ^= p[i];
        crc = (crc >> 4) ^ nibble[crc & 15];
        crc = (crc >> 4) ^ nibble[crc & 15];
    }
    return ~crc;
}

/* Little-endian fields one after the other. */
typedef struct record {
    uint8_t bytes[128];
    size_t size;
} record;

static void put(record *r, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        r->bytes[r->size++] = (uint8_t)(value >> (8 * i));
}

/* From "version needed" to the length of the name: the part that both headers share. */
static void put_common(record *r, const pl_zip_entry *entry, int version, int extra)
{
    put(r, (uint64_t)version, 2);
    put(r, 0, 2); /* flags */
    put(r, 0, 2); /* method: stored */
    put(r, 0, 2); /* time */
    put(r, DATE_1980, 2);
    put(r, entry->crc, 4);
    put(r, entry->size, 4);
    put(r, entry->size, 4);
    put(r, PL_ZIP_NAME, 2);
    put(r, (uint64_t)extra, 2);
}

static void put_name(record *r, size_t entry)
{
    char name[PL_ZIP_NAME + 1];
    snprintf(name, sizeof name, "img_align_celeba/%06u.jpg", (unsigned)(entry + 1) % 1000000u);
    memcpy(r->bytes + r->size, name, PL_ZIP_NAME);
    r->size += PL_ZIP_NAME;
}

static kn_status flush(pl_zip *z, const void *bytes, size_t size, kn_error *e)
{
    z->offset += size;
    return pl_faces_file_add(z->file, bytes, size, e);
}

kn_status pl_zip_add(pl_zip *z, const void *bytes, uint32_t size, uint32_t crc, kn_error *e)
{
    assert(z->count < z->room);
    pl_zip_entry *entry = &z->entries[z->count];
    *entry = (pl_zip_entry){crc, size};
    record r = {.size = 0};
    put(&r, LOCAL_HEADER, 4);
    put_common(&r, entry, VERSION_STORED, 0);
    put_name(&r, z->count++);
    KN_TRY(flush(z, r.bytes, r.size, e));
    return flush(z, bytes, size, e);
}

static kn_status add_central(pl_zip *z, size_t i, uint64_t at, kn_error *e)
{
    bool far = at >= 0xffffffffu;
    record r = {.size = 0};
    put(&r, CENTRAL_HEADER, 4);
    put(&r, VERSION_ZIP64, 2);
    put_common(&r, &z->entries[i], far ? VERSION_ZIP64 : VERSION_STORED, far ? 12 : 0);
    put(&r, 0, 2); /* comment */
    put(&r, 0, 2); /* disk */
    put(&r, 0, 2); /* internal attributes */
    put(&r, 0, 4); /* external attributes */
    put(&r, far ? 0xffffffffu : at, 4);
    put_name(&r, i);
    if (far) {
        put(&r, 1, 2); /* zip64 extra field */
        put(&r, 8, 2);
        put(&r, at, 8);
    }
    return flush(z, r.bytes, r.size, e);
}

static void put_end64(record *r, const pl_zip *z, uint64_t start, uint64_t size)
{
    put(r, END_RECORD64, 4);
    put(r, 44, 8); /* bytes that follow */
    put(r, VERSION_ZIP64, 2);
    put(r, VERSION_ZIP64, 2);
    put(r, 0, 8); /* disks */
    put(r, z->count, 8);
    put(r, z->count, 8);
    put(r, size, 8);
    put(r, start, 8);
    put(r, END_LOCATOR64, 4);
    put(r, 0, 4);
    put(r, start + size, 8);
    put(r, 1, 4);
}

kn_status pl_zip_end(pl_zip *z, kn_error *e)
{
    uint64_t start = z->offset, at = 0;
    for (size_t i = 0; i < z->count; i++) {
        KN_TRY(add_central(z, i, at, e));
        at += 30 + PL_ZIP_NAME + (uint64_t)z->entries[i].size;
    }
    uint64_t size = z->offset - start;
    bool many = z->count >= 0xffff, far = start >= 0xffffffffu;
    record r = {.size = 0};
    if (many || far)
        put_end64(&r, z, start, size);
    put(&r, END_RECORD, 4);
    put(&r, 0, 4); /* disks */
    put(&r, many ? 0xffff : z->count, 2);
    put(&r, many ? 0xffff : z->count, 2);
    put(&r, size, 4); /* under 4 GB: at most 999,999 entries of 85 bytes */
    put(&r, far ? 0xffffffffu : start, 4);
    put(&r, sizeof PL_ZIP_COMMENT - 1, 2);
    KN_TRY(flush(z, r.bytes, r.size, e));
    return flush(z, PL_ZIP_COMMENT, sizeof PL_ZIP_COMMENT - 1, e);
}

bool pl_zip_is_ours(const char *path)
{
    enum { SIZE = sizeof PL_ZIP_COMMENT - 1 };
    char tail[SIZE];
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    bool ours = fseek(f, -(long)SIZE, SEEK_END) == 0 && fread(tail, 1, SIZE, f) == SIZE &&
                memcmp(tail, PL_ZIP_COMMENT, SIZE) == 0;
    fclose(f);
    return ours;
}
