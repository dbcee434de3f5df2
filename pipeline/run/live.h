/* What `facet status` reads of work that is going on: results/STUDY/.live/NAME.json, where NAME is a
 * run's id or, for a stage that runs share, the stage and the first digits of its key
 * ("ingest-3f09a1b2c3d4"). Written at most once a second from the progress of the stage; not
 * fsynced; removed at the end.
 *
 * A file counts as long as the process that wrote it lives (told by its number and the time of its
 * start); one of another machine for PL_LIVE_SECONDS after it was last written, for its process
 * cannot be asked. */
#ifndef PL_RUN_LIVE_H
#define PL_RUN_LIVE_H

#include <jansson.h>

enum { PL_LIVE_SECONDS = 300 };

/* From now on the process's progress is written under this name, but for the first `after` seconds: what is
 * over by then need not be seen. One at a time; *_end stops it and removes the file. After a fork the child has none. Failures to write are not told: the work
 * matters, not who watches. */
void pl_live_begin(const char *study_dir, const char *name, double after);
void pl_live_end(void);

/* The work waits: the sentence says what for ("no room on the disk of ..."); NULL: it goes on.
 * Written at once, from any thread, on a full disk too (in place of the file that is there). */
void pl_live_pause(const char *why);

/* The log of what is being made, for who draws its curves: told from the next writing on. */
void pl_live_log(const char *path);

/* Removes what processes that are gone left behind, and the folder where it is empty. */
void pl_live_clear(const char *study_dir);

/* What is going on, sorted by name: an array of {"name", "title", "note", "unit", "done", "total",
 * "from", "seconds", "paused" (null or a sentence), "log" (null or its absolute path on that host), "process", "host",
 * "age" (seconds since it was written)}. New reference, never NULL. */
json_t *pl_live_list(const char *study_dir);

#endif
