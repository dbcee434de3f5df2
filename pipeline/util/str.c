#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

static char *must(char *p)
{
    if (!p)
        abort();
    return p;
}

static void grow(pl_str *s, size_t more)
{
    size_t need = 0;
    if (!kn_size_add(s->size, more, &need) || !kn_size_add(need, 1, &need))
        abort();
    if (need <= s->room)
        return;
    size_t room = s->room < SIZE_MAX / 2 && s->room * 2 > need ? s->room * 2 : need;
    s->text = must(realloc(s->text, room));
    s->room = room;
}

void pl_str_init(pl_str *s)
{
    *s = (pl_str){.room = 32};
    s->text = must(malloc(s->room));
    s->text[0] = '\0';
}

void pl_str_clear(pl_str *s)
{
    free(s->text);
    *s = (pl_str){0};
}

void pl_str_reset(pl_str *s)
{
    s->size = 0;
    s->text[0] = '\0';
}

void pl_str_add(pl_str *s, const char *text)
{
    pl_str_add_bytes(s, text, strlen(text));
}

void pl_str_add_bytes(pl_str *s, const void *bytes, size_t size)
{
    grow(s, size);
    if (size > 0)
        memcpy(s->text + s->size, bytes, size);
    s->size += size;
    s->text[s->size] = '\0';
}

void pl_str_addf(pl_str *s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    pl_str_addv(s, fmt, args);
    va_end(args);
}

void pl_str_addv(pl_str *s, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    if (n < 0)
        abort();
    grow(s, (size_t)n);
    vsnprintf(s->text + s->size, (size_t)n + 1, fmt, again);
    va_end(again);
    s->size += (size_t)n;
}

char *pl_str_take(pl_str *s)
{
    char *text = s->text;
    *s = (pl_str){0};
    return text;
}

char *pl_strdup(const char *text)
{
    return must(strdup(text));
}

char *pl_format(const char *fmt, ...)
{
    pl_str s;
    pl_str_init(&s);
    va_list args;
    va_start(args, fmt);
    pl_str_addv(&s, fmt, args);
    va_end(args);
    return s.text;
}

bool pl_starts_with(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

bool pl_ends_with(const char *text, const char *tail)
{
    size_t n = strlen(text), m = strlen(tail);
    return n >= m && strcmp(text + n - m, tail) == 0;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: d[i][j] over the prefixes a[0..i), b[0..j), three rows kept. */
int pl_edit_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    int *rows = malloc(3 * (m + 1) * sizeof *rows);
    if (!rows)
        abort();
    int *before = rows, *last = rows + (m + 1), *now = rows + 2 * (m + 1);
    for (size_t j = 0; j <= m; j++)
        last[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int change = last[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = min_int(change, min_int(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = min_int(now[j], before[j - 2] + 1);
        }
        int *swap = before;
        before = last;
        last = now;
        now = swap;
    }
    int distance = last[m];
    free(rows);
    return distance;
}

const char *pl_nearest(const char *word, const char *const *candidates, size_t count)
{
    int limit = (int)strlen(word) / 3;
    int best = (limit < 1 ? 1 : limit) + 1;
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        int d = pl_edit_distance(word, candidates[i]);
        if (d < best) {
            best = d;
            found = candidates[i];
        }
    }
    return found;
}
