/* When files become durable, declared in fs.h. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/str.h"

static char *later[4]; /* folders whose files are synced together when they are published */

void pl_fsync_later(const char *dir)
{
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (!later[i]) {
            later[i] = pl_strdup(dir);
            return;
        }
}

void pl_fsync_later_end(const char *dir)
{
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (later[i] && strcmp(later[i], dir) == 0) {
            free(later[i]);
            later[i] = NULL;
            return;
        }
}

bool pl_fsync_is_later(const char *path)
{
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (later[i] && pl_starts_with(path, later[i]) && path[strlen(later[i])] == '/')
            return true;
    return false;
}

kn_status pl_fsync_folder(const char *path, kn_error *e)
{
    char **names = NULL;
    size_t count = 0;
    KN_TRY(pl_list_dir(path, &names, &count, e));
    kn_status rc = KN_OK;
    for (int waiting = 0; waiting < 2; waiting++)
        for (size_t i = 0; i < count && rc == KN_OK; i++) {
            char *file = pl_path_join(path, names[i]);
            int fd = waiting ? -1 : open(file, O_RDONLY | O_CLOEXEC);
            if (waiting)
                rc = pl_fsync_path(file, e);
            else if (fd >= 0) {
                sync_file_range(fd, 0, 0,
                                SYNC_FILE_RANGE_WRITE); /* a hint: fsync tells of errors */
                close(fd);
            }
            free(file);
        }
    pl_free_names(names);
    return rc == KN_OK ? pl_fsync_path(path, e) : rc;
}
