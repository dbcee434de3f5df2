/* Making an entry: lock, temporary folder, digests, entry.json, rename. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cache/store.h"
#include "cache/store_private.h"
#include "io/json.h"
#include "util/interrupt.h"
#include "util/log.h"
#include "util/sys.h"

/* Polls instead of a blocking flock, so that Ctrl-C ends the wait. */
static kn_status take_lock(const char *path, const char *stage, int *lock, kn_error *e)
{
    const struct timespec nap = {0, 50000000};
    for (int tries = 0;; tries++) {
        KN_TRY(pl_lock_open(path, true, lock, e));
        if (*lock >= 0)
            return KN_OK;
        if (tries == 4)
            pl_info("waiting for another process that makes this %s entry", stage);
        KN_TRY(pl_interrupt_check(e));
        nanosleep(&nap, NULL);
    }
}

/* The folders above are there since the store was opened. */
static kn_status make_inner(const char *path, kn_error *e)
{
    return pl_sys_mkdir(path) == 0 ? KN_OK : pl_make_dirs(path, e);
}

kn_status pl_store_begin(pl_store *s, const char *stage, const pl_digest *key, bool *exists,
                         pl_making *out, kn_error *e)
{
    *exists = false;
    *out = (pl_making){.key = *key, .stage = stage, .lock = -1};
    char *lock_path = pl_store_lock_path(s, key->hex);
    pl_entry entry = {NULL, NULL};
    kn_status rc = KN_OK;
    rc = take_lock(lock_path, stage, &out->lock, e);
    if (rc == KN_OK ||
        rc == KN_EIO) /* where nothing can be written an entry may be found all the same */
        pl_store_find_locked(s, stage, key, false, out->lock >= 0, exists, &entry, e);
    if (*exists)
        rc = KN_OK;
    if (*exists || rc != KN_OK)
        goto cleanup;
    out->out_dir = pl_store_tmp_dir(s, stage, key->hex);
    out->work_dir = pl_store_work_dir(s, key->hex);
    KN_TRY_TO(rc, cleanup, pl_remove_tree(out->out_dir, e)); /* of a killed process */
    KN_TRY_TO(rc, cleanup, make_inner(out->out_dir, e));
    KN_TRY_TO(rc, cleanup, make_inner(out->work_dir, e));
cleanup:
    if (rc != KN_OK && rc != KN_EINTERRUPTED)
        kn_prepend(e, "the cache '%s' cannot be written (--cache names another): ", s->dir);
    free(lock_path);
    pl_entry_clear(&entry);
    if (rc != KN_OK || *exists)
        pl_store_abort(s, out);
    return rc;
}

static kn_status describe_files(const char *dir, json_t *files, kn_error *e)
{
    char **names = NULL;
    size_t count = 0;
    KN_TRY(pl_list_dir(dir, &names, &count, e));
    kn_status rc = KN_OK;
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        char *path = pl_path_join(dir, names[i]);
        pl_digest digest;
        struct stat st;
        rc = pl_digest_file(path, &digest, e);
        if (rc == KN_OK && stat(path, &st) != 0)
            rc = kn_fail_errno(e, KN_EIO, "cannot look at '%s'", path);
        if (rc == KN_OK) {
            json_t *file = pl_store_stamp(&st);
            json_object_set_new(file, "sha256", json_string(digest.hex));
            json_object_set_new(files, names[i], file);
        }
        free(path);
    }
    pl_free_names(names);
    return rc;
}

static kn_status publish(pl_store *s, pl_making *m, kn_error *e)
{
    char *dir = pl_store_entry_dir(s, m->stage, m->key.hex);
    char *parent = pl_path_dir(dir);
    kn_status rc = KN_OK;
    if (!pl_is_dir(parent))
        KN_TRY_TO(rc, cleanup, pl_make_dirs(parent, e));
    KN_TRY_TO(rc, cleanup, pl_fsync_folder(m->out_dir, e));
    KN_TRY_TO(rc, cleanup, pl_rename(m->out_dir, dir, e));
    free(m->out_dir); /* nothing is left to abort */
    m->out_dir = NULL;
    rc = pl_fsync_path(parent, e);
cleanup:
    free(parent);
    free(dir);
    return rc;
}

kn_status pl_store_commit(pl_store *s, pl_making *m, json_t *info, kn_error *e)
{
    json_t *all = json_object();
    json_t *files = json_object();
    char *path = pl_path_join(m->out_dir, "entry.json");
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, describe_files(m->out_dir, files, e));
    if (info)
        json_object_update(all, info);
    json_object_set_new(all, "key", json_string(m->key.hex));
    json_object_set_new(all, "stage", json_string(m->stage));
    json_object_set(all, "files", files);
    KN_TRY_TO(rc, cleanup, pl_json_write(path, all, e));
    KN_TRY_TO(rc, cleanup, publish(s, m, e));
    pl_remove_tree(m->work_dir, NULL); /* what is left is taken by gc */
cleanup:
    free(path);
    json_decref(files);
    json_decref(all);
    if (rc == KN_OK)
        pl_store_abort(s, m);
    else
        kn_prepend(e, "the cache entry %s %.12s cannot be written: ", m->stage, m->key.hex);
    return rc;
}

void pl_store_abort(pl_store *s, pl_making *m)
{
    if (m->out_dir)
        pl_remove_tree(m->out_dir, NULL);
    char *lock_path = pl_store_lock_path(s, m->key.hex);
    pl_lock_remove(lock_path, m->lock);
    free(lock_path);
    m->lock = -1;
    free(m->out_dir);
    free(m->work_dir);
    m->out_dir = m->work_dir = NULL;
}
