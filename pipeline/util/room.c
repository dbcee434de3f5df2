#include "util/room.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/log.h"
#include "util/str.h"

/* Tried again after 50 ms, then ever later up to a second; a signal is seen within 50 ms. */
static const double FIRST_LOOK = 0.05, LAST_LOOK = 1.0;

static double limit = -1;
static bool given_up; /* a wait has reached the limit: what ends the command does not wait again */
static void (*observer)(void *context, const pl_room_state *state);
static void *observer_context;

void pl_room_wait_set(double seconds)
{
    limit = seconds;
    given_up = false;
}

void pl_room_observe(void (*told)(void *context, const pl_room_state *state), void *context)
{
    observer = told;
    observer_context = context;
}

static void tell(const pl_room *r, bool over)
{
    if (observer)
        observer(observer_context, &(const pl_room_state){.path = r->path,
                                                          .free = pl_disk_free(r->path),
                                                          .waited = pl_now() - r->since,
                                                          .over = over});
}

static void begin(pl_room *r, const char *path, int error)
{
    char free_text[32];
    pl_human_bytes((double)pl_disk_free(path), free_text, sizeof free_text);
    *r = (pl_room){.path = pl_strdup(path), .since = pl_now(), .next_look = FIRST_LOOK};
    if (error == EDQUOT)
        pl_warn("the disk quota is used up, no space for '%s': waiting; make room and it goes on "
                "by itself, Ctrl-C ends it with what is saved",
                path);
    else
        pl_warn("no space left for '%s' (%s free on its disk): waiting; make room and it goes on "
                "by itself, Ctrl-C ends it with what is saved",
                path, free_text);
}

static void forget(pl_room *r)
{
    free(r->path);
    *r = (pl_room){0};
}

/* Sleeps until the next look. False: a signal has come. */
static bool nap(pl_room *r)
{
    const struct timespec moment = {0, 50 * 1000 * 1000};
    double until = pl_now() + r->next_look;
    while (pl_now() < until && !pl_interrupted())
        nanosleep(&moment, NULL);
    r->next_look = 2 * r->next_look < LAST_LOOK ? 2 * r->next_look : LAST_LOOK;
    return !pl_interrupted();
}

/* The caller's sentence, and errno's text behind it. */
static KN_PRINTF(3, 0) kn_status give_up(kn_error *e, int error, const char *fmt, va_list args)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_addv(&s, fmt, args);
    errno = error;
    kn_status rc = kn_fail_errno(e, KN_EIO, "%s", s.text);
    pl_str_clear(&s);
    return rc;
}

kn_status pl_room_again(pl_room *r, const char *path, kn_error *e, const char *fmt, ...)
{
    int error = errno;
    bool full = error == ENOSPC || error == EDQUOT;
    kn_status rc = KN_OK;
    va_list args;
    va_start(args, fmt);
    if (!full || limit < 0 || (given_up && !r->path)) {
        rc = give_up(e, error, fmt, args);
        if (e && full && limit >= 0)
            kn_prepend(e, "after waiting for room in vain: ");
    } else if (!r->path) {
        begin(r, path, error);
    } else if (pl_now() - r->since >= limit) {
        char waited[48];
        given_up = true;
        rc = give_up(e, error, fmt, args);
        pl_human_seconds(pl_now() - r->since, waited, sizeof waited);
        if (e)
            kn_prepend(e, "waited %s for room, and there is none: ", waited);
    }
    va_end(args);
    if (rc == KN_OK) {
        tell(r, false);
        if (!nap(r))
            rc = kn_fail(
                e, KN_EINTERRUPTED,
                "interrupted while there was no space for '%s'; what was saved before stays", path);
    }
    if (rc != KN_OK && r->path) {
        tell(r, true);
        forget(r);
    }
    return rc;
}

void pl_room_found(pl_room *r)
{
    if (!r->path)
        return;
    char waited[48];
    pl_human_seconds(pl_now() - r->since, waited, sizeof waited);
    pl_warn("there is room again for '%s': going on after %s", r->path, waited);
    tell(r, true);
    forget(r);
}
