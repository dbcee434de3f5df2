/* A stream of pictures from a folder (nested), any archive libarchive reads (zip, tar, tar.gz,
 * tar.xz, 7z; never unpacked to disk), or one picture file.
 *
 * Pictures are regular files with a picture's extension, or with none that is known and a picture's
 * first bytes. Dot files, __MACOSX and files like csv, txt, md are no pictures. A picture's name is
 * its base name, as in label tables; two of one name are an error. Pictures are numbered 0..count-1
 * in bytewise order of their names, whatever the order in the archive: a folder and a zip of it
 * give the same numbers. */
#ifndef PL_DATA_SOURCE_H
#define PL_DATA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct pl_source pl_source;

enum { PL_PICTURE_MAX_BYTES = 100 << 20, PL_REASON_BYTES = 200 };

/* One encoded picture. */
typedef struct pl_picture {
    size_t index;   /* 0..count-1 */
    uint8_t *bytes; /* heap, the caller's to free; NULL when it could not be read */
    size_t size;
    char reason[PL_REASON_BYTES]; /* why it could not be read; empty otherwise */
} pl_picture;

/* Lists all pictures (an archive is read once, headers only where its format allows). KN_EIO,
 * KN_EFORMAT: not there, no archive, cut (the sentence names the last whole picture); KN_EDATA: no
 * picture in it, or two of one name. */
kn_status pl_source_open(const char *path, pl_source **out, kn_error *e);
void pl_source_close(pl_source *s); /* NULL is allowed */

size_t pl_source_count(const pl_source *s);
const char *pl_source_name(const pl_source *s, size_t index); /* base name */
const char *pl_source_path(const pl_source *s,
                           size_t index); /* in the archive, or the file's path */

/* The next picture in reading order; *end is set instead when there are no more. Fails when the
 * archive is cut or changed; a picture that cannot be read alone is given with a reason. Not
 * thread-safe. With pl_decode this is the iterator over decoded pictures. */
kn_status pl_source_next(pl_source *s, pl_picture *out, bool *end, kn_error *e);

/* The number of the picture that pl_source_next would give, false at the end; and passing over it
 * unread. */
bool pl_source_peek(const pl_source *s, size_t *index);
void pl_source_skip(pl_source *s);

#endif
