#define _GNU_SOURCE
#include "io/npy.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/size.h"
#include "io/npy_header.h"
#include "util/fs.h"
#include "util/room.h"
#include "util/str.h"
#include "util/sys.h"

enum { FLUSH_UNIT = 1 << 20 };

static kn_status check_shape(const char *path, pl_npy_type type, int rank, const int64_t *dim,
                             size_t *bytes, kn_error *e)
{
    size_t n = pl_npy_item_size(type);
    bool empty = false;
    if (rank < 1 || rank > PL_NPY_MAX_RANK)
        return kn_fail(e, KN_EINTERNAL, "'%s': rank %d is not in 1..%d", path, rank,
                       PL_NPY_MAX_RANK);
    for (int i = 0; i < rank; i++) {
        empty = empty || dim[i] == 0;
        if (dim[i] < 0 || !kn_size_mul(n, dim[i] ? (size_t)dim[i] : 1, &n) ||
            n > (size_t)PTRDIFF_MAX / 2)
            return kn_fail(e, KN_EFORMAT, "'%s': dimension %d (%lld) does not fit", path, i,
                           (long long)dim[i]);
    }
    *bytes = empty ? 0 : n;
    return KN_OK;
}

/* The file, the room on its disk, and its mapping. */
static kn_status open_reserved(const char *path, pl_npy *out, kn_error *e)
{
    pl_room room = {0};
    while ((out->fd = pl_sys_open(path, O_RDWR | O_CREAT | O_TRUNC)) < 0)
        KN_TRY(pl_room_again(&room, path, e, "cannot create '%s'", path));
    out->path = pl_strdup(path);
    while (pl_sys_reserve(out->fd, path, (off_t)out->map_size) != 0)
        KN_TRY(pl_room_again(&room, path, e, "cannot reserve %zu bytes for '%s'", out->map_size,
                             path));
    pl_room_found(&room);
    void *map = pl_sys_map(out->fd, path, out->map_size, PROT_READ | PROT_WRITE);
    if (map == MAP_FAILED)
        return kn_fail_errno(e, KN_EIO, "cannot map '%s'", path);
    out->map = map;
    return KN_OK;
}

kn_status pl_npy_create(const char *path, pl_npy_type type, int rank, const int64_t *dim,
                        pl_npy *out, kn_error *e)
{
    size_t bytes = 0;
    *out = (pl_npy){.fd = -1, .type = type, .rank = rank, .writing = true};
    KN_TRY(check_shape(path, type, rank, dim, &bytes, e));
    memcpy(out->dim, dim, (size_t)rank * sizeof *dim);
    char header[PL_NPY_HEADER];
    out->header_size = PL_NPY_HEADER;
    out->data_size = bytes;
    out->map_size = PL_NPY_HEADER + bytes;
    pl_npy_header(type, rank, dim, header);
    kn_status rc = open_reserved(path, out, e);
    if (rc == KN_OK) {
        out->data = (char *)out->map + out->header_size;
        memcpy(out->map, header, sizeof header);
    } else if (out->fd >= 0) {
        pl_npy_close(out);
        pl_sys_unlink(path);
    }
    return rc;
}

void pl_npy_flush(pl_npy *a, size_t upto)
{
    if (!a->map || upto > a->data_size)
        return;
    size_t size = (a->header_size + upto) / FLUSH_UNIT * FLUSH_UNIT;
    if (size == 0)
        return;
    if (a->writing)
        sync_file_range(a->fd, 0, (off_t)size, SYNC_FILE_RANGE_WRITE);
    madvise(a->map, size, MADV_DONTNEED);
}

kn_status pl_npy_finish(pl_npy *a, int64_t rows, kn_error *e)
{
    kn_status rc = KN_OK;
    char header[PL_NPY_HEADER];
    if (!a->writing || !a->map || rows < 0 || rows > a->dim[0]) {
        rc = kn_fail(e, KN_EINTERNAL, "an array of %lld rows cannot end with %lld rows",
                     (long long)a->dim[0], (long long)rows);
        pl_npy_close(a);
        return rc;
    }
    size_t row = a->dim[0] > 0 ? a->data_size / (size_t)a->dim[0] : 0;
    a->dim[0] = rows;
    pl_npy_header(a->type, a->rank, a->dim, header);
    memcpy(a->map, header, sizeof header);
    munmap(a->map, a->map_size);
    a->map = NULL;
    if (pl_sys_truncate(a->fd, a->path, (off_t)(a->header_size + row * (size_t)rows)) != 0 ||
        pl_sys_fsync(a->fd, a->path) != 0)
        rc = kn_fail_errno(e, KN_EIO, "cannot write '%s' to disk", a->path);
    pl_npy_close(a);
    return rc;
}

static kn_status map_existing(const char *path, pl_npy *out, kn_error *e)
{
    struct stat st;
    if (fstat(out->fd, &st) != 0)
        return kn_fail_errno(e, KN_EIO, "cannot read '%s'", path);
    if (!S_ISREG(st.st_mode))
        return kn_fail(e, KN_EIO, "'%s' is not a regular file", path);
    if (st.st_size < 10)
        return kn_fail(e, KN_EFORMAT, "'%s': %lld bytes are too few for an .npy file", path,
                       (long long)st.st_size);
    out->map_size = (size_t)st.st_size;
    void *map = pl_sys_map(out->fd, path, out->map_size, PROT_READ);
    if (map == MAP_FAILED)
        return kn_fail_errno(e, KN_EIO, "cannot map '%s'", path);
    out->map = map;
    size_t bytes = 0;
    if (pl_npy_parse(map, out->map_size, out, e) != KN_OK)
        return kn_prepend(e, "'%s': ", path);
    KN_TRY(check_shape(path, out->type, out->rank, out->dim, &bytes, e));
    if (out->map_size - out->header_size != bytes)
        return kn_fail(e, KN_EFORMAT, "'%s': %zu bytes of data where its shape needs %zu", path,
                       out->map_size - out->header_size, bytes);
    out->data = (char *)map + out->header_size;
    out->data_size = bytes;
    return KN_OK;
}

kn_status pl_npy_open(const char *path, pl_npy *out, kn_error *e)
{
    *out = (pl_npy){.fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (out->fd < 0)
        return kn_fail_errno(e, KN_EIO, "cannot open '%s'", path);
    kn_status rc = map_existing(path, out, e);
    if (rc != KN_OK)
        pl_npy_close(out);
    return rc;
}

void pl_npy_close(pl_npy *a)
{
    if (a->map)
        munmap(a->map, a->map_size);
    if (a->fd >= 0 && a->path)
        pl_sys_close(a->fd, a->path); /* its bytes are synced, or the file is no use */
    else if (a->fd >= 0)
        close(a->fd);
    free(a->path);
    *a = (pl_npy){.fd = -1};
}

kn_status pl_npy_write(const char *path, pl_npy_type type, int rank, const int64_t *dim,
                       const void *data, kn_error *e)
{
    size_t bytes = 0;
    KN_TRY(check_shape(path, type, rank, dim, &bytes, e));
    char *file = malloc(PL_NPY_HEADER + bytes);
    if (!file)
        return kn_fail(e, KN_ENOMEM, "out of memory while writing '%s'", path);
    pl_npy_header(type, rank, dim, file);
    if (bytes > 0)
        memcpy(file + PL_NPY_HEADER, data, bytes);
    kn_status rc = pl_write_file(path, file, PL_NPY_HEADER + bytes, e);
    free(file);
    return rc;
}
