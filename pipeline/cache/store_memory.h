/* The files in which the store remembers things that it could find out again: a torn one costs time
 * only. For store_check.c.
 *
 *   digests.json, studies/HEX.json   JSON objects; a torn one is dropped
 *   folders/HEX.tsv, times.tsv       lines; torn ones are dropped, the others stay */
#ifndef PL_CACHE_STORE_MEMORY_H
#define PL_CACHE_STORE_MEMORY_H

#include "cache/store.h"

typedef struct pl_memory_file {
    char *path, *name; /* heap; name: below the store's folder */
} pl_memory_file;

kn_status pl_memory_list(const pl_store *s, pl_memory_file **files, size_t *count, kn_error *e);
void pl_memory_list_free(pl_memory_file *files, size_t count);

/* *torn with a sentence in `why`; repaired where asked. */
kn_status pl_memory_check(const pl_memory_file *file, bool repair, bool *torn, kn_error *why,
                          kn_error *e);

#endif
