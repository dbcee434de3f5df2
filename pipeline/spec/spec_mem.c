#include "spec/spec_mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *pl_spec_alloc(kn_arena *arena, size_t count, size_t size)
{
    void *p = kn_arena_alloc(arena, count, size);
    if (!p)
        abort();
    return p;
}

char *pl_spec_strdup(kn_arena *arena, const char *text)
{
    return pl_spec_strndup(arena, text, strlen(text));
}

char *pl_spec_strndup(kn_arena *arena, const char *text, size_t size)
{
    char *copy = pl_spec_alloc(arena, size + 1, 1);
    memcpy(copy, text, size);
    return copy;
}

char *pl_spec_textv(kn_arena *arena, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (size < 0)
        abort();
    char *text = pl_spec_alloc(arena, (size_t)size + 1, 1);
    vsnprintf(text, (size_t)size + 1, fmt, args);
    return text;
}

char *pl_spec_textf(kn_arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = pl_spec_textv(arena, fmt, args);
    va_end(args);
    return text;
}

void *pl_spec_grow(kn_arena *arena, void *items, int count, int *room, size_t size)
{
    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 8;
    void *more = pl_spec_alloc(arena, (size_t)*room, size);
    if (count > 0)
        memcpy(more, items, (size_t)count * size);
    return more;
}
