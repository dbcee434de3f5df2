/* A full disk is waited out. Writers that fail for want of space ask here whether to try again:
 *
 *   pl_room room = {0};
 *   while (pl_sys_mkdir(path) != 0)
 *       KN_TRY(pl_room_again(&room, path, e, "cannot make folder '%s'", path));
 *   pl_room_found(&room);
 *
 * Waiting is off until pl_room_wait_set switches it on for the process and its later children. It
 * is told in one line when it begins and one when it ends. A signal ends it at once. */
#ifndef PL_UTIL_ROOM_H
#define PL_UTIL_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* Below 0: no waiting (as at the start). Otherwise a wait lasts at most so long, and after one that
 * was in vain nothing waits any more; INFINITY: as long as it takes. */
void pl_room_wait_set(double seconds);

/* One piece of writing, however often it meets the full disk; begins as zeros. */
typedef struct pl_room {
    char *path;       /* heap: what waits; NULL: nothing has waited yet */
    double since;     /* of the clock */
    double next_look; /* seconds until it is tried again: short at first */
} pl_room;

/* Right after a call that failed with errno. KN_OK: it waited a moment (or for another reason may
 * succeed now), try again. Otherwise the formatted sentence with errno's text: KN_EIO where errno is
 * not ENOSPC or EDQUOT, waiting is off, or its limit has passed; KN_EINTERRUPTED after a signal. `r`
 * is as new after a failure. */
kn_status pl_room_again(pl_room *r, const char *path, kn_error *e, const char *fmt, ...)
    KN_PRINTF(4, 5);

/* The writing has gone through: tells so where it had waited. */
void pl_room_found(pl_room *r);

/* Who else wants to know (one per process; NULL: nobody): told when a wait begins, about once a
 * second, and when it is over, on the thread that waits. */
typedef struct pl_room_state {
    const char *path; /* borrowed for the call */
    uint64_t free;    /* bytes on its disk */
    double waited;    /* seconds */
    bool over;
} pl_room_state;
void pl_room_observe(void (*told)(void *context, const pl_room_state *state), void *context);

#endif
