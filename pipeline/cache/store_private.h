/* What the files of this room share; nobody else includes it. */
#ifndef PL_CACHE_STORE_PRIVATE_H
#define PL_CACHE_STORE_PRIVATE_H

#include <sys/stat.h>

#include "cache/store.h"

enum { PL_STORE_FORMAT = 1, PL_STORE_MAX_JSON = 64 << 20 };

struct pl_store {
    char *dir;
    json_t *digests; /* stamp -> {"sha256", "used"} */
    bool digests_changed;
};

/* CACHE/STAGE/KEY[0:2]/KEY, CACHE/locks/KEY.lock, CACHE/work/KEY, CACHE/tmp/STAGE-KEY: heap. */
char *pl_store_entry_dir(const pl_store *s, const char *stage, const char *key);
char *pl_store_lock_path(const pl_store *s, const char *key);
char *pl_store_work_dir(const pl_store *s, const char *key);
char *pl_store_tmp_dir(const pl_store *s, const char *stage, const char *key);

/* pl_store_find for a caller that may hold the key's lock already. */
kn_status pl_store_find_locked(pl_store *s, const char *stage, const pl_digest *key, bool deep,
                               bool locked, bool *found, pl_entry *out, kn_error *e);

/* The three members of entry.json that tell whether a file was touched. */
json_t *pl_store_stamp(const struct stat *st);

/* digests.json: read at the first use, merged with what other processes wrote and written at close.
 */
void pl_store_digests_save(pl_store *s);

/* Nanoseconds since the epoch. */
static inline int64_t pl_store_ns(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#endif
