#include "data/faces_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/str.h"

static kn_status cannot_write(const pl_faces_file *f, kn_error *e)
{
    return kn_fail_errno(e, KN_EIO, "cannot write '%s'", f->path);
}

kn_status pl_faces_file_open(pl_faces_file *f, const char *dir, const char *name, kn_error *e)
{
    *f = (pl_faces_file){.path = pl_path_join(dir, name)};
    char *temporary = pl_format("%s.tmp%ld", f->path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        kn_status rc = cannot_write(f, e);
        free(temporary);
        return rc;
    }
    f->temporary = temporary;
    f->out = fdopen(fd, "wb");
    if (f->out)
        return KN_OK;
    close(fd);
    return kn_fail(e, KN_ENOMEM, "no memory to write '%s'", f->path);
}

kn_status pl_faces_file_add(pl_faces_file *f, const void *bytes, size_t size, kn_error *e)
{
    return fwrite(bytes, 1, size, f->out) == size ? KN_OK : cannot_write(f, e);
}

kn_status pl_faces_file_close(pl_faces_file *f, kn_error *e)
{
    kn_status rc = KN_OK;
    if (fflush(f->out) != 0 || fsync(fileno(f->out)) != 0)
        rc = cannot_write(f, e);
    if (fclose(f->out) != 0 && rc == KN_OK)
        rc = cannot_write(f, e);
    f->out = NULL;
    return rc;
}

kn_status pl_faces_file_publish(pl_faces_file *f, kn_error *e)
{
    if (rename(f->temporary, f->path) != 0)
        return cannot_write(f, e);
    free(f->temporary);
    f->temporary = NULL;
    return KN_OK;
}

void pl_faces_file_clear(pl_faces_file *f)
{
    if (f->out)
        fclose(f->out);
    if (f->temporary)
        unlink(f->temporary);
    free(f->temporary);
    free(f->path);
    *f = (pl_faces_file){0};
}
