/* Names of table rows and their lookup by a hash: rows are numbered as added. */
#ifndef PL_DATA_NAME_INDEX_H
#define PL_DATA_NAME_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

typedef struct pl_names {
    pl_str text;      /* NUL-separated */
    uint32_t *offset; /* [count] into text */
    uint32_t *slot;   /* [slots] row + 1, or 0 */
    size_t count, room, slots;
} pl_names;

void pl_names_init(pl_names *n);
void pl_names_clear(pl_names *n);

/* Adds a row; returns the row that already has this name, or -1 when it was new. Aborts when memory
 * is out. */
ptrdiff_t pl_names_add(pl_names *n, const char *name);

/* The row of this name, or -1. */
ptrdiff_t pl_names_find(const pl_names *n, const char *name);

static inline const char *pl_names_get(const pl_names *n, size_t row)
{
    return n->text.text + n->offset[row];
}

#endif
