/* Removing what ended processes left behind: tmp/, work/, bad/, locks/, temporary files. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cache/store_private.h"

static uint64_t tree_bytes(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return 0;
    uint64_t bytes = (uint64_t)st.st_blocks * 512;
    char **names = NULL;
    size_t count = 0;
    if (S_ISDIR(st.st_mode) && pl_list_dir(path, &names, &count, NULL) == KN_OK) {
        for (size_t i = 0; i < count; i++) {
            char *inner = pl_path_join(path, names[i]);
            bytes += tree_bytes(inner);
            free(inner);
        }
        pl_free_names(names);
    }
    return bytes;
}

static int key_order(const void *key, const void *row)
{
    const pl_entry_row *const *r = row;
    return strcmp(key, (*r)->key);
}

static bool has_entry(const pl_sweep *w, const char *key)
{
    return w->count > 0 && bsearch(key, w->by_key, w->count, sizeof *w->by_key, key_order) != NULL;
}

/* Unfinished work: of an entry that is there, or wanted by nobody for long. A negative age (the clock
 * was set back) is no age. */
static bool work_is_over(const pl_sweep *w, const char *key, const struct stat *st)
{
    if (has_entry(w, key))
        return true;
    const pl_uses_study *study = pl_uses_find(w->uses, key, pl_store_ns(st->st_mtim));
    if (study && study->running)
        return false;
    if (w->work)
        return true;
    return !study && (int64_t)time(NULL) - (int64_t)st->st_mtim.tv_sec > w->work_seconds;
}

typedef bool is_left_over(const pl_sweep *w, const char *key, const struct stat *st);

static bool always(const pl_sweep *w, const char *key, const struct stat *st)
{
    (void)w;
    (void)key;
    (void)st;
    return true;
}

/* One of CACHE/under, named KEY or STAGE-KEY, where nobody holds the key. The lock is kept while it goes:
 * a process that begins now waits for it. */
static kn_status sweep_one(pl_store *s, const char *path, const char *key, is_left_over *gone,
                           pl_sweep *w, kn_error *e)
{
    char *lock_path = pl_store_lock_path(s, key);
    struct stat st;
    int lock = -1;
    kn_status rc = KN_OK;
    bool idle = w->dry_run && pl_store_is_idle(s, key);
    if (!w->dry_run)
        rc = pl_lock_open(lock_path, true, &lock, e);
    if ((idle || lock >= 0) && stat(path, &st) == 0 && gone(w, key, &st)) {
        w->leftovers++;
        w->bytes += tree_bytes(path);
        if (!w->dry_run)
            rc = pl_remove_tree(path, e);
    }
    pl_lock_remove(lock_path, lock);
    free(lock_path);
    return rc;
}

static kn_status sweep_keys(pl_store *s, const char *under, is_left_over *gone, pl_sweep *w,
                            kn_error *e)
{
    char *dir = pl_path_join(s->dir, under);
    char **names = NULL;
    size_t count = 0;
    kn_status rc = pl_is_dir(dir) ? pl_list_dir(dir, &names, &count, e) : KN_OK;
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        char *path = pl_path_join(dir, names[i]);
        const char *dash = strrchr(names[i], '-');
        const char *key = dash ? dash + 1 : names[i];
        if (pl_is_key(key))
            rc = sweep_one(s, path, key, gone, w, e);
        free(path);
    }
    pl_free_names(names);
    free(dir);
    return rc;
}

static kn_status sweep_bad(pl_store *s, pl_sweep *w, kn_error *e)
{
    char *dir = pl_path_join(s->dir, "bad");
    char **names = NULL;
    size_t count = 0;
    kn_status rc = pl_is_dir(dir) ? pl_list_dir(dir, &names, &count, e) : KN_OK;
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        char *path = pl_path_join(dir, names[i]);
        w->leftovers++;
        w->bytes += tree_bytes(path);
        if (!w->dry_run)
            rc = pl_remove_tree(path, e);
        free(path);
    }
    pl_free_names(names);
    free(dir);
    return rc;
}

/* Lock files go with their work; what a killed process left is not counted: it takes no room that
 * anybody would miss. Each is removed with its lock held, which is what pl_lock_open reckons with. */
static void sweep_locks(const pl_store *s)
{
    char *dir = pl_path_join(s->dir, "locks");
    char **names = NULL;
    size_t count = 0;
    if (pl_is_dir(dir) && pl_list_dir(dir, &names, &count, NULL) == KN_OK) {
        for (size_t i = 0; i < count; i++) {
            char *path = pl_path_join(dir, names[i]);
            int lock = -1;
            names[i][strcspn(names[i], ".")] = '\0';
            if (pl_is_key(names[i]) && pl_lock_open(path, true, &lock, NULL) == KN_OK)
                pl_lock_remove(path, lock);
            free(path);
        }
        pl_free_names(names);
    }
    free(dir);
}

kn_status pl_store_sweep(pl_store *s, pl_sweep *w, kn_error *e)
{
    static const char *const files_in[] = {".", "studies", "folders"};
    KN_TRY(sweep_keys(s, "tmp", always, w, e));
    KN_TRY(sweep_keys(s, "work", work_is_over, w, e));
    if (w->bad)
        KN_TRY(sweep_bad(s, w, e));
    w->leftovers += pl_uses_sweep(s, w->uses, w->dry_run);
    if (w->dry_run)
        return KN_OK;
    for (size_t i = 0; i < sizeof files_in / sizeof *files_in; i++) {
        char *dir = pl_path_join(s->dir, files_in[i]);
        pl_remove_leftovers(dir);
        free(dir);
    }
    sweep_locks(s);
    return KN_OK;
}
