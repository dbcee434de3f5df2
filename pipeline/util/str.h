/* A growing string. Out of memory ends the program through abort: these strings are small, and
 * every caller would do the same. */
#ifndef PL_UTIL_STR_H
#define PL_UTIL_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct pl_str {
    char *text; /* NUL-terminated, never NULL after pl_str_init */
    size_t size, room;
} pl_str;

void pl_str_init(pl_str *s);
void pl_str_clear(pl_str *s); /* frees; init again before use */
void pl_str_reset(pl_str *s); /* empties, keeps the memory */
void pl_str_add(pl_str *s, const char *text);
void pl_str_add_bytes(pl_str *s, const void *bytes, size_t size);
void pl_str_addf(pl_str *s, const char *fmt, ...) KN_PRINTF(2, 3);
void pl_str_addv(pl_str *s, const char *fmt, va_list args) KN_PRINTF(2, 0);
char *pl_str_take(pl_str *s); /* transfers the heap string to the caller; s is as after clear */

/* strdup and malloc that abort when memory is out, for small things. */
char *pl_strdup(const char *text);
char *pl_format(const char *fmt, ...) KN_PRINTF(1, 2); /* heap string */

bool pl_starts_with(const char *text, const char *head);
bool pl_ends_with(const char *text, const char *tail);

/* Damerau-Levenshtein distance, for "did you mean". */
int pl_edit_distance(const char *a, const char *b);

/* The candidate nearest to `word`, or NULL when none is near (distance above a third of its length,
 * at least 1). */
const char *pl_nearest(const char *word, const char *const *candidates, size_t count);

/* 202599 -> "202,599"; 95.0 s -> "1 min 35 s"; bytes -> "1.4 GB". For people; the buffer is given.
 */
const char *pl_human_count(long long n, char *buffer, size_t size);
const char *pl_human_seconds(double seconds, char *buffer, size_t size);
const char *pl_human_bytes(double bytes, char *buffer, size_t size);

#endif
