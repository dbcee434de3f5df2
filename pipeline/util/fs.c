#define _GNU_SOURCE
#include "util/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/room.h"
#include "util/str.h"
#include "util/sys.h"

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

/* A file in the writing, under a temporary name beside its place. */
typedef struct draft {
    const char *to;
    char *name; /* heap */
    int fd;     /* -1: not open */
    pl_room room;
} draft;

/* A new file of a temporary name, mode 0666 less the umask. */
static int open_fresh(draft *d)
{
    for (unsigned n = 0; n < 1000; n++) {
        free(d->name);
        d->name = pl_temporary_name(d->to, n);
        int fd = pl_sys_open(d->name, O_WRONLY | O_CREAT | O_EXCL);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    errno = EEXIST;
    return -1;
}

static kn_status draft_open(draft *d, kn_error *e)
{
    while ((d->fd = open_fresh(d)) < 0)
        KN_TRY(pl_room_again(&d->room, d->to, e, "cannot write '%s'", d->to));
    return KN_OK;
}

/* Goes on behind the bytes a full disk has already taken. */
static kn_status draft_write(draft *d, const char *bytes, size_t size, kn_error *e)
{
    while (size > 0) {
        ssize_t n = pl_sys_write(d->fd, d->name, bytes, size);
        if (n < 0) {
            KN_TRY(pl_room_again(&d->room, d->to, e, "cannot write '%s'", d->to));
            continue;
        }
        bytes += n;
        size -= (size_t)n;
    }
    return KN_OK;
}

static void draft_drop(draft *d)
{
    if (d->fd >= 0)
        pl_sys_close(d->fd, d->name);
    if (d->fd >= 0 || d->name)
        pl_sys_unlink(d->name);
    d->fd = -1;
    free(d->name);
    d->name = NULL;
}

/* fsync and close. A full disk may show only here (delayed allocation, NFS, quotas), and then the
 * bytes are lost: *again asks the caller to write them once more. */
static kn_status draft_sync(draft *d, bool *again, kn_error *e)
{
    int failed = pl_fsync_is_later(d->to) ? 0 : pl_sys_fsync(d->fd, d->name), error = errno;
    if (pl_sys_close(d->fd, d->name) != 0 && !failed) {
        failed = -1;
        error = errno;
    }
    d->fd = -1;
    if (!failed)
        return KN_OK;
    pl_sys_unlink(d->name);
    free(d->name);
    d->name = NULL;
    errno = error;
    KN_TRY(pl_room_again(&d->room, d->to, e, "cannot write '%s'", d->to));
    *again = true;
    return KN_OK;
}

/* Gives the file its name, for good. */
static kn_status draft_publish(draft *d, kn_error *e)
{
    while (pl_sys_rename(d->name, d->to) != 0)
        KN_TRY(pl_room_again(&d->room, d->to, e, "cannot write '%s'", d->to));
    free(d->name);
    d->name = NULL;
    pl_room_found(&d->room);
    if (pl_fsync_is_later(d->to))
        return KN_OK;
    char *dir = pl_path_dir(d->to);
    kn_status rc = pl_fsync_path(dir, e);
    free(dir);
    return rc;
}

/* Writes `to` whole by `fill`, which may be called again; nothing is left behind on failure. */
static kn_status write_whole(const char *to,
                             kn_status (*fill)(draft *d, const void *from, kn_error *e),
                             const void *from, kn_error *e)
{
    draft d = {.to = to, .fd = -1};
    bool again;
    kn_status rc;
    do {
        again = false;
        rc = draft_open(&d, e);
        if (rc == KN_OK)
            rc = fill(&d, from, e);
        if (rc == KN_OK)
            rc = draft_sync(&d, &again, e);
    } while (again && rc == KN_OK);
    if (rc == KN_OK)
        rc = draft_publish(&d, e);
    draft_drop(&d);
    return rc;
}

typedef struct text {
    const char *bytes;
    size_t size;
} text;

static kn_status fill_with_text(draft *d, const void *from, kn_error *e)
{
    const text *t = from;
    return draft_write(d, t->bytes, t->size, e);
}

kn_status pl_write_file(const char *path, const void *bytes, size_t size, kn_error *e)
{
    return write_whole(path, fill_with_text, &(const text){bytes, size}, e);
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

typedef struct source {
    const char *path;
    int fd;
} source;

static kn_status fill_with_copy(draft *d, const void *from, kn_error *e)
{
    const source *s = from;
    if (pl_sys_clone(d->fd, d->name, s->fd) == 0)
        return KN_OK;
    char *block = malloc(COPY_BLOCK);
    if (!block)
        abort();
    kn_status rc = KN_OK;
    off_t at = 0;
    for (ssize_t n = 1; rc == KN_OK && n != 0;) {
        n = pread(s->fd, block, COPY_BLOCK, at);
        if (n < 0 && errno == EINTR)
            continue;
        rc = n < 0 ? kn_fail_errno(e, KN_EIO, "cannot read '%s'", s->path)
                   : draft_write(d, block, (size_t)n, e);
        at += n;
    }
    free(block);
    return rc;
}

kn_status pl_copy_file(const char *from, const char *to, kn_error *e)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return kn_fail_errno(e, KN_EIO, "cannot open '%s'", from);
    kn_status rc = write_whole(to, fill_with_copy, &(const source){from, in}, e);
    close(in);
    return rc;
}

kn_status pl_write_note(const char *path, const void *bytes, size_t size, kn_error *e)
{
    draft d = {.to = path, .fd = -1};
    kn_status rc = KN_OK;
    d.fd = open_fresh(&d);
    if (d.fd < 0 || pl_sys_write(d.fd, d.name, bytes, size) != (ssize_t)size)
        rc = kn_fail_errno(e, KN_EIO, "cannot write '%s'", path);
    if (d.fd >= 0 && pl_sys_close(d.fd, d.name) != 0 && rc == KN_OK)
        rc = kn_fail_errno(e, KN_EIO, "cannot write '%s'", path);
    if (rc == KN_OK && pl_sys_rename(d.name, path) != 0)
        rc = kn_fail_errno(e, KN_EIO, "cannot write '%s'", path);
    if (rc != KN_OK)
        pl_sys_unlink(d.name);
    free(d.name);
    return rc;
}

static bool is_folder(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

kn_status pl_fsync_path(const char *path, kn_error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return kn_fail_errno(e, KN_EIO, "cannot open '%s'", path);
    pl_room room = {0};
    kn_status rc = KN_OK;
    bool folder = is_folder(fd);
    /* EINVAL and EROFS: nothing there can be written, so nothing can be lost. A file whose fsync failed
     * has lost bytes, and a second fsync would not tell: only a folder's is repeated. */
    while (rc == KN_OK && pl_sys_fsync(fd, path) != 0 && errno != EINVAL && errno != EROFS)
        rc = folder ? pl_room_again(&room, path, e, "cannot write '%s' to disk", path)
                    : kn_fail_errno(e, KN_EIO, "cannot write '%s' to disk", path);
    if (rc == KN_OK)
        pl_room_found(&room);
    close(fd);
    return rc;
}

kn_status pl_rename(const char *from, const char *to, kn_error *e)
{
    pl_room room = {0};
    while (pl_sys_rename(from, to) != 0)
        KN_TRY(pl_room_again(&room, to, e, "cannot rename '%s' to '%s'", from, to));
    pl_room_found(&room);
    return KN_OK;
}
