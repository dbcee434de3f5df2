/* Runs by the values of some of their keys: which run was the first to have them.
 *
 * Keys without effect on a run are at their default (pl_resolve_effects), so values tell what the
 * run does. */
#ifndef PL_SPEC_RUN_TABLE_H
#define PL_SPEC_RUN_TABLE_H

#include "spec/schema.h"

typedef struct pl_run_table {
    const pl_key **key; /* heap, as the rest */
    int key_count;
    uint64_t *hash; /* open addressing, a power of two, at most half full */
    int *run;       /* -1: free */
    int room, count;
} pl_run_table;

/* A table over the keys for which `with` is true, or over one key. */
void pl_run_table_init(pl_run_table *t, bool (*with)(const pl_key *key));
void pl_run_table_init_key(pl_run_table *t, const pl_key *key);
void pl_run_table_clear(pl_run_table *t);

/* The index of the first run that was added with the values of runs[run]: `run` itself where it is
 * the first. */
int pl_run_table_add(pl_run_table *t, const pl_run *runs, int run);

#endif
