/* A growing bump allocator: many allocations, one lifetime, one clear.
 *
 *   chunk 0: [ a | b | c ......free ]   chunk 1 (made when a request does not fit): [ d | ...free ]
 *
 * Every block is 64-byte aligned and zero-filled. Blocks never move. Not thread-safe. */
#ifndef KN_BASE_ARENA_H
#define KN_BASE_ARENA_H

#include <stddef.h>

enum { KN_ALIGN = 64 };

typedef struct kn_arena_chunk kn_arena_chunk;

typedef struct kn_arena {
    kn_arena_chunk *chunks; /* newest first */
} kn_arena;

void kn_arena_init(kn_arena *a);
void kn_arena_clear(kn_arena *a); /* frees every block; the arena can be used again */

/* count * size bytes, or NULL when memory is out or the product overflows. A zero request gives a
 * valid pointer. */
void *kn_arena_alloc(kn_arena *a, size_t count, size_t size);

/* A copy of the string, or NULL. */
char *kn_arena_strdup(kn_arena *a, const char *text);

#endif
