/* The cache's entries of ingest and split that a run's manifest names. */
#ifndef PL_STUDY_RUN_ENTRIES_H
#define PL_STUDY_RUN_ENTRIES_H

#include <stdbool.h>

#include "cache/store.h"

typedef struct pl_run_entries {
    json_t *manifest; /* NULL: not there */
    pl_store *store;  /* NULL: no cache, or not looked for */
    pl_entry ingest, split;
} pl_run_entries;

void pl_run_entries_open(const char *run_dir, pl_run_entries *out);
void pl_run_entries_close(pl_run_entries *r);

/* The key of a stage as the manifest has it, 64 hex digits; NULL: it has none. Borrowed. */
const char *pl_run_key(const pl_run_entries *r, const char *stage);

/* Looks for both; false where cache_dir is NULL or no cache, or it has not both. A damaged entry counts as missing. */
bool pl_run_entries_find(pl_run_entries *r, const char *cache_dir);

#endif
