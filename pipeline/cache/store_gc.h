/* Removing from the store, for `facet cache gc`. */
#ifndef PL_CACHE_STORE_GC_H
#define PL_CACHE_STORE_GC_H

#include "cache/store.h"

typedef struct pl_gc_options {
    uint64_t max_bytes; /* of all entries; UINT64_MAX: any */
    int64_t older;      /* seconds: entries not used for so long go; 0: any age stays */
    bool work;          /* unfinished work of studies that do not run now goes too */
    bool dry_run;       /* only tells */
    /* Told of each entry when it is certain to go and still there to be read; may be NULL. */
    void (*removing)(void *context, const pl_entry_row *row);
    void *context;
} pl_gc_options;

/* A study that holds entries which gc would have removed. */
typedef struct pl_gc_need {
    char *study, *dir; /* heap; dir: its results folder */
    bool running;
    size_t entries;
    uint64_t bytes;
} pl_gc_need;

typedef struct pl_gc {
    size_t entries, leftovers; /* removed */
    uint64_t bytes;            /* of both */
    size_t kept_entries;
    uint64_t kept_bytes, over; /* what stays in entries; how much of it is above max_bytes */
    size_t busy;               /* would have gone, but a process makes or has just used it */
    pl_gc_need *need;          /* heap */
    size_t needs;
} pl_gc;

/* Removes what no entry needs: tmp/ and locks/ of ended processes, bad/, references of studies that are
 * gone, work/ of entries that are whole; work/ of unfinished ones that no study names when it is 30
 * days (or `older`) old. Then entries, not used for longest first: those older than `older`, and as
 * many as exceed max_bytes. Never what a study needs (store_use.h), nor what a process makes now or
 * used since the listing. KN_EINTERRUPTED between two entries on a signal: the store is whole at every
 * instant. `out` is filled also on a failure, as far as it came; clear it. */
kn_status pl_store_gc(pl_store *s, const pl_gc_options *options, pl_gc *out, kn_error *e);
void pl_gc_clear(pl_gc *g);

#endif
