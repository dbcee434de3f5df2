/* Texts by their digest: the index of the first text that was equal. */
#ifndef PL_SPEC_DIGEST_TABLE_H
#define PL_SPEC_DIGEST_TABLE_H

#include <stdbool.h>

#include "base/arena.h"
#include "util/digest.h"

typedef struct pl_digest_table {
    kn_arena *arena;
    pl_digest *digest; /* open addressing, a power of two, at most half full */
    int *index;        /* -1: free */
    int room, count;
} pl_digest_table;

void pl_digest_table_init(pl_digest_table *t, kn_arena *arena);

/* The number of the text in order of first appearance, counted from 0; *is_new (may be NULL) tells
 * whether it appeared now. */
int pl_digest_table_add(pl_digest_table *t, const char *text, bool *is_new);

#endif
