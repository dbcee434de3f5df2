#include "study/run_framer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/store.h"
#include "framing/learn_data.h"
#include "run/run_key.h"
#include "study/attributes.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/log.h"

/* For keys and messages; it runs in no plan. */
static const pl_stage framing_stage = {
    .name = "framing", .version = PL_FRAMER_VERSION, .numeric = true};

static const char file_name[] = "framing.safetensors";

typedef struct asking {
    const char *cache_dir;
    kn_pool *pool;
    json_t *manifest;
    char *file; /* in the study; NULL: the run has no such place */
    pl_store *store;
    pl_entry ingest, split;
} asking;

static const char *key_of(const asking *a, const char *stage)
{
    const char *hex =
        json_string_value(json_object_get(json_object_get(a->manifest, "keys"), stage));
    return hex && strlen(hex) == PL_DIGEST_HEX - 1 ? hex : NULL;
}

static char *file_of(const asking *a, const char *run_dir)
{
    char id[PL_DATA_ID], *runs = pl_path_dir(run_dir), *study = pl_path_dir(runs);
    const char *ingest = key_of(a, "ingest");
    pl_data_id_of(a->manifest, id);
    char *file = id[0] && ingest
                     ? pl_format("%s/data/%s/framing-%.12s.safetensors", study, id, ingest)
                     : NULL;
    free(runs);
    free(study);
    return file;
}

static bool find_entry(asking *a, const char *stage, pl_entry *out)
{
    const char *hex = key_of(a, stage);
    pl_digest key;
    bool found = false;
    if (!hex)
        return false;
    memcpy(key.hex, hex, PL_DIGEST_HEX);
    return pl_store_find(a->store, stage, &key, false, &found, out, NULL) == KN_OK && found;
}

/* Opens the cache where there is one with both entries. */
static bool has_data(asking *a)
{
    char *mark = a->cache_dir ? pl_path_join(a->cache_dir, "facet-cache.json") : NULL;
    bool is_cache = mark && pl_exists(mark);
    free(mark);
    return is_cache && pl_store_open(a->cache_dir, &a->store, NULL) == KN_OK &&
           find_entry(a, "ingest", &a->ingest) && find_entry(a, "split", &a->split) &&
           pl_entry_digest(&a->ingest, "pictures.npy");
}

static json_t *key_parts(const asking *a)
{
    return json_pack("{s:i, s:{}, s:{}, s:s, s:{s:s, s:s, s:s}}", "version", PL_FRAMER_VERSION,
                     "parameters", "sources", "numeric", pl_numeric_identity(), "inputs",
                     "ingest/X.npy", pl_entry_digest(&a->ingest, "X.npy"), "ingest/pictures.npy",
                     pl_entry_digest(&a->ingest, "pictures.npy"), "split/train.npy",
                     pl_entry_digest(&a->split, "train.npy"));
}

static kn_status learn_into(asking *a, const char *dir, kn_error *e)
{
    pl_framer *framer = malloc(sizeof *framer);
    if (!framer)
        return kn_fail(e, KN_ENOMEM, "no memory for a framer");
    char *path = pl_path_join(dir, file_name);
    pl_info("learning how the training pictures are framed (once; some seconds)");
    kn_status rc = pl_framer_learn_data(a->ingest.dir, a->split.dir, a->pool, framer, e);
    if (rc == KN_OK)
        rc = pl_framer_write(framer, path, e);
    free(path);
    free(framer);
    return rc;
}

static kn_status make(asking *a, json_t *parts, const pl_digest *key, kn_error *e)
{
    pl_making making;
    bool exists = false;
    KN_TRY(pl_store_begin(a->store, framing_stage.name, key, &exists, &making, e));
    if (exists)
        return KN_OK;
    char host[128] = "", now[PL_TIME_TEXT];
    double began = pl_now();
    kn_status rc = learn_into(a, making.out_dir, e);
    if (rc == KN_OK) {
        gethostname(host, sizeof host - 1);
        pl_time_text(now);
        json_object_set_new(parts, "seconds", json_real(pl_now() - began));
        json_object_set_new(parts, "made", json_string(now));
        json_object_set_new(parts, "host", json_string(host));
        rc = pl_store_commit(a->store, &making, parts, e);
    }
    pl_store_abort(a->store, &making);
    return rc;
}

/* Found in the cache or made there, and copied to the study where that can be written. */
static kn_status from_cache(asking *a, pl_framer *out, kn_error *e)
{
    json_t *parts = key_parts(a);
    pl_digest key = pl_key_of(&framing_stage, parts);
    pl_entry entry = {NULL, NULL};
    bool found = false;
    kn_status rc = pl_store_find(a->store, framing_stage.name, &key, false, &found, &entry, e);
    if (rc == KN_OK && !found) {
        rc = make(a, parts, &key, e);
        if (rc == KN_OK)
            rc = pl_store_find(a->store, framing_stage.name, &key, false, &found, &entry, e);
        if (rc == KN_OK && !found)
            rc = kn_fail(e, KN_EIO, "the cache lost an entry that was just made: framing %.12s",
                         key.hex);
    }
    json_decref(parts);
    if (rc == KN_OK) {
        char *path = pl_path_join(entry.dir, file_name), *dir = pl_path_dir(a->file);
        kn_error why;
        rc = pl_framer_read(path, out, e);
        if (rc == KN_OK &&
            (pl_make_dirs(dir, &why) != KN_OK || pl_copy_file(path, a->file, &why) != KN_OK))
            pl_warn("the framer stays in the cache alone: %s", why.text);
        free(path);
        free(dir);
    }
    pl_entry_clear(&entry);
    return rc;
}

static kn_status ask(asking *a, const char *run_dir, pl_framer *out, kn_error *e)
{
    a->file = file_of(a, run_dir);
    if (a->file && pl_exists(a->file)) {
        kn_status rc = pl_framer_read(a->file, out, e);
        if (rc != KN_EFORMAT || !has_data(a))
            return rc;
        return from_cache(a, out, e); /* of another version: made anew */
    }
    if (a->file && has_data(a))
        return from_cache(a, out, e);
    return kn_fail(
        e, KN_EDATA,
        "how the training pictures of %s are framed is not known: the study has no %s, and "
        "the cache has not their pixels (`facet run SPEC --until split --results NEW-FOLDER` "
        "makes them again; --frame sets a frame by hand)",
        run_dir, a->file ? pl_path_base(a->file) : "manifest.json with keys");
}

kn_status pl_run_framer(const char *run_dir, const char *cache_dir, kn_pool *pool, pl_framer *out,
                        kn_error *e)
{
    char *path = pl_path_join(run_dir, "manifest.json");
    asking a = {.cache_dir = cache_dir, .pool = pool, .manifest = json_load_file(path, 0, NULL)};
    kn_status rc = ask(&a, run_dir, out, e);
    pl_entry_clear(&a.ingest);
    pl_entry_clear(&a.split);
    if (a.store)
        pl_store_close(a.store);
    json_decref(a.manifest);
    free(a.file);
    free(path);
    return rc;
}
