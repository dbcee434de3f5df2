/* References: what studies need of the store. */
#define _GNU_SOURCE
#include "cache/store_use.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/store_private.h"
#include "io/json.h"
#include "util/sys.h"

static const int64_t FOREIGN_SECONDS = 30 * 24 * 3600;

enum { MAX_CHANGES = 1 << 20 };

/* ---- the lock that orders changes of references and removals of entries */

kn_status pl_uses_lock(pl_store *s, int *lock, kn_error *e)
{
    char *path = pl_path_join(s->dir, "locks/studies.lock");
    kn_status rc = pl_lock_open(path, false, lock, e);
    free(path);
    return rc;
}

int64_t pl_uses_changes(int lock)
{
    struct stat st;
    return fstat(lock, &st) == 0 ? (int64_t)st.st_size : -1;
}

/* Under the lock. A count that starts again at 0 after MAX_CHANGES differs from what a gc has seen. */
static void count_change(const pl_store *s, int lock)
{
    int64_t count = pl_uses_changes(lock);
    char *path = pl_path_join(s->dir, "locks/studies.lock");
    int failed = count >= MAX_CHANGES ? pl_sys_truncate(lock, path, 0)
                                      : pl_sys_pwrite(lock, path, "+", 1, count) != 1;
    free(path);
    (void)failed; /* a full disk: gc then sees the study by its lock only when it starts */
}

/* ---- one reference */

typedef struct reference {
    char *dir, *file, *lock; /* of the results folder; CACHE/studies/HEX.json and .lock */
} reference;

static reference name_reference(const pl_store *s, const char *study_dir)
{
    char *real = realpath(study_dir, NULL);
    char *dir = real ? pl_strdup(real) : pl_strdup(study_dir);
    free(real);
    pl_digest hex = pl_digest_text(dir);
    return (reference){.dir = dir,
                       .file = pl_format("%s/studies/%.16s.json", s->dir, hex.hex),
                       .lock = pl_format("%s/studies/%.16s.lock", s->dir, hex.hex)};
}

static void reference_clear(reference *r)
{
    free(r->dir);
    free(r->file);
    free(r->lock);
}

static kn_status write_reference(const reference *r, const pl_digest *key, size_t count,
                                 kn_error *e)
{
    char host[128] = "";
    gethostname(host, sizeof host - 1);
    json_t *keys = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(keys, json_string(key[i].hex));
    json_t *all = json_pack("{s:s,s:s,s:s,s:o}", "study", pl_path_base(r->dir), "dir", r->dir,
                            "host", host, "keys", keys);
    if (!all) { /* a path that is not UTF-8 */
        json_decref(keys);
        return kn_fail(e, KN_EFORMAT, "the path '%s' is not UTF-8", r->dir);
    }
    char *text = pl_json_text(all);
    kn_status rc = pl_write_file_if_changed(r->file, text, strlen(text), e);
    free(text);
    json_decref(all);
    return rc;
}

/* Shares the study's lock; the first process to do so sets its time, by the file system's clock. */
static kn_status hold(const reference *r, pl_use *use, kn_error *e)
{
    bool first = !pl_lock_is_held(r->lock, true);
    KN_TRY(pl_lock_share(r->lock, &use->lock, e));
    if (first)
        pl_sys_touch(r->lock, NULL);
    return KN_OK;
}

kn_status pl_store_refer(pl_store *s, const char *study_dir, const pl_digest *key, size_t count,
                         pl_use *use, kn_error *e)
{
    int lock = -1;
    char *folder = pl_path_join(s->dir, "studies");
    bool can_write = access(folder, W_OK) == 0 || errno == ENOENT;
    free(folder);
    if (!can_write)
        return KN_OK;
    reference r = name_reference(s, study_dir);
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, pl_uses_lock(s, &lock, e));
    if (use->lock < 0)
        KN_TRY_TO(rc, cleanup, hold(&r, use, e));
    if (key || !pl_exists(r.file))
        KN_TRY_TO(rc, cleanup, write_reference(&r, key, key ? count : 0, e));
    count_change(s, lock);
cleanup:
    if (rc != KN_OK)
        kn_prepend(e, "what the study needs cannot be noted in the cache: ");
    pl_lock_close(lock);
    reference_clear(&r);
    return rc;
}

void pl_store_release(pl_store *s, const char *study_dir, const pl_digest *key, size_t count,
                      pl_use *use)
{
    int lock = -1;
    reference r = name_reference(s, study_dir);
    if (use->lock < 0 && !pl_exists(r.file)) {
        reference_clear(&r);
        return;
    }
    if (pl_uses_lock(s, &lock, NULL) == KN_OK) {
        pl_lock_close(use->lock);
        bool others = pl_lock_is_held(r.lock, true);
        if (key && count > 0)
            write_reference(&r, key, count, NULL);
        else if (key && !others)
            pl_sys_unlink(r.file);
        if (!others)
            pl_sys_unlink(r.lock); /* nobody can take it meanwhile: that needs the lock held here */
        count_change(s, lock);
    } else {
        pl_lock_close(use->lock);
    }
    use->lock = -1;
    pl_lock_close(lock);
    reference_clear(&r);
}

/* ---- all references */

/* On another machine the folder may be there and only not be seen from here. */
static bool is_kept(const char *dir, const char *host, const struct stat *file, int64_t now)
{
    char here[128] = "";
    gethostname(here, sizeof here - 1);
    return pl_is_dir(dir) ||
           (strcmp(host, here) != 0 && now - (int64_t)file->st_mtim.tv_sec < FOREIGN_SECONDS);
}

static int by_key(const void *a, const void *b)
{
    const pl_uses_key *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : x->study < y->study ? -1 : x->study > y->study;
}

/* Running studies first, so that of several that need a key the one that runs is told. */
static int by_running(const void *a, const void *b)
{
    const pl_uses_study *x = a, *y = b;
    return x->running != y->running ? y->running - x->running : strcmp(x->file, y->file);
}

static void read_reference(const char *dir, const char *name, int64_t now, pl_uses *out)
{
    char *file = pl_path_join(dir, name);
    char *lock = pl_format("%.*s.lock", (int)(strlen(file) - strlen(".json")), file);
    struct stat st = {0}, locked = {0};
    json_t *root = NULL;
    pl_uses_study *u = &out->study[out->studies];
    if (stat(file, &st) == 0 && pl_json_read(file, &root, NULL) == KN_OK) {
        const char *study = json_string_value(json_object_get(root, "study"));
        const char *at = json_string_value(json_object_get(root, "dir"));
        const char *host = json_string_value(json_object_get(root, "host"));
        *u = (pl_uses_study){.name = pl_strdup(study ? study : "?"),
                             .dir = pl_strdup(at ? at : ""),
                             .file = pl_strdup(file),
                             .running = pl_lock_is_held(lock, true)};
        bool needs = json_array_size(json_object_get(root, "keys")) > 0;
        u->kept = needs && is_kept(u->dir, host ? host : "", &st, now / 1000000000);
        if (u->running && stat(lock, &locked) == 0)
            u->since = pl_store_ns(locked.st_mtim);
        if (u->since > now)
            u->since = INT64_MIN;
        json_object_set(out->root, file, root);
        out->studies++;
    }
    json_decref(root);
    free(lock);
    free(file);
}

static void gather_keys(pl_uses *out)
{
    size_t room = 0;
    for (size_t i = 0; i < out->studies; i++)
        room += json_array_size(
            json_object_get(json_object_get(out->root, out->study[i].file), "keys"));
    out->key = malloc((room + 1) * sizeof *out->key);
    if (!out->key)
        abort();
    for (size_t i = 0; i < out->studies; i++) {
        const json_t *root = json_object_get(out->root, out->study[i].file);
        json_t *key = NULL;
        size_t k = 0;
        if (!out->study[i].running && !out->study[i].kept)
            continue;
        json_array_foreach(json_object_get(root, "keys"), k, key)
        {
            if (json_is_string(key))
                out->key[out->keys++] = (pl_uses_key){json_string_value(key), i};
        }
    }
    if (out->keys > 0)
        qsort(out->key, out->keys, sizeof *out->key, by_key);
}

kn_status pl_uses_read(pl_store *s, pl_uses *out, kn_error *e)
{
    char *dir = pl_path_join(s->dir, "studies");
    char **names = NULL;
    size_t count = 0;
    struct timespec now;
    int lock = -1;
    clock_gettime(CLOCK_REALTIME, &now);
    *out = (pl_uses){.root = json_object(), .changes = -1};
    if (pl_uses_lock(s, &lock, NULL) == KN_OK) /* not where nothing can be written */
        out->changes = pl_uses_changes(lock);
    kn_status rc = pl_is_dir(dir) ? pl_list_dir(dir, &names, &count, e) : KN_OK;
    out->study = calloc(count + 1, sizeof *out->study);
    if (!out->study)
        abort();
    for (size_t i = 0; i < count; i++)
        if (pl_ends_with(names[i], ".json"))
            read_reference(dir, names[i], pl_store_ns(now), out);
    qsort(out->study, out->studies, sizeof *out->study, by_running);
    gather_keys(out);
    pl_lock_close(lock);
    pl_free_names(names);
    free(dir);
    return rc;
}

void pl_uses_clear(pl_uses *u)
{
    for (size_t i = 0; i < u->studies; i++) {
        free(u->study[i].name);
        free(u->study[i].dir);
        free(u->study[i].file);
    }
    free(u->study);
    free(u->key);
    json_decref(u->root);
    *u = (pl_uses){.root = NULL};
}

const pl_uses_study *pl_uses_find(const pl_uses *u, const char *key, int64_t used_ns)
{
    size_t low = 0, high = u->keys;
    while (low < high) { /* the first of equal keys: a running study where there is one */
        size_t mid = (low + high) / 2;
        if (strcmp(u->key[mid].key, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < u->keys && strcmp(u->key[low].key, key) == 0)
        return &u->study[u->key[low].study];
    for (size_t i = 0; i < u->studies && u->study[i].running; i++)
        if (used_ns >= u->study[i].since)
            return &u->study[i];
    return NULL;
}

size_t pl_uses_sweep(pl_store *s, const pl_uses *u, bool dry_run)
{
    int lock = -1;
    size_t gone = 0;
    if (!dry_run && pl_uses_lock(s, &lock, NULL) != KN_OK)
        return 0;
    bool fresh = dry_run || pl_uses_changes(lock) == u->changes;
    for (size_t i = 0; i < u->studies && fresh; i++) {
        const pl_uses_study *study = &u->study[i];
        char *path =
            pl_format("%.*s.lock", (int)(strlen(study->file) - strlen(".json")), study->file);
        bool stays = study->running || study->kept || pl_lock_is_held(path, true);
        gone += !stays;
        if (!dry_run && !stays) {
            pl_sys_unlink(study->file);
            pl_sys_unlink(path);
        }
        free(path);
    }
    pl_lock_close(lock);
    return gone;
}
