#include "insight/pixels.h"

#include <stdlib.h>
#include <string.h>

#include "cache/store.h"
#include "io/csv.h"
#include "util/fs.h"
#include "util/str.h"

static const char *key_of(const json_t *manifest, const char *stage)
{
    return json_string_value(json_object_get(json_object_get(manifest, "keys"), stage));
}

/* Whether a store is there to be opened: opening makes one where there is none. */
static bool is_store(const char *dir)
{
    char *path = pl_path_join(dir, "facet-cache.json");
    bool yes = pl_exists(path);
    free(path);
    return yes;
}

/* The folder of an entry, heap; NULL where the store has none. */
static kn_status find_entry(pl_store *s, const char *stage, const char *hex, char **dir,
                            kn_error *e)
{
    pl_digest key;
    pl_entry entry = {NULL, NULL};
    bool found = false;
    *dir = NULL;
    if (strlen(hex) != PL_DIGEST_HEX - 1)
        return KN_OK;
    memcpy(key.hex, hex, PL_DIGEST_HEX);
    KN_TRY(pl_store_find(s, stage, &key, false, &found, &entry, e));
    if (found) {
        *dir = pl_strdup(entry.dir);
        pl_entry_clear(&entry);
    }
    return KN_OK;
}

static kn_status read_name(void *context, const char *const *field, size_t fields, int line,
                           kn_error *e)
{
    pl_pixels *p = context;
    (void)e;
    if (line > 1 && fields > 0)
        pl_names_add(&p->names, field[0]);
    return KN_OK;
}

static kn_status map_all(const char *ingest, const char *split, pl_pixels *p, kn_error *e)
{
    KN_TRY(pl_dataset_open(ingest, &p->data, e));
    p->height = p->data.shape.h;
    p->width = p->data.shape.w;
    p->channels = p->data.shape.c;
    p->count = p->data.count;
    p->x = p->data.x.data;
    p->label = p->data.y.data;
    char *names = pl_path_join(ingest, "names.csv");
    kn_status rc = pl_csv_each(names, read_name, p, e);
    if (rc == KN_OK && p->names.count != p->count)
        rc =
            kn_fail(e, KN_EFORMAT, "%s: %zu names for %zu images", names, p->names.count, p->count);
    free(names);
    for (int k = 0; k < PL_SIDES && rc == KN_OK; k++) {
        rc = pl_side_open(split, pl_side_names[k], &p->data, &p->index[k], e);
        if (rc == KN_OK) {
            p->side[k] = p->index[k].data;
            p->on_side[k] = (size_t)p->index[k].dim[0];
        }
    }
    return rc;
}

kn_status pl_pixels_open(const char *cache_dir, const json_t *manifest, bool *found, pl_pixels *out,
                         kn_error *e)
{
    const char *ingest = key_of(manifest, "ingest"), *split = key_of(manifest, "split");
    char *ingest_dir = NULL, *split_dir = NULL;
    pl_store *store = NULL;
    kn_status rc;
    *found = false;
    memset(out, 0, sizeof *out);
    if (!ingest || !split || !is_store(cache_dir))
        return KN_OK;
    KN_TRY(pl_store_open(cache_dir, &store, e));
    KN_TRY_TO(rc, cleanup, find_entry(store, "ingest", ingest, &ingest_dir, e));
    KN_TRY_TO(rc, cleanup, find_entry(store, "split", split, &split_dir, e));
    if (ingest_dir && split_dir) {
        pl_names_init(&out->names);
        rc = map_all(ingest_dir, split_dir, out, e);
        *found = rc == KN_OK;
        if (rc != KN_OK)
            pl_pixels_close(out);
    }
cleanup:
    free(ingest_dir);
    free(split_dir);
    pl_store_close(store);
    return rc;
}

void pl_pixels_close(pl_pixels *p)
{
    for (int k = 0; k < PL_SIDES; k++)
        if (p->side[k])
            pl_npy_close(&p->index[k]);
    if (p->x)
        pl_dataset_close(&p->data);
    pl_names_clear(&p->names);
    memset(p, 0, sizeof *p);
}

const uint8_t *pl_pixels_of(const pl_pixels *p, const char *name)
{
    ptrdiff_t i = pl_names_find(&p->names, name);
    return i < 0 ? NULL : pl_pixels_row(p, (size_t)i);
}
