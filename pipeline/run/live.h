/* What `facet status` reads of a run that is going on: results/STUDY/runs/RUN-ID/live.json, written
 * at most once a second from the progress of the stage, and removed at the end. */
#ifndef PL_RUN_LIVE_H
#define PL_RUN_LIVE_H

#include <jansson.h>

/* From now on the process's progress is written for this run. One run at a time; *_end stops it and
 * removes the file. */
void pl_live_begin(const char *study_dir, const char *id);
void pl_live_end(void);

/* Removes what a killed process left behind of a run. */
void pl_live_remove(const char *study_dir, const char *id);

/* The file's content with "age" (seconds since it was written), NULL where there is none. */
json_t *pl_live_read(const char *study_dir, const char *id);

#endif
