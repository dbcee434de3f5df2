/* Looking for an entry and judging it. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/store.h"
#include "cache/store_private.h"
#include "io/json.h"
#include "util/fs.h"
#include "util/log.h"
#include "util/str.h"
#include "util/sys.h"

json_t *pl_store_stamp(const struct stat *st)
{
    return json_pack("{s:I,s:I,s:I}", "size", (json_int_t)st->st_size, "mtime",
                     (json_int_t)pl_store_ns(st->st_mtim), "ctime",
                     (json_int_t)pl_store_ns(st->st_ctim));
}

static bool stamp_equal(const json_t *file, const struct stat *st)
{
    return json_integer_value(json_object_get(file, "mtime")) == pl_store_ns(st->st_mtim) &&
           json_integer_value(json_object_get(file, "ctime")) == pl_store_ns(st->st_ctim);
}

const char *pl_entry_digest(const pl_entry *entry, const char *file)
{
    const json_t *files = json_object_get(entry->info, "files");
    return json_string_value(json_object_get(json_object_get(files, file), "sha256"));
}

void pl_entry_clear(pl_entry *entry)
{
    free(entry->dir);
    json_decref(entry->info);
    *entry = (pl_entry){NULL, NULL};
}

/* Judges one file; on damage `why` holds a sentence. *touched: the times differ but the content is
 * right. */
static bool file_is_good(const char *dir, const char *name, const json_t *file, bool deep,
                         bool *touched, kn_error *why)
{
    char *path = pl_path_join(dir, name);
    struct stat st;
    json_int_t size = json_integer_value(json_object_get(file, "size"));
    const char *want = json_string_value(json_object_get(file, "sha256"));
    bool good = false;
    if (stat(path, &st) != 0) {
        kn_fail_errno(why, KN_EFORMAT, "%s", name);
    } else if (st.st_size != size) {
        kn_fail(why, KN_EFORMAT, "%s has %lld bytes, not %lld", name, (long long)st.st_size,
                (long long)size);
    } else {
        bool stamped = stamp_equal(file, &st);
        good = true;
        if (deep || !stamped) {
            pl_digest got;
            good = pl_digest_file(path, &got, why) == KN_OK;
            if (good && (!want || strcmp(got.hex, want) != 0)) {
                kn_fail(why, KN_EFORMAT, "%s has another content than when it was made", name);
                good = false;
            }
            *touched = *touched || (good && !stamped);
        }
    }
    free(path);
    return good;
}

static bool entry_is_good(const char *dir, const json_t *info, const char *key, bool deep,
                          bool *touched, kn_error *why)
{
    const char *named = json_string_value(json_object_get(info, "key"));
    json_t *files = json_object_get(info, "files");
    if (!named || strcmp(named, key) != 0 || !json_is_object(files)) {
        kn_fail(why, KN_EFORMAT, "entry.json is not of this entry");
        return false;
    }
    const char *name = NULL;
    json_t *file = NULL;
    json_object_foreach(files, name,
                        file) if (!file_is_good(dir, name, file, deep, touched, why)) return false;
    return true;
}

/* Remembers the new times of files whose content was found right; a store that cannot be written
 * stays as it is. */
static void restamp(const char *dir, const char *info_path, json_t *info)
{
    const char *name = NULL;
    json_t *file = NULL;
    json_object_foreach(json_object_get(info, "files"), name, file)
    {
        char *path = pl_path_join(dir, name);
        struct stat st;
        if (stat(path, &st) == 0) {
            json_t *stamp = pl_store_stamp(&st);
            json_object_update(file, stamp);
            json_decref(stamp);
        }
        free(path);
    }
    pl_json_write(info_path, info, NULL);
}

/* Moves a damaged entry to bad/, unless another process holds its lock: that one is rebuilding it.
 */
static void set_aside(pl_store *s, const char *stage, const pl_digest *key, bool locked,
                      const char *dir, const char *why)
{
    int lock = -1;
    if (!locked) {
        char *path = pl_store_lock_path(s, key->hex);
        pl_lock_open(path, true, &lock, NULL);
        free(path);
        if (lock < 0)
            return;
    }
    kn_status rc = KN_EIO;
    for (int n = 1; n < 1000 && rc != KN_OK; n++) {
        char *to = pl_format("%s/bad/%s-%s.%d", s->dir, stage, key->hex, n);
        if (!pl_exists(to)) {
            rc = pl_rename(dir, to, NULL);
            n = rc == KN_OK ? n : 1000;
        }
        free(to);
    }
    if (rc == KN_OK)
        pl_warn("a damaged entry of the cache is set aside and made again: %s %.12s: %s", stage,
                key->hex, why);
    else if (pl_exists(dir))
        pl_warn("a damaged entry of the cache cannot be moved to '%s/bad': %s %.12s: %s", s->dir,
                stage, key->hex, why);
    pl_lock_close(lock);
}

kn_status pl_store_find_locked(pl_store *s, const char *stage, const pl_digest *key, bool deep,
                               bool locked, bool *found, pl_entry *out, kn_error *e)
{
    (void)e;
    *found = false;
    *out = (pl_entry){NULL, NULL};
    char *dir = pl_store_entry_dir(s, stage, key->hex);
    char *info_path = pl_path_join(dir, "entry.json");
    json_t *info = NULL;
    if (pl_is_dir(dir)) {
        kn_error why = {KN_OK, ""};
        bool touched = false;
        bool good = pl_json_read(info_path, &info, &why) == KN_OK &&
                    entry_is_good(dir, info, key->hex, deep, &touched, &why);
        if (!good) {
            set_aside(s, stage, key, locked, dir, why.text);
        } else {
            if (touched)
                restamp(dir, info_path, info);
            else
                pl_sys_touch(info_path);
            *found = true;
            *out = (pl_entry){pl_strdup(dir), json_incref(info)};
        }
    }
    json_decref(info);
    free(info_path);
    free(dir);
    return KN_OK;
}

kn_status pl_store_find(pl_store *s, const char *stage, const pl_digest *key, bool deep,
                        bool *found, pl_entry *out, kn_error *e)
{
    return pl_store_find_locked(s, stage, key, deep, false, found, out, e);
}

bool pl_store_was_damaged(const pl_store *s, const char *stage, const pl_digest *key)
{
    char *dir = pl_store_entry_dir(s, stage, key->hex);
    char *bad = pl_format("%s/bad/%s-%s.1", s->dir, stage, key->hex);
    bool damaged = !pl_exists(dir) && pl_exists(bad);
    free(bad);
    free(dir);
    return damaged;
}
