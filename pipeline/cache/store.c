#include "cache/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/store_private.h"
#include "io/json.h"

static const char VERSION_FILE[] = "facet-cache.json";

static kn_status write_version(const char *dir, const char *file, kn_error *e)
{
    char **names = NULL;
    size_t count = 0;
    KN_TRY(pl_list_dir(dir, &names, &count, e));
    const char *foreign = NULL;
    for (size_t i = 0; i < count && !foreign; i++)
        if (!pl_starts_with(names[i], VERSION_FILE)) /* its own temporary files are fine */
            foreign = names[i];
    kn_status rc = KN_OK;
    if (foreign && !pl_exists(file)) {
        rc = kn_fail(e, KN_EUSAGE,
                     "'%s' is not a facet cache: it holds '%s' but no %s; name a new or an empty "
                     "folder with --cache",
                     dir, foreign, VERSION_FILE);
    } else if (!foreign) {
        json_t *version = json_pack("{s:i}", "format", PL_STORE_FORMAT);
        rc = pl_json_write(file, version, e);
        json_decref(version);
    }
    pl_free_names(names);
    return rc;
}

static kn_status check_version(const char *dir, const char *file, kn_error *e)
{
    json_t *version = NULL;
    kn_error why = {KN_OK, ""};
    kn_status rc = pl_json_read(file, &version, &why);
    if (rc != KN_OK)
        return kn_fail(e, KN_EUSAGE,
                       "the cache '%s' does not tell its format: %s; name another folder with "
                       "--cache, or remove this one",
                       dir, why.text);
    json_int_t format = json_integer_value(json_object_get(version, "format"));
    json_decref(version);
    if (format != PL_STORE_FORMAT)
        return kn_fail(e, KN_EUSAGE,
                       "the cache '%s' has format %lld, this facet uses format %d; name another "
                       "folder with --cache, or remove this one",
                       dir, (long long)format, PL_STORE_FORMAT);
    return KN_OK;
}

kn_status pl_store_open(const char *dir, pl_store **out, kn_error *e)
{
    static const char *const folders[] = {"tmp", "locks", "work", "bad", "studies"};
    *out = NULL;
    char *file = pl_path_join(dir, VERSION_FILE);
    kn_status rc = KN_OK;
    if (!pl_is_dir(dir))
        KN_TRY_TO(rc, cleanup, pl_make_dirs(dir, e));
    if (!pl_exists(file))
        KN_TRY_TO(rc, cleanup, write_version(dir, file, e));
    KN_TRY_TO(rc, cleanup, check_version(dir, file, e));
    for (size_t i = 0; i < sizeof folders / sizeof *folders && rc == KN_OK; i++) {
        char *path = pl_path_join(dir, folders[i]);
        if (!pl_is_dir(path) && (access(dir, W_OK) == 0 || errno != EROFS))
            rc = pl_make_dirs(path, e);
        free(path);
    }
cleanup:
    free(file);
    if (rc != KN_OK)
        return rc;
    pl_store *s = calloc(1, sizeof *s);
    if (!s)
        return kn_fail(e, KN_ENOMEM, "out of memory while opening the cache '%s'", dir);
    s->dir = pl_strdup(dir);
    s->later = pl_path_join(dir, "tmp");
    pl_fsync_later(s->later);
    *out = s;
    return KN_OK;
}

void pl_store_close(pl_store *s)
{
    if (!s)
        return;
    pl_store_digests_save(s);
    json_decref(s->digests);
    pl_fsync_later_end(s->later);
    free(s->later);
    free(s->dir);
    free(s);
}

const char *pl_store_dir(const pl_store *s)
{
    return s->dir;
}

char *pl_store_entry_dir(const pl_store *s, const char *stage, const char *key)
{
    return pl_format("%s/%s/%.2s/%s", s->dir, stage, key, key);
}

char *pl_store_lock_path(const pl_store *s, const char *key)
{
    return pl_format("%s/locks/%s.lock", s->dir, key);
}

char *pl_store_work_dir(const pl_store *s, const char *key)
{
    return pl_format("%s/work/%s", s->dir, key);
}

char *pl_store_tmp_dir(const pl_store *s, const char *stage, const char *key)
{
    return pl_format("%s/tmp/%s-%s", s->dir, stage, key);
}

bool pl_is_key(const char *name)
{
    return strlen(name) == PL_DIGEST_HEX - 1 &&
           strspn(name, "0123456789abcdef") == PL_DIGEST_HEX - 1;
}

bool pl_store_is_idle(const pl_store *s, const char *key)
{
    char *path = pl_store_lock_path(s, key);
    bool held = pl_lock_is_held(path, false);
    free(path);
    return !held;
}
