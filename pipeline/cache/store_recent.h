/* The entries of one stage that were used last, without reading the others: what a plan compares a
 * missing entry with. */
#ifndef PL_CACHE_STORE_RECENT_H
#define PL_CACHE_STORE_RECENT_H

#include "cache/store.h"

/* Calls `found` with entry.json of up to `most` entries of the stage, the one used last first (of
 * equal times the smaller key); it returns false to end this. Costs a stat per entry of the stage and
 * a read per call. Entries that cannot be read, or go meanwhile, are passed over. *all (may be NULL):
 * whether every entry of the stage was shown. */
void pl_store_recent(const pl_store *s, const char *stage, int most,
                     bool (*found)(void *context, json_t *info), void *context, bool *all);

#endif
