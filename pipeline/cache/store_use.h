/* What studies need of the store: gc removes nothing of it.
 *
 *   CACHE/studies/HEX.json   {"study", "dir", "host", "keys"}: HEX stands for the path of the results
 *                            folder; keys: of the entries and the work/ that its unfinished runs use
 *   CACHE/studies/HEX.lock   held (shared) while a process runs the study; its time: since when
 *   CACHE/locks/studies.lock held for an instant by who changes a reference or removes an entry; its
 *                            size counts the changes
 *
 * Reports, predict and verify read the results folder alone, so a study all of whose runs are done
 * needs nothing. One with runs to go needs the keys it names for as long as its results folder exists;
 * while it runs also every entry used since it began. A reference whose folder is gone is dropped by
 * gc: at once on the machine that wrote it, after 30 days on others, which may not see that folder. */
#ifndef PL_CACHE_STORE_USE_H
#define PL_CACHE_STORE_USE_H

#include "cache/store.h"

/* A running study's hold on the store; {.lock = -1} before the first pl_store_refer. */
typedef struct pl_use {
    int lock;
} pl_use;

/* Begins (use->lock is -1) or renews what a study needs: one atomic write, none where nothing changed.
 * Call it before the first entry is made, and again when keys have become known (the shared stages are
 * done). key == NULL: the study is run by several processes and another one has named its keys; this
 * one only holds it. Entries that were found before the first call may have been removed meanwhile:
 * look again. A store that cannot be written has nothing removed: KN_OK, use->lock stays -1. */
kn_status pl_store_refer(pl_store *s, const char *study_dir, const pl_digest *key, size_t count,
                         pl_use *use, kn_error *e);

/* Ends it, naming what the runs that are not done still need; with none the reference is removed, with
 * key == NULL it stays. Also without a refer before, as by who finds all runs done. Best effort: a reference that is too wide keeps entries, never removes them. */
void pl_store_release(pl_store *s, const char *study_dir, const pl_digest *key, size_t count,
                      pl_use *use);

#endif
