/* A study seen from its results folder while other processes, here or on other machines, may run it. */
#ifndef PL_RUN_STUDY_STATUS_H
#define PL_RUN_STUDY_STATUS_H

#include <jansson.h>

#include "base/status.h"
#include "util/str.h"

typedef struct pl_status pl_status;

/* results: the results folder; study: a name in it, or such a folder. cache: where the times of earlier
 * work are (run/cost.h), NULL: not asked. KN_EUSAGE where there is no such study. */
kn_status pl_status_open(const char *results, const char *study, const char *cache, pl_status **out,
                         kn_error *e);
void pl_status_close(pl_status *s); /* NULL is allowed */

/* The study as it is now; a second look at the same study is cheaper, for done runs stay done.
 *
 * {"study", "running": bool, "who" (null: nobody), "runs", by status "done", "active" (worked on now),
 * "failed", "stopped", "halted" (stopped by halving, the others by the clock), "interrupted",
 * "pending"; "left" (neither done, failed nor halted), "seconds_left" (null where not known or nobody
 * runs it), "paused" (null or a sentence),
 * "now": [{"run" (null: a stage that runs share), "name", "group", "title", "note", "done", "total",
 * "rate", "unit", "seconds_left" (null), "paused", "host", "process", "age"}],
 * "failures": [{"run", "group", "error"}], "queue": of a cluster (launcher_queue.h)} */
kn_status pl_status_look(pl_status *s, json_t **out, kn_error *e);

/* Opens, looks once without costs, closes. */
kn_status pl_status_read(const char *results, const char *study, json_t **out, kn_error *e);

/* The look in words, for people. */
void pl_status_text(const json_t *status, pl_str *out);

#endif
