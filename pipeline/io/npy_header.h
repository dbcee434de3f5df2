/* The header of an .npy file: magic, version 1.0, a Python dict literal, blanks to 64 bytes,
 * newline. Source: numpy/lib/format.py. */
#ifndef PL_IO_NPY_HEADER_H
#define PL_IO_NPY_HEADER_H

#include "io/npy.h"

enum { PL_NPY_HEADER = 128 }; /* what numpy writes for these types and ranks */

size_t pl_npy_item_size(pl_npy_type type);
void pl_npy_header(pl_npy_type type, int rank, const int64_t *dim, char out[PL_NPY_HEADER]);

/* Sets type, rank, dim and header_size from the first bytes of a file; versions 1.0 to 3.0. */
kn_status pl_npy_parse(const char *bytes, size_t size, pl_npy *out, kn_error *e);

#endif
