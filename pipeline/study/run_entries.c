#include "study/run_entries.h"

#include <stdlib.h>
#include <string.h>

#include "util/fs.h"

void pl_run_entries_open(const char *run_dir, pl_run_entries *out)
{
    char *path = pl_path_join(run_dir, "manifest.json");
    memset(out, 0, sizeof *out);
    out->manifest = json_load_file(path, 0, NULL);
    free(path);
}

void pl_run_entries_close(pl_run_entries *r)
{
    pl_entry_clear(&r->ingest);
    pl_entry_clear(&r->split);
    pl_store_close(r->store);
    json_decref(r->manifest);
    memset(r, 0, sizeof *r);
}

const char *pl_run_key(const pl_run_entries *r, const char *stage)
{
    const char *hex =
        json_string_value(json_object_get(json_object_get(r->manifest, "keys"), stage));
    return hex && strlen(hex) == PL_DIGEST_HEX - 1 ? hex : NULL;
}

static bool find_entry(pl_run_entries *r, const char *stage, pl_entry *out)
{
    const char *hex = pl_run_key(r, stage);
    pl_digest key;
    bool found = false;
    if (!hex)
        return false;
    memcpy(key.hex, hex, PL_DIGEST_HEX);
    return pl_store_find(r->store, stage, &key, false, &found, out, NULL) == KN_OK && found;
}

bool pl_run_entries_find(pl_run_entries *r, const char *cache_dir)
{
    char *mark = cache_dir ? pl_path_join(cache_dir, "facet-cache.json") : NULL;
    bool is_cache = mark && pl_exists(mark);
    free(mark);
    return is_cache && pl_store_open(cache_dir, &r->store, NULL) == KN_OK &&
           find_entry(r, "ingest", &r->ingest) && find_entry(r, "split", &r->split);
}
