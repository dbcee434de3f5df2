/* A log's stream, declared in fs.h: stdio over util/sys.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/fs.h"
#include "util/room.h"
#include "util/str.h"
#include "util/sys.h"

typedef struct log_file {
    int fd;
    char *path;
} log_file;

static ssize_t put(void *cookie, const char *bytes, size_t size)
{
    const log_file *f = cookie;
    pl_room room = {0};
    size_t done = 0;
    while (done < size) {
        ssize_t n = pl_sys_write(f->fd, f->path, bytes + done, size - done);
        if (n >= 0)
            done += (size_t)n;
        else if (pl_room_again(&room, f->path, NULL, "cannot write '%s'", f->path) != KN_OK)
            return 0; /* stdio's sign of a failure */
    }
    pl_room_found(&room);
    return (ssize_t)size;
}

static int end(void *cookie)
{
    log_file *f = cookie;
    int rc = pl_sys_close(f->fd, f->path);
    free(f->path);
    free(f);
    return rc;
}

FILE *pl_log_open(const char *path)
{
    log_file *f = malloc(sizeof *f);
    if (!f)
        abort();
    pl_room room = {0};
    *f = (log_file){.path = pl_strdup(path)};
    do
        f->fd = pl_sys_open(path, O_WRONLY | O_CREAT | O_APPEND);
    while (f->fd < 0 && pl_room_again(&room, path, NULL, "cannot write '%s'", path) == KN_OK);
    int error = errno;
    pl_room_found(&room);
    FILE *stream = NULL;
    if (f->fd >= 0)
        stream = fopencookie(f, "a", (cookie_io_functions_t){.write = put, .close = end});
    if (stream) {
        setvbuf(stream, NULL, _IOLBF, BUFSIZ);
        return stream;
    }
    if (f->fd >= 0)
        pl_sys_close(f->fd, f->path);
    free(f->path);
    free(f);
    errno = error;
    return NULL;
}
