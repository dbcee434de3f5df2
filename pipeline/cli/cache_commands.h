/* The parts of `facet cache`, each in a file of its own; cmd_cache.c chooses. argv[0] is "cache", argv[1]
 * the part's name. */
#ifndef PL_CLI_CACHE_COMMANDS_H
#define PL_CLI_CACHE_COMMANDS_H

#include "cache/store.h"
#include "cli/cli.h"

kn_status pl_cache_list(const pl_global *g, pl_store *store, int argc, char **argv, kn_error *e);
kn_status pl_cache_gc(const pl_global *g, pl_store *store, int argc, char **argv, kn_error *e);
kn_status pl_cache_verify(const pl_global *g, pl_store *store, int argc, char **argv, kn_error *e);

/* What people and programs are shown of an entry: a line "stage key size last-use study: label", or an
 * object. */
void pl_cache_print_row(const pl_entry_row *row);
json_t *pl_cache_row_json(const pl_entry_row *row);

void pl_cache_print_json(json_t *value); /* and drops the reference */

#endif
