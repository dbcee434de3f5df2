#define _GNU_SOURCE
#include "util/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/fs.h>

static pl_sys_hook the_hook;
static void *hook_context;

void pl_sys_set_hook(pl_sys_hook hook, void *context)
{
    hook_context = context;
    the_hook = hook;
}

const char *pl_sys_name(pl_sys_kind kind)
{
    static const char *const names[] = {
#define PL_SYS_TEXT(kind, name) name,
        PL_SYS_LIST(PL_SYS_TEXT)
#undef PL_SYS_TEXT
    };
    return names[kind];
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) /* until the signal is there */
        pause();
}

/* Asks the hook. False: the call is not made, errno is set. */
static bool ask(const pl_sys_call *call, pl_sys_verdict *verdict)
{
    int error = EIO;
    *verdict = the_hook(hook_context, call, &error);
    if (*verdict == PL_SYS_KILL_BEFORE)
        die();
    errno = error;
    return *verdict != PL_SYS_FAIL;
}

/* Runs `call_made`, an expression that may be repeated, between the hook's question and its
 * consequence. */
#define THROUGH_THE_DOOR(result, failed, call_made, ...)                                           \
    do {                                                                                           \
        pl_sys_verdict verdict = PL_SYS_GO;                                                        \
        if (the_hook && !ask(&(const pl_sys_call){__VA_ARGS__}, &verdict)) {                       \
            (result) = (failed);                                                                   \
            break;                                                                                 \
        }                                                                                          \
        do                                                                                         \
            (result) = (call_made);                                                                \
        while ((result) == (failed) && errno == EINTR);                                            \
        if (verdict == PL_SYS_KILL_AFTER || verdict == PL_SYS_TEAR)                                \
            die();                                                                                 \
    } while (0)

int pl_sys_open(const char *path, int flags)
{
    int fd;
    THROUGH_THE_DOOR(fd, -1, open(path, flags | O_CLOEXEC, 0666), .kind = PL_SYS_OPEN, .path = path,
                     .fd = -1, .flags = flags);
    return fd;
}

static size_t half(pl_sys_verdict verdict, size_t size)
{
    return (verdict == PL_SYS_SHORT || verdict == PL_SYS_TEAR) && size > 1 ? size / 2 : size;
}

ssize_t pl_sys_write(int fd, const char *path, const void *bytes, size_t size)
{
    ssize_t n;
    THROUGH_THE_DOOR(n, -1, write(fd, bytes, half(verdict, size)), .kind = PL_SYS_WRITE,
                     .path = path, .fd = fd, .bytes = bytes, .size = size);
    return n;
}

ssize_t pl_sys_pwrite(int fd, const char *path, const void *bytes, size_t size, off_t at)
{
    ssize_t n;
    THROUGH_THE_DOOR(n, -1, pwrite(fd, bytes, half(verdict, size), at), .kind = PL_SYS_WRITE,
                     .path = path, .fd = fd, .bytes = bytes, .size = size);
    return n;
}

int pl_sys_truncate(int fd, const char *path, off_t size)
{
    int rc;
    THROUGH_THE_DOOR(rc, -1, ftruncate(fd, size), .kind = PL_SYS_TRUNCATE, .path = path, .fd = fd,
                     .size = (size_t)size);
    return rc;
}

static int reserve(int fd, off_t size)
{
    int failed = posix_fallocate(fd, 0, size);
    errno = failed ? failed : errno;
    return failed ? -1 : 0;
}

int pl_sys_reserve(int fd, const char *path, off_t size)
{
    int rc;
    THROUGH_THE_DOOR(rc, -1, reserve(fd, size), .kind = PL_SYS_RESERVE, .path = path, .fd = fd,
                     .size = (size_t)size);
    return rc;
}

int pl_sys_clone(int fd, const char *path, int from)
{
    int rc;
    THROUGH_THE_DOOR(rc, -1, ioctl(fd, FICLONE, from), .kind = PL_SYS_CLONE, .path = path,
                     .fd = fd);
    return rc;
}

void *pl_sys_map(int fd, const char *path, size_t size, int protection)
{
    void *map;
    THROUGH_THE_DOOR(map, MAP_FAILED, mmap(NULL, size, protection, MAP_SHARED, fd, 0),
                     .kind = PL_SYS_MAP, .path = path, .fd = fd, .flags = protection, .size = size);
    return map;
}

int pl_sys_fsync(int fd, const char *path)
{
    int rc;
    THROUGH_THE_DOOR(rc, -1, fsync(fd), .kind = PL_SYS_FSYNC, .path = path, .fd = fd);
    return rc;
}

/* On Linux the descriptor is gone even where close fails, and close is never repeated. A hook that
 * fails it must not leak it. */
int pl_sys_close(int fd, const char *path)
{
    pl_sys_verdict verdict = PL_SYS_GO;
    bool go = !the_hook ||
              ask(&(const pl_sys_call){.kind = PL_SYS_CLOSE, .path = path, .fd = fd}, &verdict);
    int error = errno, rc = close(fd);
    if (verdict == PL_SYS_KILL_AFTER || verdict == PL_SYS_TEAR)
        die();
    if (go)
        return rc;
    errno = error;
    return -1;
}

int pl_sys_rename(const char *from, const char *to)
{
    int rc;
    THROUGH_THE_DOOR(rc, -1, rename(from, to), .kind = PL_SYS_RENAME, .path = from, .to = to,
                     .fd = -1);
    return rc;
}

int pl_sys_unlink(const char *path)
{
    int rc;
    THROUGH_THE_DOOR(rc, -1, unlink(path), .kind = PL_SYS_UNLINK, .path = path, .fd = -1);
    return rc;
}

int pl_sys_mkdir(const char *path)
{
    int rc;
    THROUGH_THE_DOOR(rc, -1, mkdir(path, 0777), .kind = PL_SYS_MKDIR, .path = path, .fd = -1);
    return rc;
}

int pl_sys_rmdir(const char *path)
{
    int rc;
    THROUGH_THE_DOOR(rc, -1, rmdir(path), .kind = PL_SYS_RMDIR, .path = path, .fd = -1);
    return rc;
}

int pl_sys_touch(const char *path, const struct timespec times[2])
{
    int rc;
    THROUGH_THE_DOOR(rc, -1, utimensat(AT_FDCWD, path, times, 0), .kind = PL_SYS_TOUCH,
                     .path = path, .fd = -1);
    return rc;
}
