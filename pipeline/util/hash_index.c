#include "util/hash_index.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

void pl_hash_index_clear(pl_hash_index *h)
{
    free(h->key);
    free(h->value);
    *h = (pl_hash_index){.key = NULL};
}

/* FNV's low bits are weak for short inputs; a multiplication carries the high ones down. */
static size_t place_of(const pl_hash_index *h, uint64_t key)
{
    size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (h->room - 1);
    while (h->value[at] >= 0 && h->key[at] != key)
        at = (at + 1) & (h->room - 1);
    return at;
}

int pl_hash_index_get(const pl_hash_index *h, uint64_t key)
{
    return h->room == 0 ? -1 : h->value[place_of(h, key)];
}

static void grow(pl_hash_index *h)
{
    pl_hash_index bigger = {.room = h->room ? 2 * h->room : FIRST_ROOM, .count = h->count};
    bigger.key = calloc(bigger.room, sizeof *bigger.key);
    bigger.value = malloc(bigger.room * sizeof *bigger.value);
    if (!bigger.key || !bigger.value)
        abort();
    for (size_t i = 0; i < bigger.room; i++)
        bigger.value[i] = -1;
    for (size_t i = 0; i < h->room; i++)
        if (h->value[i] >= 0) {
            size_t at = place_of(&bigger, h->key[i]);
            bigger.key[at] = h->key[i];
            bigger.value[at] = h->value[i];
        }
    pl_hash_index_clear(h);
    *h = bigger;
}

void pl_hash_index_put(pl_hash_index *h, uint64_t key, int value)
{
    if (2 * (h->count + 1) > h->room)
        grow(h);
    size_t at = place_of(h, key);
    h->key[at] = key;
    h->value[at] = value;
    h->count++;
}

uint64_t pl_hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ b[i]) * UINT64_C(1099511628211);
    return hash;
}

uint64_t pl_hash_text(uint64_t hash, const char *text)
{
    return pl_hash_bytes(hash, text, strlen(text) + 1);
}

uint64_t pl_hash_number(uint64_t hash, int64_t number)
{
    unsigned char bytes[8]; /* low byte first, whatever the machine */
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
    return pl_hash_bytes(hash, bytes, sizeof bytes);
}
