/* The content-addressed store: one folder per entry, named by stage and key.
 *
 *   CACHE/facet-cache.json      format version of the store
 *   CACHE/STAGE/KEY[0:2]/KEY/   the entry's files, and
 *                   entry.json  key, stage, canonical parameters, inputs, and per file: size,
 *                               SHA-256; made last
 *   CACHE/tmp/STAGE-KEY/        an entry in the making, or one that is being removed
 *   CACHE/locks/KEY.lock        held by who makes or removes an entry; gone when it is done
 *   CACHE/work/KEY/             what a stage keeps between interrupted attempts (checkpoints)
 *   CACHE/bad/STAGE-KEY.N/      entries set aside because damaged
 *   CACHE/studies/HEX.json      what a study needs of the store, for gc (store_use.h)
 *   CACHE/digests.json          (device, inode, size, mtime, ctime) -> digest of source files
 *   CACHE/folders/HEX.tsv       the same for the files of one source folder
 *   CACHE/times.tsv             what made entries cost (run/cost_log.h); not the store's own
 *
 * An entry appears whole or not at all. Two processes that want the same entry do the work once:
 * the second waits for the first one's lock; the lock of a process that ended is free. A store is used
 * by one thread at a time.
 *
 * Times. The time of entry.json is the entry's last use: nothing else in an entry is ever touched. A
 * last use after the present counts as now (the clock was set back), so that such an entry is the
 * last to go. No key and no decision about content depends on a clock.
 *
 * A store that was copied, moved, or restored: the files' times differ from those in entry.json, so
 * their content is compared once, at the first finding (or by pl_store_check with repair), and the new
 * times are written down.
 *
 * A store that cannot be written (another user's, a read-only file system): opening and finding work,
 * and the use of an entry goes unrecorded; making an entry is an error that says so. */
#ifndef PL_CACHE_STORE_H
#define PL_CACHE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/status.h"
#include "util/digest.h"

typedef struct pl_store pl_store;

/* Opens (creates) the store; costs the same whatever it holds. KN_EUSAGE when the folder holds another format version, or files that
 * are not a store's: the sentence says which, and the way out. */
kn_status pl_store_open(const char *dir, pl_store **out, kn_error *e);
void pl_store_close(pl_store *s); /* NULL is allowed; writes the remembered digests */

typedef struct pl_entry {
    char *dir;    /* heap; of the entry */
    json_t *info; /* entry.json */
} pl_entry;

/* Looks for an entry (by its path: the number of entries does not matter) and checks sizes, mtimes and ctimes of its files (content where `deep`, and
 * where only the times differ, as after a copy of the store). *found is false when there is none; a
 * damaged one is set aside with a warning and counts as not found. Finding counts as use. */
kn_status pl_store_find(pl_store *s, const char *stage, const pl_digest *key, bool deep,
                        bool *found, pl_entry *out, kn_error *e);
void pl_entry_clear(pl_entry *entry);

/* True where the entry is missing because a damaged one was set aside. */
bool pl_store_was_damaged(const pl_store *s, const char *stage, const pl_digest *key);

/* Digest of one file of an entry as entry.json has it; NULL when there is no such file. */
const char *pl_entry_digest(const pl_entry *entry, const char *file);

/* Making an entry. begin takes the key's lock (waiting for another process; when that one made the
 * entry meanwhile, *exists is true and nothing is held); waiting ends with KN_EINTERRUPTED on a
 * signal. The stage writes files, no folders, into out_dir; commit digests them, writes entry.json
 * with `info` (an object whose members are added, or NULL), fsyncs all at once, renames and removes
 * work_dir: files that pl_write_file puts into out_dir are not synced one by one (pl_fsync_later).
 * abort removes out_dir and keeps work_dir; on a failure commit leaves abort to the caller. */
typedef struct pl_making {
    char *out_dir, *work_dir; /* heap */
    pl_digest key;
    const char *stage; /* borrowed */
    int lock;          /* -1: nothing is held */
} pl_making;
kn_status pl_store_begin(pl_store *s, const char *stage, const pl_digest *key, bool *exists,
                         pl_making *out, kn_error *e);
kn_status pl_store_commit(pl_store *s, pl_making *m, json_t *info, kn_error *e);
void pl_store_abort(pl_store *s, pl_making *m);

/* Digest of a source: a file's content, remembered by (device, inode, size, mtime, ctime); of a
 * folder, over the sorted relative names and digests of its files, at any depth. A file changed
 * within the clock's grain of being read is read again the next time. */
kn_status pl_store_source_digest(pl_store *s, const char *path, pl_digest *out, kn_error *e);

typedef struct pl_entry_row {
    char stage[24], key[PL_DIGEST_HEX];
    char *dir;
    uint64_t bytes;    /* on disk */
    int64_t last_used; /* seconds since the epoch, not after now */
    int64_t used_ns;   /* the same as the file system has it; 0: entry.json is missing */
} pl_entry_row;

/* Every entry, by stage and key; reads folders, no file. */
kn_status pl_store_list(pl_store *s, pl_entry_row **rows, size_t *count, kn_error *e);
void pl_store_list_free(pl_entry_row *rows, size_t count);

/* The order in which gc removes: not used for longest first. */
void pl_entry_rows_by_use(pl_entry_row *rows, size_t count);

const char *pl_store_dir(const pl_store *s);

#endif
