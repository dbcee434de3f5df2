/* Moves the pictures of a source through a thread pool in batches: one thread reads the next batch
 * while the pool works on this one. At most two batches (64 MB, or one picture where that is
 * larger) are in memory. */
#ifndef PL_DATA_PUMP_H
#define PL_DATA_PUMP_H

#include <stdbool.h>

#include "base/pool.h"
#include "data/source.h"

typedef struct pl_pump {
    /* Whether picture `index` is of interest; NULL: all are. Called from the reading thread. */
    bool (*wants)(void *context, size_t index);
    /* Work on one picture, on any thread; worker in 0..pool size - 1. */
    void (*work)(void *context, const pl_picture *picture, int worker);
    /* After each batch, on the caller's thread; done counts pictures so far. NULL: nothing. */
    void (*batch_end)(void *context, size_t done);
    void *context;
} pl_pump;

/* Reads the source to its end. Fails when the source does, or with KN_EINTERRUPTED. */
kn_status pl_pump_run(pl_source *source, kn_pool *pool, const pl_pump *pump, kn_error *e);

#endif
