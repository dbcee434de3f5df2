/* A store at tst_path("cache") with small entries, for the suites of this folder. */
#ifndef PIPELINE_CACHE_STORE_RIG_H
#define PIPELINE_CACHE_STORE_RIG_H

#include <stdbool.h>

#include "cache/store.h"

pl_store *rig_open(void);

/* Makes the entry "train" of two files, model.bin with this text, and of study "one", label "lr=0.1". */
void rig_make(pl_store *s, const pl_digest *key, const char *text);

/* *dir (may be NULL): the entry's folder, heap; NULL where it is not found. */
bool rig_find(pl_store *s, const pl_digest *key, bool deep, char **dir);

/* Path of a file of the entry, in one of tst_path's buffers. */
const char *rig_file(const pl_digest *key, const char *name);
bool rig_has(const pl_digest *key);

/* Sets the entry's last use, seconds since the epoch. */
void rig_set_use(const pl_digest *key, long long when);

/* A small tmpfs at a folder; false where this machine does not let us mount. */
bool rig_mount(const char *dir);
void rig_remount(const char *dir, const char *how); /* "ro", "rw" */
void rig_unmount(const char *dir);

#endif
