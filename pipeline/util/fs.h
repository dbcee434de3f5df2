/* Files and folders. Paths are UTF-8 bytes; functions that return a path return a heap string
 * (abort when memory is out). Every write that must survive is: temporary name in the same folder,
 * fsync, rename, fsync of the folder.
 *
 * Whatever writes here goes through util/sys.h, and waits for room on a full disk where that is
 * switched on (util/room.h); it may then end with KN_EINTERRUPTED. */
#ifndef PL_UTIL_FS_H
#define PL_UTIL_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

char *pl_path_join(const char *dir, const char *name); /* name alone where it is absolute */
char *pl_path_dir(const char *path);                   /* "." where there is no slash */
const char *pl_path_base(const char *path);            /* borrowed: after the last slash */
char *pl_path_stem(const char *path);                  /* base name without its last extension */

bool pl_exists(const char *path);
bool pl_is_dir(const char *path);

/* The folder and its parents, each of them there to stay (its parent is fsynced). An existing folder
 * is fine. */
kn_status pl_make_dirs(const char *path, kn_error *e);

/* The whole file, NUL-terminated, heap. Fails above max_bytes. */
kn_status pl_read_file(const char *path, size_t max_bytes, char **text, size_t *size, kn_error *e);

/* The file appears whole, or stays as it was. */
kn_status pl_write_file(const char *path, const void *bytes, size_t size, kn_error *e);

/* As pl_write_file, but leaves the file (and its times) alone when it already holds these bytes. */
kn_status pl_write_file_if_changed(const char *path, const void *bytes, size_t size, kn_error *e);

/* Whole or not at all for a reader, but nothing a power cut must leave: no fsync, no waiting for
 * room. */
kn_status pl_write_note(const char *path, const void *bytes, size_t size, kn_error *e);

/* A stream that appends lines to a file, each written at once: a log. Waits for room; other failures
 * are seen by ferror. NULL and errno where it cannot be opened; fclose closes it. */
FILE *pl_log_open(const char *path);

/* A reflink where the file system has them, else a copy; atomic like pl_write_file. */
kn_status pl_copy_file(const char *from, const char *to, kn_error *e);

kn_status pl_fsync_path(const char *path, kn_error *e); /* a file or a folder */

/* Makes every file of a folder durable (not those of folders in it), then the folder: the writing of all
 * is begun before the first is waited for, so that the file system commits its journal about once. */
kn_status pl_fsync_folder(const char *path, kn_error *e);

/* Files that are written or copied into `dir`, or below it, from now on are left to a later
 * pl_fsync_folder: for a folder that nobody reads before it is published. At most 4 folders at once;
 * one more stays as it was. For the thread that starts and ends a program's work. */
void pl_fsync_later(const char *dir);
void pl_fsync_later_end(const char *dir);
bool pl_fsync_is_later(const char *path); /* a file's, or a folder's in such a folder */
kn_status pl_rename(const char *from, const char *to, kn_error *e);
kn_status pl_remove_tree(const char *path, kn_error *e); /* a missing path is fine */

/* "TO.tmpPID.N" for a file or folder in the making that is to become TO; n in 0..999. N tells the machine too, which
 * may share the disk with others. Heap. */
char *pl_temporary_name(const char *to, unsigned n);

/* Removes from a folder (not from those in it) what is left under such names by processes of this machine
 * that live no more, and of any machine after a day. Best effort; a missing folder is fine. */
void pl_remove_leftovers(const char *dir);

/* Names in a folder, sorted bytewise, without . and .. ; heap array of heap strings,
 * NULL-terminated. */
kn_status pl_list_dir(const char *path, char ***names, size_t *count, kn_error *e);
void pl_free_names(char **names);

/* Free bytes on the file system of a path (of its nearest existing parent). */
uint64_t pl_disk_free(const char *path);

/* A lock file held by this process until closed (flock); waits, or returns *fd = -1 at once where
 * try_only. */
kn_status pl_lock_open(const char *path, bool try_only, int *fd, kn_error *e);
/* Waits for the lock; a signal ends the wait with KN_EINTERRUPTED. */
kn_status pl_lock_wait(const char *path, int *fd, kn_error *e);
void pl_lock_close(int fd); /* -1 is fine */

/* A lock that several processes hold at once, and that keeps pl_lock_open out; waits for one that is
 * held by pl_lock_open. */
kn_status pl_lock_share(const char *path, int *fd, kn_error *e);

/* Whether a process holds the lock by pl_lock_open, or, where shared_too, by either. Makes no file and
 * works where nothing can be written. */
bool pl_lock_is_held(const char *path, bool shared_too);

/* Closes a lock held by pl_lock_open and removes its file. Who waited for it takes a fresh one. */
void pl_lock_remove(const char *path, int fd);

#endif
