/* Pictures of an archive, by libarchive: one pass lists them, the next ones read them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "data/decode.h"
#include "data/source_list.h"
#include "util/str.h"

enum { BLOCK = 1 << 16, FIRST_ROOM = 1 << 14 };

static const char *archive_why(struct archive *a)
{
    const char *text = archive_error_string(a);
    return text ? text : "damaged";
}

/* Formats that hold their data, filters that need no other program. */
static void support(struct archive *a)
{
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_lzma(a);
    archive_read_support_filter_zstd(a);
    archive_read_support_filter_lz4(a);
    archive_read_support_filter_compress(a);
    archive_read_support_format_zip(a);
    archive_read_support_format_tar(a);
    archive_read_support_format_7zip(a);
    archive_read_support_format_cpio(a);
    archive_read_support_format_rar(a);
    archive_read_support_format_rar5(a);
    archive_read_support_format_iso9660(a);
}

static kn_status open_archive(pl_source *s, kn_error *e)
{
    pl_archive_close(s);
    s->archive = archive_read_new();
    if (!s->archive)
        return kn_fail(e, KN_ENOMEM, "out of memory for an archive");
    support(s->archive);
    if (archive_read_open_filename(s->archive, s->path, BLOCK) != ARCHIVE_OK)
        return kn_fail(e, KN_EFORMAT,
                       "'%s' is neither a folder nor an archive that libarchive reads: %s", s->path,
                       archive_why(s->archive));
    return KN_OK;
}

void pl_archive_close(pl_source *s)
{
    if (s->archive)
        archive_read_free(s->archive);
    s->archive = NULL;
    s->entry = 0;
}

/* `done` pictures were whole; the last of them is items[done - 1]. */
static kn_status cut(pl_source *s, size_t done, kn_error *e)
{
    if (s->entry == 0)
        return kn_fail(e, KN_EFORMAT,
                       "'%s' is neither a folder nor an archive that libarchive reads: %s", s->path,
                       archive_why(s->archive));
    if (done == 0)
        return kn_fail(e, KN_EFORMAT,
                       "the archive '%s' is cut or damaged before its first picture: %s", s->path,
                       archive_why(s->archive));
    return kn_fail(e, KN_EFORMAT,
                   "the archive '%s' is cut or damaged after picture '%s' (%zu in all): %s",
                   s->path, s->items[done - 1].path, done, archive_why(s->archive));
}

/* The next entry; *path is valid until the one after. NULL at the end. */
static kn_status next_entry(pl_source *s, size_t done, struct archive_entry **entry,
                            const char **path, kn_error *e)
{
    *path = NULL;
    int rc = archive_read_next_header(s->archive, entry);
    if (rc == ARCHIVE_EOF)
        return KN_OK;
    if (rc < ARCHIVE_WARN)
        return cut(s, done, e);
    s->entry++;
    *path = archive_entry_pathname_utf8(*entry);
    if (!*path)
        *path = archive_entry_pathname(*entry);
    if (!*path)
        return kn_fail(e, KN_EFORMAT, "the archive '%s': the name of entry %zu cannot be read",
                       s->path, s->entry);
    return KN_OK;
}

static bool is_regular(struct archive_entry *entry)
{
    return archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry);
}

static bool looks_like_a_picture(pl_source *s)
{
    uint8_t head[16];
    la_ssize_t n = archive_read_data(s->archive, head, sizeof head);
    return n > 0 && pl_is_picture(head, (size_t)n);
}

static kn_status list_entries(pl_source *s, kn_error *e)
{
    struct archive_entry *entry = NULL;
    const char *path = NULL;
    s->is_archive = true;
    KN_TRY(open_archive(s, e));
    for (;;) {
        KN_TRY(next_entry(s, s->count, &entry, &path, e));
        if (!path)
            break;
        pl_file_kind kind = is_regular(entry) ? pl_file_kind_of(path) : PL_FILE_SKIP;
        bool wanted = kind == PL_FILE_PICTURE;
        char *copy = pl_strdup(path);
        if (kind == PL_FILE_UNKNOWN)
            wanted = looks_like_a_picture(s);
        int skipped = archive_read_data_skip(s->archive);
        kn_status rc = skipped < ARCHIVE_WARN ? cut(s, s->count, e) : KN_OK;
        if (rc == KN_OK && wanted)
            pl_source_add(s, copy, s->entry);
        free(copy);
        KN_TRY(rc);
    }
    pl_archive_close(s);
    return KN_OK;
}

/* The data of the current entry. A fault of this entry alone becomes the picture's reason. */
static kn_status read_data(pl_source *s, size_t hint, pl_picture *out, kn_error *e)
{
    size_t room = hint > 0 && hint < PL_PICTURE_MAX_BYTES ? hint + 1 : FIRST_ROOM;
    uint8_t *bytes = malloc(room);
    for (;;) {
        if (!bytes)
            return kn_fail(e, KN_ENOMEM, "out of memory while reading '%s'", s->path);
        la_ssize_t n = archive_read_data(s->archive, bytes + out->size, room - out->size);
        if (n < 0) {
            free(bytes);
            out->size = 0;
            if (n == ARCHIVE_FATAL)
                return cut(s, s->next, e);
            snprintf(out->reason, sizeof out->reason, "cannot be read: %s",
                     archive_why(s->archive));
            return KN_OK;
        }
        out->size += (size_t)n;
        if (n == 0)
            break;
        if (out->size > PL_PICTURE_MAX_BYTES) {
            free(bytes);
            out->size = 0;
            snprintf(out->reason, sizeof out->reason, "larger than %d bytes", PL_PICTURE_MAX_BYTES);
            return KN_OK;
        }
        if (out->size == room) {
            room *= 2;
            uint8_t *more = realloc(bytes, room);
            if (!more)
                free(bytes);
            bytes = more;
        }
    }
    out->bytes = bytes;
    return KN_OK;
}

static kn_status read_next(pl_source *s, pl_picture *out, kn_error *e)
{
    const pl_source_item *item = &s->items[s->next];
    struct archive_entry *entry = NULL;
    const char *path = "";
    if (!s->archive)
        KN_TRY(open_archive(s, e));
    while (path && s->entry < item->entry)
        KN_TRY(next_entry(s, s->next, &entry, &path, e));
    if (!path || strcmp(path, item->path) != 0)
        return kn_fail(e, KN_EDATA, "the archive '%s' changed while it was read", s->path);
    la_int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
    return read_data(s, size > 0 ? (size_t)size : 0, out, e);
}

/* libarchive converts UTF-8 names to the locale's characters and fails in the C locale: this
 * thread's is UTF-8 while it works. */
static locale_t enter(pl_source *s)
{
    if (!s->utf8)
        s->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return s->utf8 ? uselocale(s->utf8) : uselocale((locale_t)0);
}

kn_status pl_archive_list(pl_source *s, kn_error *e)
{
    locale_t before = enter(s);
    kn_status rc = list_entries(s, e);
    uselocale(before);
    return rc;
}

kn_status pl_archive_next(pl_source *s, pl_picture *out, kn_error *e)
{
    locale_t before = enter(s);
    kn_status rc = read_next(s, out, e);
    uselocale(before);
    return rc;
}
