#include "data/name_index.h"

#include <stdlib.h>
#include <string.h>

static const size_t FIRST_SLOTS = 1024;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* FNV-1a. */
static size_t hash(const char *name)
{
    uint64_t h = 14695981039346656037U;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 1099511628211U;
    return (size_t)(h ^ h >> 32);
}

void pl_names_init(pl_names *n)
{
    *n = (pl_names){.slots = FIRST_SLOTS};
    pl_str_init(&n->text);
    n->slot = must(calloc(n->slots, sizeof *n->slot));
}

void pl_names_clear(pl_names *n)
{
    pl_str_clear(&n->text);
    free(n->offset);
    free(n->slot);
    *n = (pl_names){0};
}

/* The slot of this name, or the empty one where it belongs. */
static size_t place_of(const pl_names *n, const char *name)
{
    size_t at = hash(name) & (n->slots - 1);
    while (n->slot[at] != 0 && strcmp(pl_names_get(n, n->slot[at] - 1), name) != 0)
        at = (at + 1) & (n->slots - 1);
    return at;
}

static void widen(pl_names *n)
{
    n->slots *= 2;
    free(n->slot);
    n->slot = must(calloc(n->slots, sizeof *n->slot));
    for (size_t row = 0; row < n->count; row++)
        n->slot[place_of(n, pl_names_get(n, row))] = (uint32_t)row + 1;
}

ptrdiff_t pl_names_add(pl_names *n, const char *name)
{
    size_t at = place_of(n, name);
    if (n->slot[at] != 0)
        return (ptrdiff_t)n->slot[at] - 1;
    if (n->text.size > UINT32_MAX / 2 || n->count >= UINT32_MAX / 4)
        abort();
    if (n->count == n->room) {
        n->room = n->room ? n->room * 2 : 1024;
        n->offset = must(realloc(n->offset, n->room * sizeof *n->offset));
    }
    n->offset[n->count++] = (uint32_t)n->text.size;
    pl_str_add_bytes(&n->text, name, strlen(name) + 1);
    n->slot[at] = (uint32_t)n->count;
    if (n->count * 2 > n->slots)
        widen(n);
    return -1;
}

ptrdiff_t pl_names_find(const pl_names *n, const char *name)
{
    return (ptrdiff_t)n->slot[place_of(n, name)] - 1;
}
