/* Forked processes that each do one piece of work, so many at a time. */
#ifndef PL_RUN_WORKERS_H
#define PL_RUN_WORKERS_H

#include "base/status.h"

typedef struct pl_workers {
    void *context;
    /* The next piece of work, -1 when there is none. Called in this process. */
    int (*next)(void *context);
    /* Does it, in a child: its own process group, plain log lines, killed when the parent dies. The
     * result is the child's exit status, 0..100. */
    int (*work)(void *context, int item);
    /* Told in this process: the exit status, or -signal. */
    kn_status (*ended)(void *context, int item, int result, kn_error *e);
} pl_workers;

/* Until there is no more work. An interruption is passed on to the children once, and no new work
 * begins; they are waited for. Returns the first failure of `ended`; that too ends the handing out.
 * The caller must have no thread but itself. */
kn_status pl_workers_run(const pl_workers *w, int count, kn_error *e);

#endif
