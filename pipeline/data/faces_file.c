#include "data/faces_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/room.h"
#include "util/sys.h"

enum { BUFFER_BYTES = 1 << 18 };

static kn_status cannot_write(const pl_faces_file *f, kn_error *e)
{
    return kn_fail_errno(e, KN_EIO, "cannot write '%s'", f->path);
}

kn_status pl_faces_file_open(pl_faces_file *f, const char *dir, const char *name, kn_error *e)
{
    *f = (pl_faces_file){.path = pl_path_join(dir, name), .fd = -1};
    char *temporary = pl_format("%s.tmp%ld", f->path, (long)getpid());
    f->fd = pl_sys_open(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    if (f->fd < 0) {
        kn_status rc = cannot_write(f, e);
        free(temporary);
        return rc;
    }
    f->temporary = temporary;
    f->open = true;
    pl_str_init(&f->buffer);
    return KN_OK;
}

static kn_status flush(pl_faces_file *f, kn_error *e)
{
    pl_room room = {0};
    for (size_t at = 0; at < f->buffer.size;) {
        ssize_t n = pl_sys_write(f->fd, f->temporary, f->buffer.text + at, f->buffer.size - at);
        if (n < 0)
            KN_TRY(pl_room_again(&room, f->path, e, "cannot write '%s'", f->path));
        else
            at += (size_t)n;
    }
    pl_room_found(&room);
    pl_str_reset(&f->buffer);
    return KN_OK;
}

kn_status pl_faces_file_add(pl_faces_file *f, const void *bytes, size_t size, kn_error *e)
{
    pl_str_add_bytes(&f->buffer, bytes, size);
    return f->buffer.size < BUFFER_BYTES ? KN_OK : flush(f, e);
}

kn_status pl_faces_file_close(pl_faces_file *f, kn_error *e)
{
    kn_status rc = flush(f, e);
    if (rc == KN_OK && pl_sys_fsync(f->fd, f->temporary) != 0)
        rc = cannot_write(f, e);
    f->open = false;
    if (pl_sys_close(f->fd, f->temporary) != 0 && rc == KN_OK)
        rc = cannot_write(f, e);
    return rc;
}

kn_status pl_faces_file_publish(pl_faces_file *f, kn_error *e)
{
    if (pl_sys_rename(f->temporary, f->path) != 0)
        return cannot_write(f, e);
    free(f->temporary);
    f->temporary = NULL;
    return KN_OK;
}

void pl_faces_file_clear(pl_faces_file *f)
{
    if (f->open)
        pl_sys_close(f->fd, f->temporary);
    if (f->temporary)
        pl_sys_unlink(f->temporary);
    pl_str_clear(&f->buffer);
    free(f->temporary);
    free(f->path);
    *f = (pl_faces_file){0};
}
