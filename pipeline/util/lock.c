/* Lock files, declared in fs.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/interrupt.h"
#include "util/room.h"
#include "util/sys.h"

/* flock until it is held; false where it is busy and `how` has LOCK_NB, or on an error (errno). */
static bool hold(int fd, int how)
{
    int failed = 0;
    do
        failed = flock(fd, how);
    while (failed && errno == EINTR);
    return !failed;
}

/* Whether the path still names the file that fd has open: another process may have removed it
 * between our open and our flock, and then its lock is nobody's. */
static bool is_current(int fd, const char *path)
{
    struct stat mine, there;
    return fstat(fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_dev == there.st_dev &&
           mine.st_ino == there.st_ino;
}

static kn_status take_lock(const char *path, int how, int *fd, kn_error *e)
{
    pl_room room = {0};
    *fd = -1;
    for (;;) {
        int lock;
        while ((lock = pl_sys_open(path, O_RDWR | O_CREAT)) < 0)
            KN_TRY(pl_room_again(&room, path, e, "cannot open lock file '%s'", path));
        pl_room_found(&room);
        bool held = hold(lock, how);
        int saved = errno;
        if (held && is_current(lock, path)) {
            *fd = lock;
            return KN_OK;
        }
        close(lock);
        errno = saved;
        if (!held)
            return saved == EWOULDBLOCK ? KN_OK
                                        : kn_fail_errno(e, KN_EIO, "cannot lock '%s'", path);
    }
}

kn_status pl_lock_open(const char *path, bool try_only, int *fd, kn_error *e)
{
    return take_lock(path, LOCK_EX | (try_only ? LOCK_NB : 0), fd, e);
}

kn_status pl_lock_share(const char *path, int *fd, kn_error *e)
{
    return take_lock(path, LOCK_SH, fd, e);
}

bool pl_lock_is_held(const char *path, bool shared_too)
{
    int lock = pl_sys_open(path, O_RDWR);
    if (lock < 0)
        lock = open(path, O_RDONLY | O_CLOEXEC);
    if (lock < 0)
        return false;
    bool held = !hold(lock, (shared_too ? LOCK_EX : LOCK_SH) | LOCK_NB) && errno == EWOULDBLOCK;
    close(lock);
    return held;
}

kn_status pl_lock_wait(const char *path, int *fd, kn_error *e)
{
    const struct timespec nap = {0, 20 * 1000 * 1000};
    for (;;) {
        KN_TRY(pl_lock_open(path, true, fd, e));
        if (*fd >= 0)
            return KN_OK;
        KN_TRY(pl_interrupt_check(e));
        nanosleep(&nap, NULL);
    }
}

void pl_lock_remove(const char *path, int fd)
{
    if (fd >= 0)
        pl_sys_unlink(path);
    pl_lock_close(fd);
}

void pl_lock_close(int fd)
{
    if (fd >= 0)
        close(fd);
}
