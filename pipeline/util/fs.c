#define _GNU_SOURCE
#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/fs.h>

#include "util/str.h"

enum { COPY_BLOCK = 1 << 18 };

bool pl_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool pl_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static kn_status read_all(int fd, const char *path, size_t max_bytes, char **text, size_t *size,
                          kn_error *e)
{
    size_t used = 0, room = 4096;
    struct stat st;
    if (fstat(fd, &st) == 0 && st.st_size > 0 && (uintmax_t)st.st_size <= max_bytes)
        room = (size_t)st.st_size + 2;
    char *buffer = malloc(room);
    while (buffer) {
        ssize_t n = read(fd, buffer + used, room - used - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            free(buffer);
            return kn_fail_errno(e, KN_EIO, "cannot read '%s'", path);
        }
        used += (size_t)n;
        if (used > max_bytes) {
            free(buffer);
            return kn_fail(e, KN_EFORMAT, "'%s' is larger than %zu bytes", path, max_bytes);
        }
        if (n == 0) {
            buffer[used] = '\0';
            *text = buffer;
            *size = used;
            return KN_OK;
        }
        if (room - used < 2) {
            room *= 2;
            char *more = realloc(buffer, room);
            if (!more)
                free(buffer);
            buffer = more;
        }
    }
    return kn_fail(e, KN_ENOMEM, "out of memory while reading '%s'", path);
}

kn_status pl_read_file(const char *path, size_t max_bytes, char **text, size_t *size, kn_error *e)
{
    *text = NULL;
    *size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return kn_fail_errno(e, KN_EIO, "cannot open '%s'", path);
    kn_status rc = KN_OK;
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        rc = kn_fail(e, KN_EIO, "'%s' is a folder, not a file", path);
    else
        rc = read_all(fd, path, max_bytes, text, size, e);
    close(fd);
    return rc;
}

/* A new file "<to>.tmpPID.N" (pl_remove_leftovers knows the form) beside `to`, mode 0666 less the umask. */
static int open_temporary(const char *to, char **name)
{
    for (unsigned n = 0; n < 1000; n++) {
        *name = pl_format("%s.tmp%ld.%u", to, (long)getpid(), n);
        int fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
        free(*name);
    }
    *name = pl_strdup(to);
    errno = EEXIST;
    return -1;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* Ends an atomic write: fsync, close, rename, fsync of the folder; or removes the temporary file.
 */
static kn_status finish_temporary(int fd, const char *temporary, const char *to, bool good,
                                  kn_error *e)
{
    int saved = errno;
    if (good && fsync(fd) != 0) {
        good = false;
        saved = errno;
    }
    if (close(fd) != 0 && good) {
        good = false;
        saved = errno;
    }
    if (good && rename(temporary, to) != 0) {
        good = false;
        saved = errno;
    }
    if (!good) {
        unlink(temporary);
        errno = saved;
        return kn_fail_errno(e, KN_EIO, "cannot write '%s'", to);
    }
    char *dir = pl_path_dir(to);
    kn_status rc = pl_fsync_path(dir, e);
    free(dir);
    return rc;
}

kn_status pl_write_file(const char *path, const void *bytes, size_t size, kn_error *e)
{
    char *temporary = NULL;
    int fd = open_temporary(path, &temporary);
    kn_status rc = KN_OK;
    if (fd < 0)
        rc = kn_fail_errno(e, KN_EIO, "cannot write '%s'", path);
    else
        rc = finish_temporary(fd, temporary, path, write_all(fd, bytes, size), e);
    free(temporary);
    return rc;
}

kn_status pl_write_file_if_changed(const char *path, const void *bytes, size_t size, kn_error *e)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (uintmax_t)st.st_size == size) {
        char *have = NULL;
        size_t have_size = 0;
        kn_error dropped;
        if (pl_read_file(path, size, &have, &have_size, &dropped) == KN_OK) {
            bool same = have_size == size && (size == 0 || memcmp(have, bytes, size) == 0);
            free(have);
            if (same)
                return KN_OK;
        }
    }
    return pl_write_file(path, bytes, size, e);
}

/* 1: copied; 0: the source cannot be read; -1: the target cannot be written. errno says why. */
static int copy_bytes(int in, int out)
{
    if (ioctl(out, FICLONE, in) == 0)
        return 1;
    char *block = malloc(COPY_BLOCK);
    if (!block)
        abort();
    int result = 1;
    for (;;) {
        ssize_t n = read(in, block, COPY_BLOCK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            result = 0;
        else if (n > 0 && !write_all(out, block, (size_t)n))
            result = -1;
        if (n <= 0 || result < 1)
            break;
    }
    int saved = errno;
    free(block);
    errno = saved;
    return result;
}

kn_status pl_copy_file(const char *from, const char *to, kn_error *e)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return kn_fail_errno(e, KN_EIO, "cannot open '%s'", from);
    char *temporary = NULL;
    kn_status rc = KN_OK;
    int out = open_temporary(to, &temporary);
    if (out < 0) {
        rc = kn_fail_errno(e, KN_EIO, "cannot write '%s'", to);
    } else {
        int copied = copy_bytes(in, out);
        int saved = errno;
        if (copied == 0)
            rc = kn_fail_errno(e, KN_EIO, "cannot read '%s'", from);
        errno = saved;
        kn_status ended = finish_temporary(out, temporary, to, copied == 1, rc == KN_OK ? e : NULL);
        rc = rc == KN_OK ? ended : rc;
    }
    free(temporary);
    close(in);
    return rc;
}

kn_status pl_fsync_path(const char *path, kn_error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return kn_fail_errno(e, KN_EIO, "cannot open '%s'", path);
    kn_status rc = KN_OK;
    if (fsync(fd) != 0 && errno != EINVAL && errno != EROFS)
        rc = kn_fail_errno(e, KN_EIO, "cannot write '%s' to disk", path);
    close(fd);
    return rc;
}

kn_status pl_rename(const char *from, const char *to, kn_error *e)
{
    if (rename(from, to) != 0)
        return kn_fail_errno(e, KN_EIO, "cannot rename '%s' to '%s'", from, to);
    return KN_OK;
}
