/* All pairs of pictures whose hashes differ in few bits, as they are or one of them mirrored, each confirmed by the caller. */
#ifndef PL_AUDIT_NEAR_SEARCH_H
#define PL_AUDIT_NEAR_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/status.h"
#include "ops/hamming/hamming.h"
#include "util/log.h"

typedef struct pl_near_pair {
    uint32_t first, second; /* first < second */
    uint32_t distance;      /* bits */
    bool mirrored;
    double correlation; /* of the caller's */
} pl_near_pair;

typedef struct pl_near_request {
    const uint64_t *const *word; /* [KN_HASH_WORDS][count]: as ops/hamming/hamming.h */
    size_t count;
    unsigned limit;  /* bits */
    size_t most;     /* pairs of one first picture, at least 1: more are not looked for */
    double deadline; /* pl_now; 0: none */
    kn_pool *pool;
    pl_progress *progress; /* counts pictures; may be NULL */
    /* Whether the two are a pair, and how alike. On any thread, worker in 0..pool size - 1; depends on the pictures alone. */
    bool (*confirm)(void *context, size_t first, size_t second, bool mirrored, int worker,
                    double *correlation);
    void *context;
} pl_near_request;

/* The pairs by first, then second; heap. A pair that is one both ways counts as not mirrored. *cut: a picture had more than
 * `most`. The same for any number of threads. KN_EINTERRUPTED; KN_EPAUSED at the deadline. */
kn_status pl_near_search(const pl_near_request *request, pl_near_pair **pairs, size_t *count,
                         bool *cut, kn_error *e);

#endif
