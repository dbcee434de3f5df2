/* The one door to everything that changes the file system or maps a file of it. Each function is
 * the system call of its name (restarted on EINTR, close-on-exec set), with the path given along;
 * it returns what the call returns, and errno.
 *
 * Tests stand in the door: a process-wide hook is told of each call and decides how it goes. Unset
 * it costs a branch. The program sets one from the variable FACET_FAULT (util/fault.h). */
#ifndef PL_UTIL_SYS_H
#define PL_UTIL_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/* enum value, name in FACET_FAULT and in traces */
#define PL_SYS_LIST(X)                                                                             \
    X(PL_SYS_OPEN, "open") /* for writing, or creating */                                          \
    X(PL_SYS_WRITE, "write")                                                                       \
    X(PL_SYS_TRUNCATE, "truncate")                                                                 \
    X(PL_SYS_RESERVE, "reserve") /* posix_fallocate */                                             \
    X(PL_SYS_CLONE, "clone")     /* a reflink: the file shares another's blocks */                 \
    X(PL_SYS_MAP, "map")                                                                           \
    X(PL_SYS_FSYNC, "fsync") /* of a file or a folder */                                           \
    X(PL_SYS_CLOSE, "close") /* of a written file */                                               \
    X(PL_SYS_RENAME, "rename")                                                                     \
    X(PL_SYS_UNLINK, "unlink")                                                                     \
    X(PL_SYS_MKDIR, "mkdir")                                                                       \
    X(PL_SYS_RMDIR, "rmdir")                                                                       \
    X(PL_SYS_TOUCH, "touch") /* sets a file's times */

typedef enum pl_sys_kind {
#define PL_SYS_ENUM(kind, name) kind,
    PL_SYS_LIST(PL_SYS_ENUM)
#undef PL_SYS_ENUM
        PL_SYS_KINDS
} pl_sys_kind;

const char *pl_sys_name(pl_sys_kind kind);

int pl_sys_open(const char *path, int flags);
ssize_t pl_sys_write(int fd, const char *path, const void *bytes, size_t size);
ssize_t pl_sys_pwrite(int fd, const char *path, const void *bytes, size_t size, off_t at);
int pl_sys_truncate(int fd, const char *path, off_t size);
int pl_sys_reserve(int fd, const char *path, off_t size); /* -1 and errno, unlike its model */
int pl_sys_clone(int fd, const char *path, int from);
void *pl_sys_map(int fd, const char *path, size_t size, int protection); /* shared; MAP_FAILED */
int pl_sys_fsync(int fd, const char *path);
int pl_sys_close(int fd, const char *path);
int pl_sys_rename(const char *from, const char *to);
int pl_sys_unlink(const char *path);
int pl_sys_mkdir(const char *path);
int pl_sys_rmdir(const char *path);
int pl_sys_touch(const char *path, const struct timespec times[2]); /* utimensat; NULL: now */

/* For tests. What a hook is told of a call about to be made, and how it answers. */
typedef struct pl_sys_call {
    pl_sys_kind kind;
    const char *path, *to; /* borrowed; `to` of a rename alone, else NULL */
    int fd;                /* -1: none yet */
    int flags;             /* of open; of map the protection */
    const void *bytes;     /* of write */
    size_t size;           /* of write, reserve, truncate, map */
} pl_sys_call;

typedef enum pl_sys_verdict {
    PL_SYS_GO,
    PL_SYS_FAIL,  /* with *error for errno */
    PL_SYS_SHORT, /* a write writes half its bytes (at least one); other calls go on */
    PL_SYS_TEAR,  /* so, and then the process is killed */
    PL_SYS_KILL_BEFORE /* kill -9 of this process */,
    PL_SYS_KILL_AFTER
} pl_sys_verdict;

typedef pl_sys_verdict (*pl_sys_hook)(void *context, const pl_sys_call *call, int *error);

/* NULL: none. Children inherit it. The hook may be called from several threads. */
void pl_sys_set_hook(pl_sys_hook hook, void *context);

#endif
