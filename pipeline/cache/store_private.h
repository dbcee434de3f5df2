/* What the files of this room share; nobody else includes it. */
#ifndef PL_CACHE_STORE_PRIVATE_H
#define PL_CACHE_STORE_PRIVATE_H

#include <sys/stat.h>
#include <time.h>

#include "cache/store.h"
#include "cache/store_gc.h"
#include "util/fs.h"
#include "util/str.h"

enum { PL_STORE_FORMAT = 1, PL_STORE_MAX_JSON = 64 << 20 };

struct pl_store {
    char *dir;
    char *later;     /* the folder told to pl_fsync_later */
    json_t *digests; /* stamp -> {"sha256", "used"} */
    bool digests_changed;
};

/* CACHE/STAGE/KEY[0:2]/KEY, CACHE/locks/KEY.lock, CACHE/work/KEY, CACHE/tmp/STAGE-KEY: heap. */
char *pl_store_entry_dir(const pl_store *s, const char *stage, const char *key);
char *pl_store_lock_path(const pl_store *s, const char *key);
char *pl_store_work_dir(const pl_store *s, const char *key);
char *pl_store_tmp_dir(const pl_store *s, const char *stage, const char *key);

bool pl_is_key(const char *name);

/* Whether nobody makes or removes the entry of this key now. */
bool pl_store_is_idle(const pl_store *s, const char *key);

/* ---- judging entries (store_entry.c) */

/* pl_store_find for a caller that may hold the key's lock already. */
kn_status pl_store_find_locked(pl_store *s, const char *stage, const pl_digest *key, bool deep,
                               bool locked, bool *found, pl_entry *out, kn_error *e);

/* The three members of entry.json that tell whether a file was touched. */
json_t *pl_store_stamp(const struct stat *st);

typedef struct pl_judge {
    enum { PL_JUDGE_STAMPS, PL_JUDGE_MOVED, PL_JUDGE_ALL } content; /* of which files it is read */
    kn_status (*read)(void *context, const char *path, pl_digest *out, kn_error *e);
    void *context;
} pl_judge;

/* Judges an entry by its entry.json (*info is heap, NULL where it cannot be read). KN_OK: good, *moved
 * tells whether times differ; KN_EINTERRUPTED from `read`; anything else: damaged, e has the sentence. */
kn_status pl_entry_judge(const char *dir, const char *key, const pl_judge *judge, json_t **info,
                         bool *moved, kn_error *e);

/* Writes the files' present times into entry.json; its own time stays where `keep_use`. */
kn_status pl_entry_restamp(const char *dir, json_t *info, bool keep_use, kn_error *e);

/* Moves a damaged entry to bad/. `locked`: the caller holds the key's lock. */
typedef enum pl_aside { PL_ASIDE_DONE, PL_ASIDE_BUSY, PL_ASIDE_FAILED } pl_aside;
pl_aside pl_store_set_aside(pl_store *s, const char *stage, const char *key, bool locked);

/* ---- walking (store_list.c) */

/* pl_store_list, with entries whose entry.json is missing. */
kn_status pl_store_rows(pl_store *s, bool broken_too, pl_entry_row **rows, size_t *count,
                        kn_error *e);

/* ---- what studies need (store_use.c) */

typedef struct pl_uses_study {
    char *name, *dir, *file; /* file: studies/HEX.json */
    bool running, kept;      /* neither: the reference is to be dropped */
    int64_t since; /* of a running one, nanoseconds; INT64_MIN: the clock was set back since */
} pl_uses_study;

typedef struct pl_uses_key {
    const char *key; /* in `root` of its study */
    size_t study;
} pl_uses_key;

typedef struct pl_uses {
    pl_uses_study *study;
    size_t studies;
    pl_uses_key *key; /* of running and kept studies, sorted; running ones first among equals */
    size_t keys;
    json_t *root; /* array of what the files hold */
    int64_t changes;
} pl_uses;

kn_status pl_uses_read(pl_store *s, pl_uses *out, kn_error *e);
void pl_uses_clear(pl_uses *u);

/* The study that needs a key, or the running one that began before used_ns; NULL: nobody. */
const pl_uses_study *pl_uses_find(const pl_uses *u, const char *key, int64_t used_ns);

/* locks/studies.lock. The count tells whether a reference changed since it was read. */
kn_status pl_uses_lock(pl_store *s, int *lock, kn_error *e);
int64_t pl_uses_changes(int lock);

/* Removes references whose study is gone and locks nobody holds; counts them. */
size_t pl_uses_sweep(pl_store *s, const pl_uses *u, bool dry_run);

/* ---- leftovers (store_sweep.c) */

typedef struct pl_sweep {
    const pl_entry_row *const *by_key; /* every entry, sorted by key */
    size_t count;
    const pl_uses *uses;
    int64_t work_seconds; /* unfinished work nobody names goes at this age */
    bool work, bad;       /* work a kept study names goes too; entries set aside go */
    bool dry_run;
    size_t leftovers;
    uint64_t bytes;
} pl_sweep;

kn_status pl_store_sweep(pl_store *s, pl_sweep *sweep, kn_error *e);

/* A heap array of pointers to the rows, sorted by key. */
const pl_entry_row **pl_rows_by_key(const pl_entry_row *rows, size_t count);

/* ---- source digests (source_digest.c): digests.json, read at the first use, merged with what other
 * processes wrote and written at close. */
void pl_store_digests_save(pl_store *s);

/* Nanoseconds since the epoch. */
static inline int64_t pl_store_ns(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#endif
