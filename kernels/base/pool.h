/* A thread pool that runs n independent tasks. Which worker takes which task is free, so results
 * must depend on the task number alone: write to task-owned memory, use worker-owned memory only as
 * scratch.
 *
 * A pool of at most as many threads as there are cores waits for work, and for the end of a run, with
 * its eyes open for some tens of microseconds before it sleeps; a larger one sleeps at once. */
#ifndef KN_BASE_POOL_H
#define KN_BASE_POOL_H

#include <stddef.h>

#include "base/status.h"

typedef struct kn_pool kn_pool;

/* task in 0..n-1; worker in 0..kn_pool_size()-1, the caller of kn_pool_run being one of them. */
typedef void (*kn_task_fn)(void *context, size_t task, int worker);

/* threads >= 1 counts the caller: threads - 1 are started. */
kn_status kn_pool_new(int threads, kn_pool **out, kn_error *e);
void kn_pool_free(kn_pool *pool); /* NULL is allowed */
int kn_pool_size(const kn_pool *pool);

/* Runs fn for every task and returns when all have ended. Tasks are handed out in increasing order.
 * Not reentrant: one run at a time, and no run from within a task. */
void kn_pool_run(kn_pool *pool, size_t tasks, kn_task_fn fn, void *context);

#endif
