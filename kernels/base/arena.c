#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"

enum { CHUNK_BYTES = 64 * 1024 };

struct kn_arena_chunk {
    kn_arena_chunk *next;
    unsigned char *base;
    size_t used, size;
};

void kn_arena_init(kn_arena *a)
{
    a->chunks = NULL;
}

void kn_arena_clear(kn_arena *a)
{
    kn_arena_chunk *c = a->chunks;
    while (c) {
        kn_arena_chunk *next = c->next;
        free(c->base);
        free(c);
        c = next;
    }
    kn_arena_init(a);
}

static kn_arena_chunk *chunk_new(size_t bytes)
{
    kn_arena_chunk *c = malloc(sizeof *c);
    if (!c)
        return NULL;
    c->base = aligned_alloc(KN_ALIGN, bytes);
    if (!c->base) {
        free(c);
        return NULL;
    }
    memset(c->base, 0, bytes);
    c->used = 0;
    c->size = bytes;
    return c;
}

void *kn_arena_alloc(kn_arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (!kn_size_mul(count, size, &bytes) || bytes > SIZE_MAX - 2 * KN_ALIGN)
        return NULL;
    bytes = kn_size_round_up(bytes ? bytes : 1, KN_ALIGN);
    kn_arena_chunk *c = a->chunks;
    if (!c || c->size - c->used < bytes) {
        c = chunk_new(bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES);
        if (!c)
            return NULL;
        c->next = a->chunks;
        a->chunks = c;
    }
    void *block = c->base + c->used;
    c->used += bytes;
    return block;
}

char *kn_arena_strdup(kn_arena *a, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = kn_arena_alloc(a, bytes, 1);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}
