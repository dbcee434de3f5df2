#include "study/run_framer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/store.h"
#include "framing/learn_data.h"
#include "run/run_key.h"
#include "study/attributes.h"
#include "study/run_entries.h"
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
    char *file; /* in the study; NULL: the run has no such place */
    pl_run_entries entries;
    bool looked, has; /* whether the cache was asked for the entries, and has them */
} asking;

static char *file_of(const asking *a, const char *run_dir)
{
    char id[PL_DATA_ID], *runs = pl_path_dir(run_dir), *study = pl_path_dir(runs);
    const char *ingest = pl_run_key(&a->entries, "ingest");
    pl_data_id_of(a->entries.manifest, id);
    char *file = id[0] && ingest
                     ? pl_format("%s/data/%s/framing-%.12s.safetensors", study, id, ingest)
                     : NULL;
    free(runs);
    free(study);
    return file;
}

static bool has_data(asking *a)
{
    if (!a->looked)
        a->has = pl_run_entries_find(&a->entries, a->cache_dir) &&
                 pl_entry_digest(&a->entries.ingest, "pictures.npy");
    a->looked = true;
    return a->has;
}

static json_t *key_parts(const asking *a)
{
    return json_pack("{s:i, s:{}, s:{}, s:s, s:{s:s, s:s, s:s}}", "version", PL_FRAMER_VERSION,
                     "parameters", "sources", "numeric", pl_numeric_identity(KN_PRECISION_F32),
                     "inputs", "ingest/X.npy", pl_entry_digest(&a->entries.ingest, "X.npy"),
                     "ingest/pictures.npy", pl_entry_digest(&a->entries.ingest, "pictures.npy"),
                     "split/train.npy", pl_entry_digest(&a->entries.split, "train.npy"));
}

static kn_status learn_into(asking *a, const char *dir, kn_error *e)
{
    pl_framer *framer = malloc(sizeof *framer);
    if (!framer)
        return kn_fail(e, KN_ENOMEM, "no memory for a framer");
    char *path = pl_path_join(dir, file_name);
    pl_info("learning how the training pictures are framed (once; some seconds)");
    kn_status rc =
        pl_framer_learn_data(a->entries.ingest.dir, a->entries.split.dir, a->pool, framer, e);
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
    KN_TRY(pl_store_begin(a->entries.store, framing_stage.name, key, &exists, &making, e));
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
        rc = pl_store_commit(a->entries.store, &making, parts, e);
    }
    pl_store_abort(a->entries.store, &making);
    return rc;
}

/* Found in the cache or made there, and copied to the study where that can be written. */
static kn_status from_cache(asking *a, pl_framer *out, kn_error *e)
{
    json_t *parts = key_parts(a);
    pl_digest key = pl_key_of(&framing_stage, parts);
    pl_entry entry = {NULL, NULL};
    bool found = false;
    kn_status rc =
        pl_store_find(a->entries.store, framing_stage.name, &key, false, &found, &entry, e);
    if (rc == KN_OK && !found) {
        rc = make(a, parts, &key, e);
        if (rc == KN_OK)
            rc =
                pl_store_find(a->entries.store, framing_stage.name, &key, false, &found, &entry, e);
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
    asking a = {.cache_dir = cache_dir, .pool = pool};
    pl_run_entries_open(run_dir, &a.entries);
    kn_status rc = ask(&a, run_dir, out, e);
    pl_run_entries_close(&a.entries);
    free(a.file);
    return rc;
}
