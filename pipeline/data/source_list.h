/* What a source is made of: its list of pictures, shared by folders and archives. */
#ifndef PL_DATA_SOURCE_LIST_H
#define PL_DATA_SOURCE_LIST_H

#include <locale.h>
#include <stdbool.h>

#include "base/arena.h"
#include "data/source.h"

struct archive;

typedef struct pl_source_item {
    const char *path, *name; /* name points into path */
    size_t entry;            /* archives: the number of the entry */
    size_t index;            /* rank by name */
} pl_source_item;

struct pl_source {
    char *path;
    bool is_archive;
    kn_arena strings;
    pl_source_item *items;   /* in reading order */
    pl_source_item **sorted; /* by name */
    size_t count, room;
    size_t next;             /* item to be read */
    locale_t utf8;           /* for libarchive's names; made when first needed */
    struct archive *archive; /* open while being read */
    size_t entry;            /* entries whose header was read */
};

/* Adds a picture at the end of the reading order. */
void pl_source_add(pl_source *s, const char *path, size_t entry);

/* What the path alone says. */
typedef enum pl_file_kind { PL_FILE_SKIP, PL_FILE_PICTURE, PL_FILE_UNKNOWN } pl_file_kind;
pl_file_kind pl_file_kind_of(const char *path);

bool pl_file_looks_like_a_picture(const char *path); /* by its first bytes */

kn_status pl_folder_list(pl_source *s, kn_error *e);
kn_status pl_folder_read(pl_source *s, pl_picture *out, kn_error *e);

kn_status pl_archive_list(pl_source *s, kn_error *e);
kn_status pl_archive_next(pl_source *s, pl_picture *out, kn_error *e);
void pl_archive_close(pl_source *s);

#endif
