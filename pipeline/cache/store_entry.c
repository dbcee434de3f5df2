/* Looking for an entry and judging it. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/store.h"
#include "cache/store_private.h"
#include "io/json.h"
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

/* Judges one file; on damage e holds a sentence. *moved: the times differ but the content is right. */
static kn_status judge_file(const char *dir, const char *name, const json_t *file,
                            const pl_judge *judge, bool *moved, kn_error *e)
{
    char *path = pl_path_join(dir, name);
    struct stat st;
    json_int_t size = json_integer_value(json_object_get(file, "size"));
    const char *want = json_string_value(json_object_get(file, "sha256"));
    kn_status rc = KN_OK;
    if (stat(path, &st) != 0) {
        rc = kn_fail_errno(e, KN_EFORMAT, "%s", name);
    } else if (st.st_size != size) {
        rc = kn_fail(e, KN_EFORMAT, "%s has %lld bytes, not %lld", name, (long long)st.st_size,
                     (long long)size);
    } else {
        bool same_times = stamp_equal(file, &st);
        *moved = *moved || !same_times;
        if (judge->content == PL_JUDGE_ALL || (judge->content == PL_JUDGE_MOVED && !same_times)) {
            pl_digest got = {""};
            rc = judge->read ? judge->read(judge->context, path, &got, e)
                             : pl_digest_file(path, &got, e);
            if (rc == KN_OK && (!want || strcmp(got.hex, want) != 0))
                rc = kn_fail(e, KN_EFORMAT, "%s has another content than when it was made", name);
        }
    }
    free(path);
    return rc;
}

kn_status pl_entry_judge(const char *dir, const char *key, const pl_judge *judge, json_t **info,
                         bool *moved, kn_error *e)
{
    char *path = pl_path_join(dir, "entry.json");
    *moved = false;
    kn_status rc = pl_json_read(path, info, e);
    free(path);
    KN_TRY(rc);
    const char *named = json_string_value(json_object_get(*info, "key"));
    json_t *files = json_object_get(*info, "files");
    if (!named || strcmp(named, key) != 0 || !json_is_object(files))
        return kn_fail(e, KN_EFORMAT, "entry.json is not of this entry");
    const char *name = NULL;
    json_t *file = NULL;
    json_object_foreach(files, name, file)
    {
        KN_TRY(judge_file(dir, name, file, judge, moved, e));
    }
    return KN_OK;
}

kn_status pl_entry_restamp(const char *dir, json_t *info, bool keep_use, kn_error *e)
{
    const char *name = NULL;
    json_t *file = NULL;
    struct stat st;
    json_object_foreach(json_object_get(info, "files"), name, file)
    {
        char *path = pl_path_join(dir, name);
        if (stat(path, &st) == 0) {
            json_t *stamp = pl_store_stamp(&st);
            json_object_update(file, stamp);
            json_decref(stamp);
        }
        free(path);
    }
    char *path = pl_path_join(dir, "entry.json");
    bool known = stat(path, &st) == 0;
    kn_status rc = pl_json_write(path, info, e);
    if (rc == KN_OK && keep_use && known)
        pl_sys_touch(path, (const struct timespec[2]){st.st_atim, st.st_mtim});
    free(path);
    return rc;
}

/* The first free CACHE/bad/STAGE-KEY.N. */
static kn_status move_to_bad(const pl_store *s, const char *stage, const char *key)
{
    char *dir = pl_store_entry_dir(s, stage, key);
    kn_status rc = KN_EIO;
    for (int n = 1, taken = 1; n < 1000 && taken; n++) {
        char *to = pl_format("%s/bad/%s-%s.%d", s->dir, stage, key, n);
        taken = pl_exists(to);
        if (!taken)
            rc = pl_rename(dir, to, NULL);
        free(to);
    }
    free(dir);
    return rc;
}

pl_aside pl_store_set_aside(pl_store *s, const char *stage, const char *key, bool locked)
{
    int lock = -1;
    char *path = pl_store_lock_path(s, key);
    kn_status opened = locked ? KN_OK : pl_lock_open(path, true, &lock, NULL);
    pl_aside result = PL_ASIDE_BUSY;
    if (opened != KN_OK)
        result = PL_ASIDE_FAILED;
    else if (locked || lock >= 0)
        result = move_to_bad(s, stage, key) == KN_OK ? PL_ASIDE_DONE : PL_ASIDE_FAILED;
    pl_lock_remove(path, lock);
    free(path);
    return result;
}

/* A damaged entry that is busy is being made again by the process that holds its lock. */
static void put_away(pl_store *s, const char *stage, const char *key, bool locked, const char *dir,
                     const char *why)
{
    pl_aside aside = pl_store_set_aside(s, stage, key, locked);
    if (aside == PL_ASIDE_DONE)
        pl_warn("a damaged entry of the cache is set aside and made again: %s %.12s: %s", stage,
                key, why);
    else if (aside == PL_ASIDE_FAILED && pl_exists(dir))
        pl_warn("a damaged entry of the cache cannot be moved to '%s/bad': %s %.12s: %s", s->dir,
                stage, key, why);
}

kn_status pl_store_find_locked(pl_store *s, const char *stage, const pl_digest *key, bool deep,
                               bool locked, bool *found, pl_entry *out, kn_error *e)
{
    (void)e;
    const pl_judge judge = {.content = deep ? PL_JUDGE_ALL : PL_JUDGE_MOVED};
    *found = false;
    *out = (pl_entry){NULL, NULL};
    char *dir = pl_store_entry_dir(s, stage, key->hex);
    json_t *info = NULL;
    if (pl_is_dir(dir)) {
        kn_error why = {KN_OK, ""};
        bool moved = false;
        if (pl_entry_judge(dir, key->hex, &judge, &info, &moved, &why) != KN_OK) {
            put_away(s, stage, key->hex, locked, dir, why.text);
        } else {
            char *path = pl_path_join(dir, "entry.json");
            if (moved)
                pl_entry_restamp(dir, info, false, NULL); /* where nothing can be written: again */
            else
                pl_sys_touch(path, NULL);
            free(path);
            *found = true;
            *out = (pl_entry){pl_strdup(dir), json_incref(info)};
        }
    }
    json_decref(info);
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
