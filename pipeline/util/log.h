/* Messages and progress on stderr, and a stage's log file. One process-wide logger: level by -q /
 * -v, colour by
 * --color. Result goes to stdout and not through here. Thread-safe. */
#ifndef PL_UTIL_LOG_H
#define PL_UTIL_LOG_H

#include <stdbool.h>

#include "base/status.h"

typedef enum pl_level { PL_QUIET, PL_NORMAL, PL_VERBOSE } pl_level;

typedef struct pl_log_options {
    pl_level level;
    int color; /* -1 auto (a terminal, NO_COLOR unset), 0 never, 1 always */
} pl_log_options;

void pl_log_init(pl_log_options options);
bool pl_log_is_terminal(void);

/* Whether what goes to this file descriptor is to have colours, by --color. */
bool pl_log_colors(int fd);
pl_level pl_log_level(void);

/* Plain lines from now on: for a process that shares its terminal with others. */
void pl_log_plain(void);

void pl_info(const char *fmt, ...) KN_PRINTF(1, 2);    /* not with -q */
void pl_verbose(const char *fmt, ...) KN_PRINTF(1, 2); /* with -v */
void pl_warn(const char *fmt, ...) KN_PRINTF(1, 2);    /* "facet: warning: ..." */
void pl_error(const char *fmt, ...) KN_PRINTF(1, 2);   /* "facet: ..." */

/* Progress of one long work. On a terminal a bar that is redrawn ("train cnn-50  epoch 3/10  62%
 * 1,840 images/s 0:12 left"), otherwise a plain line at most every 10 seconds and at the end.
 * update may be called from any thread and is cheap. unit: what is counted ("images"). */
typedef struct pl_progress pl_progress;
pl_progress *pl_progress_new(const char *title, const char *unit, double total);
void pl_progress_note(pl_progress *p, const char *fmt, ...)
    KN_PRINTF(2, 3); /* "epoch 3/10, loss 0.21" */
void pl_progress_from(pl_progress *p,
                      double done); /* done by an earlier process: no part of the rate */
void pl_progress_update(pl_progress *p, double done);
void pl_progress_end(pl_progress *p); /* frees; NULL is allowed everywhere */

/* Who else wants to know (one per process; NULL: nobody): told of every progress at most once a
 * second, whatever the level, on the thread that updates. */
typedef struct pl_progress_state {
    const char *title, *note, *unit;   /* borrowed for the call */
    double done, total, from, seconds; /* done - from took `seconds` */
} pl_progress_state;
void pl_progress_observe(void (*told)(void *context, const pl_progress_state *state),
                         void *context);

#endif
