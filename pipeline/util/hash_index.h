/* A hash table from 64-bit keys to small whole numbers (places in an array), and the hash that makes
 * such keys of bytes. Open addressing, grown at half full; out of memory ends the program through
 * abort, as in util/str.h. */
#ifndef PL_UTIL_HASH_INDEX_H
#define PL_UTIL_HASH_INDEX_H

#include <stddef.h>
#include <stdint.h>

typedef struct pl_hash_index {
    uint64_t *key;
    int *value; /* -1: a free place */
    size_t room, count;
} pl_hash_index; /* starts as zeros */

void pl_hash_index_clear(pl_hash_index *h);

/* The key's value, -1 where it has none. */
int pl_hash_index_get(const pl_hash_index *h, uint64_t key);

/* Adds a key that is not there; value >= 0. */
void pl_hash_index_put(pl_hash_index *h, uint64_t key, int value);

/* FNV-1a over the bytes, going on from an earlier hash (PL_HASH_START for the first). The same on
 * every machine. */
#define PL_HASH_START UINT64_C(14695981039346656037)
uint64_t pl_hash_bytes(uint64_t hash, const void *bytes, size_t size);
uint64_t pl_hash_text(uint64_t hash, const char *text); /* with its NUL: "a","bc" is not "ab","c" */
uint64_t pl_hash_number(uint64_t hash, int64_t number);

#endif
