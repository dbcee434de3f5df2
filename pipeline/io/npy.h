/* NumPy .npy files, version 1.0, C order, little-endian: u1, u4, i1, f4, f8. Written through a
 * mapping, read through a mapping: a data set larger than memory is fine. */
#ifndef PL_IO_NPY_H
#define PL_IO_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum pl_npy_type { PL_NPY_U1, PL_NPY_I1, PL_NPY_U4, PL_NPY_F4, PL_NPY_F8 } pl_npy_type;

enum { PL_NPY_MAX_RANK = 4 };

typedef struct pl_npy {
    pl_npy_type type;
    int rank;
    int64_t dim[PL_NPY_MAX_RANK];
    void *data;       /* into the mapping */
    size_t data_size; /* bytes */
    /* private */
    char *path; /* heap; of a writer */
    void *map;
    size_t map_size, header_size;
    int fd;
    bool writing;
} pl_npy;

/* Creates (truncates) a file of this shape and maps it; data is zero. The disk space is reserved
 * first, so that a full disk is met here (and waited out where util/room.h says so), not as a crash
 * later. pl_npy_finish may shorten the first dimension. */
kn_status pl_npy_create(const char *path, pl_npy_type type, int rank, const int64_t *dim,
                        pl_npy *out, kn_error *e);

/* Starts writing back and drops from memory the pages below byte `upto` of data: keeps resident
 * memory bounded. */
void pl_npy_flush(pl_npy *a, size_t upto);

/* Sets the first dimension to rows (<= the created one), rewrites the header, truncates, fsyncs and
 * closes. */
kn_status pl_npy_finish(pl_npy *a, int64_t rows, kn_error *e);

/* Maps an existing file read-only. Fails with a sentence when it is not an .npy of these types, or
 * cut. */
kn_status pl_npy_open(const char *path, pl_npy *out, kn_error *e);
void pl_npy_close(pl_npy *a); /* either kind; a writer not finished leaves its file behind for the
                                 caller to remove */

/* A small array in one go (atomic). */
kn_status pl_npy_write(const char *path, pl_npy_type type, int rank, const int64_t *dim,
                       const void *data, kn_error *e);

#endif
