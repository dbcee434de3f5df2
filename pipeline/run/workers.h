/* Forked processes that each do one task, up to so many at a time: a crash takes its own task alone. */
#ifndef PL_RUN_WORKERS_H
#define PL_RUN_WORKERS_H

#include <stdbool.h>

#include "base/status.h"

typedef struct pl_workers pl_workers;

/* What a worker says at its end; or what is known of one that died. */
typedef struct pl_worker_end {
    int task;
    int signal;     /* that ended it; 0: it ended by itself */
    int value;      /* the task's own, set by the worker */
    int made;       /* likewise: entries it made */
    kn_error error; /* status KN_OK, or why it failed */
} pl_worker_end;

/* In the child: its own process group, killed with its parent, signals handled as in the parent. Sets
 * value, made and error of *end. */
typedef void pl_worker_fn(void *context, int task, pl_worker_end *end);

kn_status pl_workers_new(int most, pl_workers **out, kn_error *e);
/* NULL is allowed. Workers that still run are killed. */
void pl_workers_free(pl_workers *w);

int pl_workers_busy(const pl_workers *w);

/* The caller has no thread but itself, and fewer than `most` workers are busy. plain: its messages are
 * plain lines, as where several share a terminal. */
kn_status pl_workers_start(pl_workers *w, int task, bool plain, pl_worker_fn *work, void *context,
                           kn_error *e);

/* Waits for the end of a worker, but no longer than `seconds`, and no longer than until a signal comes.
 * True: *end is filled in. */
bool pl_workers_wait(pl_workers *w, double seconds, pl_worker_end *end);

/* To every worker. */
void pl_workers_signal(const pl_workers *w, int number);

#endif
