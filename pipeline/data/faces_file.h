/* A file of the embedded data set while it is being made: it grows under a temporary name beside
 * its place, so that all files of the set can appear together when all are complete. */
#ifndef PL_DATA_FACES_FILE_H
#define PL_DATA_FACES_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "util/str.h"

typedef struct pl_faces_file {
    char *path, *temporary;
    bool open; /* fd is */
    int fd;
    pl_str buffer; /* bytes not written yet */
} pl_faces_file;

/* Failures are KN_EIO, "cannot write 'PATH': reason" with the final path. */
kn_status pl_faces_file_open(pl_faces_file *f, const char *dir, const char *name, kn_error *e);
kn_status pl_faces_file_add(pl_faces_file *f, const void *bytes, size_t size, kn_error *e);
kn_status pl_faces_file_close(pl_faces_file *f, kn_error *e); /* all bytes on disk */
kn_status pl_faces_file_publish(pl_faces_file *f,
                                kn_error *e); /* after close: takes its final name */

/* Frees; removes the temporary file where it was not published. A zeroed struct is allowed. */
void pl_faces_file_clear(pl_faces_file *f);

#endif
