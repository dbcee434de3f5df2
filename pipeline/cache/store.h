/* The content-addressed store: one folder per entry, named by stage and key.
 *
 *   CACHE/facet-cache.json                 format version of the store
 *   CACHE/STAGE/KEY[0:2]/KEY/              the entry's files, and
 *                       entry.json         key, stage, canonical parameters, inputs, and per file: size, SHA-256; made last
 *   CACHE/tmp/...                          entries in the making        CACHE/locks/KEY.lock
 *   CACHE/work/KEY/                        what a stage keeps between interrupted attempts (checkpoints)
 *   CACHE/bad/...                          entries set aside because damaged
 *   CACHE/digests.json                     (device, inode, size, mtime, ctime) -> digest of source files
 *
 * An entry appears whole or not at all. Two processes that want the same entry do the work once: the second waits for the
 * first one's lock. */
#ifndef PL_CACHE_STORE_H
#define PL_CACHE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/status.h"
#include "util/digest.h"

typedef struct pl_store pl_store;

/* Opens (creates) the store. KN_EUSAGE when the folder holds another format version: the sentence says which, and the way
 * out. */
kn_status pl_store_open(const char *dir, pl_store **out, kn_error *e);
void pl_store_close(pl_store *s); /* NULL is allowed; writes the remembered digests */

typedef struct pl_entry {
    char *dir;      /* heap; of the entry */
    json_t *info;   /* entry.json */
} pl_entry;

/* Looks for an entry and checks sizes, mtimes and ctimes of its files (content where `deep`). *found is false when
 * there is none; a damaged one is set aside with a warning and counts as not found. */
kn_status pl_store_find(pl_store *s, const char *stage, const pl_digest *key, bool deep, bool *found, pl_entry *out,
                        kn_error *e);
void pl_entry_clear(pl_entry *entry);

/* Digest of one file of an entry as entry.json has it; NULL when there is no such file. */
const char *pl_entry_digest(const pl_entry *entry, const char *file);

/* Making an entry. begin takes the key's lock (waiting for another process; when that one made the entry meanwhile,
 * *exists is true and nothing is held). The stage writes files into out_dir; commit digests them, writes entry.json with
 * `info` (an object whose members are added), fsyncs and renames. abort removes out_dir and keeps work_dir. */
typedef struct pl_making {
    char *out_dir, *work_dir; /* heap */
    pl_digest key;
    const char *stage;
    int lock;
} pl_making;
kn_status pl_store_begin(pl_store *s, const char *stage, const pl_digest *key, bool *exists, pl_making *out,
                         kn_error *e);
kn_status pl_store_commit(pl_store *s, pl_making *m, json_t *info, kn_error *e);
void pl_store_abort(pl_store *s, pl_making *m);

/* Digest of a source: a file's content, remembered by (device, inode, size, mtime, ctime); of a folder, over the
 * sorted relative names and contents of its files. */
kn_status pl_store_source_digest(pl_store *s, const char *path, pl_digest *out, kn_error *e);

/* For `facet cache`. */
typedef struct pl_entry_row {
    char stage[24], key[PL_DIGEST_HEX];
    char *dir;
    uint64_t bytes;
    int64_t last_used; /* seconds since the epoch */
} pl_entry_row;
kn_status pl_store_list(pl_store *s, pl_entry_row **rows, size_t *count, kn_error *e);
void pl_store_list_free(pl_entry_row *rows, size_t count);

/* Removes an entry (gc). */
kn_status pl_store_remove(pl_store *s, const char *stage, const char *key, kn_error *e);

const char *pl_store_dir(const pl_store *s);

#endif
