/* safetensors files (Hugging Face's format): u64 header size, JSON header, data. F32 and F64 and U8
 * tensors; metadata of string to string. Canonical: tensors in the given order, metadata keys
 * sorted, header padded with blanks to 8 bytes: the same content is the same bytes. */
#ifndef PL_IO_SAFETENSORS_H
#define PL_IO_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/status.h"

typedef enum pl_st_type { PL_ST_F32, PL_ST_F64, PL_ST_U8, PL_ST_I64 } pl_st_type;

typedef struct pl_st_tensor {
    char name[96];
    pl_st_type type;
    int rank;
    int64_t dim[4];
    const void *data; /* borrowed */
} pl_st_tensor;

/* Bytes of a tensor's data; SIZE_MAX when the shape is negative or does not fit. */
size_t pl_st_bytes(const pl_st_tensor *t);

/* Atomic write. metadata: an object of strings, or NULL. */
kn_status pl_safetensors_write(const char *path, const pl_st_tensor *tensors, size_t count,
                               const json_t *metadata, kn_error *e);

typedef struct pl_safetensors {
    pl_st_tensor *tensor; /* data points into bytes */
    size_t count;
    json_t *metadata; /* object, never NULL */
    char *bytes;
} pl_safetensors;

/* Reads and checks the whole file: header in range, offsets in range and not overlapping, sizes fit
 * shapes. */
kn_status pl_safetensors_read(const char *path, pl_safetensors *out, kn_error *e);
void pl_safetensors_clear(pl_safetensors *s);
const pl_st_tensor *pl_safetensors_find(const pl_safetensors *s,
                                        const char *name); /* NULL: not there */

#endif
