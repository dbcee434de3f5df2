/* How a run stands, by the manifest in its results folder: done, or how it ended, and whether the next
 * `facet run` leaves it alone. */
#ifndef PL_RUN_RUN_STANDING_H
#define PL_RUN_RUN_STANDING_H

#include "run/results.h"

typedef struct pl_standing {
    pl_run_status status; /* pending without a manifest */
    bool failed;          /* left alone: it failed by itself, at these stage versions */
    bool halted;          /* left alone: halving stopped it */
    const char *error, *cause,
        *reason;      /* of the manifest, NULL where it has none; borrowed from it */
    json_t *manifest; /* NULL: none, or not readable */
} pl_standing;

/* stages NULL: whatever the versions. */
void pl_standing_read(const char *study_dir, const char *id, const pl_stage *const *stages,
                      pl_standing *out);
void pl_standing_clear(pl_standing *s);

#endif
