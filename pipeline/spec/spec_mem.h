/* Arena memory for specs: small things, so memory running out ends the program through abort, as in
 * util/str.h. */
#ifndef PL_SPEC_SPEC_MEM_H
#define PL_SPEC_SPEC_MEM_H

#include <stdarg.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"

void *pl_spec_alloc(kn_arena *arena, size_t count, size_t size); /* zero-filled */
char *pl_spec_strdup(kn_arena *arena, const char *text);
char *pl_spec_strndup(kn_arena *arena, const char *text, size_t size);
char *pl_spec_textf(kn_arena *arena, const char *fmt, ...) KN_PRINTF(2, 3);
char *pl_spec_textv(kn_arena *arena, const char *fmt, va_list args) KN_PRINTF(2, 0);

/* Room for one more item in an array that grows inside the arena (doubling; the old block stays
 * until the arena is cleared). Returns the array, moved where it had to grow. */
void *pl_spec_grow(kn_arena *arena, void *items, int count, int *room, size_t size);

#endif
