#include "report/gather.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/cpu.h"
#include "cache/store.h"
#include "data/name_index.h"
#include "io/json.h"
#include "study/attributes.h"
#include "util/fs.h"
#include "util/log.h"

/* What fails by the disk may pass: it is tried again at once. A report without its audit would count as whole, so what then still
 * fails ends the report, and the next command makes it. */
enum { TRIES = 5 };

typedef struct gathering {
    const pl_study_data *d;
    const char *cache_dir;
    int threads;
    double until;
    pl_store *store; /* NULL: not opened yet */
    kn_pool *pool;
    char *data; /* STUDY/data */
} gathering;

/* Made by this version of the audit. */
static bool is_current(const char *dir)
{
    char *path = pl_path_join(dir, "audit.json");
    json_t *audit = NULL;
    bool current = pl_exists(path) && pl_json_read(path, &audit, NULL) == KN_OK &&
                   json_integer_value(json_object_get(audit, "version")) == PL_AUDIT_VERSION;
    json_decref(audit);
    free(path);
    return current;
}

static bool is_cache(const char *dir)
{
    char *mark = dir ? pl_path_join(dir, "facet-cache.json") : NULL;
    bool yes = mark && pl_exists(mark);
    free(mark);
    return yes;
}

static bool find_entry(gathering *g, const json_t *manifest, const char *stage, pl_entry *out)
{
    const char *hex = json_string_value(json_object_get(json_object_get(manifest, "keys"), stage));
    pl_digest key;
    bool found = false;
    if (!hex || strlen(hex) != PL_DIGEST_HEX - 1)
        return false;
    memcpy(key.hex, hex, PL_DIGEST_HEX);
    return pl_store_find(g->store, stage, &key, false, &found, out, NULL) == KN_OK && found;
}

static kn_status copy_files(const char *from_dir, const char *to_dir, kn_error *e)
{
    kn_status rc = KN_OK;
    for (int i = 0; pl_audit_files[i] && rc == KN_OK; i++) {
        char *from = pl_path_join(from_dir, pl_audit_files[i]);
        char *to = pl_path_join(to_dir, pl_audit_files[i]);
        rc = pl_copy_file(from, to, e);
        free(from);
        free(to);
    }
    return rc;
}

/* The audit's files into a folder: from the cache, or made there where the cache cannot be written. */
static kn_status fill(gathering *g, const pl_audit_input *in, const char *dir, kn_error *e)
{
    const pl_audit_tools tools = {.pool = g->pool, .deadline = g->until};
    pl_entry audit;
    kn_status rc = pl_audit_make(g->store, in, &tools, &audit, e);
    if (rc == KN_EIO)
        return pl_audit_write(in, &tools, dir, e);
    KN_TRY(rc);
    rc = copy_files(audit.dir, dir, e);
    pl_entry_clear(&audit);
    return rc;
}

static kn_status publish(gathering *g, const pl_audit_input *in, const char *dir, kn_error *e)
{
    char *fresh = pl_temporary_name(dir, 0);
    kn_status rc;
    pl_fsync_later(fresh);
    KN_TRY_TO(rc, cleanup, pl_make_dirs(g->data, e));
    KN_TRY_TO(rc, cleanup, pl_remove_tree(fresh, e));
    KN_TRY_TO(rc, cleanup, pl_make_dirs(fresh, e));
    KN_TRY_TO(rc, cleanup, fill(g, in, fresh, e));
    KN_TRY_TO(rc, cleanup, pl_fsync_folder(fresh, e));
    KN_TRY_TO(rc, cleanup, pl_remove_tree(dir, e));
    KN_TRY_TO(rc, cleanup, pl_rename(fresh, dir, e));
    rc = pl_fsync_path(g->data, e);
cleanup:
    pl_fsync_later_end(fresh);
    pl_remove_tree(fresh, NULL);
    free(fresh);
    return rc;
}

/* The identity table the run named, where it is still there. */
static const char *identity_of(const json_t *manifest)
{
    const char *path =
        json_string_value(json_object_get(json_object_get(manifest, "paths"), "data.identity"));
    return path && pl_exists(path) ? path : NULL;
}

static kn_status open_tools(gathering *g, kn_error *e)
{
    if (!g->store)
        KN_TRY(pl_store_open(g->cache_dir, &g->store, e));
    int threads = g->threads > 0 ? g->threads : kn_cpu_count();
    return g->pool ? KN_OK : kn_pool_new(threads, &g->pool, e);
}

static kn_status gather_one(gathering *g, const json_t *manifest, const char *id, const char *dir,
                            kn_error *e)
{
    pl_entry ingest = {NULL, NULL}, split = {NULL, NULL};
    KN_TRY(open_tools(g, e));
    kn_status rc = KN_OK;
    bool found =
        find_entry(g, manifest, "ingest", &ingest) && find_entry(g, manifest, "split", &split);
    if (found && !pl_audit_can(&ingest, &split)) {
        pl_info(
            "data %s: read by an earlier facet; `facet run` reads it again, and then it is audited",
            id);
    } else if (found) {
        const pl_audit_input in = {&ingest, &split, identity_of(manifest), g->d->name};
        rc = publish(g, &in, dir, e);
    }
    pl_entry_clear(&ingest);
    pl_entry_clear(&split);
    if (rc == KN_EPAUSED) {
        pl_info("data %s: no time left to audit it; `facet report` does", id);
        return KN_OK;
    }
    return rc;
}

/* Whether the ID is new. A study has few of them, however many runs. */
static bool is_new(pl_names *seen, const char *id)
{
    return id[0] && pl_names_add(seen, id) < 0;
}

kn_status pl_gather(const pl_study_data *d, const char *cache_dir, int threads, double until,
                    kn_error *e)
{
    gathering g = {.d = d, .cache_dir = cache_dir, .threads = threads, .until = until};
    kn_status rc = KN_OK;
    pl_names seen;
    if (!is_cache(cache_dir))
        return KN_OK;
    g.data = pl_path_join(d->dir, "data");
    pl_names_init(&seen);
    for (int r = 0; r < d->run_count && rc == KN_OK; r++) {
        char id[PL_DATA_ID];
        kn_error problem = {KN_OK, ""};
        if (!d->run[r].done || !d->run[r].manifest)
            continue;
        pl_data_id_of(d->run[r].manifest, id);
        if (!is_new(&seen, id))
            continue;
        char *dir = pl_path_join(g.data, id);
        for (int tries = 0; tries < TRIES && !is_current(dir); tries++) {
            rc = gather_one(&g, d->run[r].manifest, id, dir, &problem);
            if (rc != KN_EIO)
                break;
        }
        free(dir);
        if (rc == KN_EINTERRUPTED || rc == KN_EIO) {
            kn_fail(e, rc, "%s", problem.text);
        } else if (rc != KN_OK) {
            pl_warn("the data %s are not audited: %s", id, problem.text);
            rc = KN_OK;
        }
    }
    pl_names_clear(&seen);
    kn_pool_free(g.pool);
    if (g.store)
        pl_store_close(g.store);
    free(g.data);
    return rc;
}
