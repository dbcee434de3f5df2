#include "spec/diag.h"

#include <stdlib.h>
#include <string.h>

#include "spec/spec_mem.h"
#include "util/str.h"

enum {
    LINE_SHOWN = 160,  /* characters of a file's line; longer lines are shown without caret line */
    CLOSING_LINE = 64, /* room for "and 12 more errors" */
    SORTED_AT_MOST = 2000 /* problems kept; a file with more is not read by a person */
};

void pl_diags_init(pl_diags *d, kn_arena *arena)
{
    *d = (pl_diags){.arena = arena};
}

static int compare_pos(pl_pos a, pl_pos b)
{
    if (a.source != b.source)
        return a.source->order < b.source->order ? -1 : 1;
    if (a.line != b.line)
        return a.line < b.line ? -1 : 1;
    return a.column == b.column ? 0 : a.column < b.column ? -1 : 1;
}

void pl_diags_add(pl_diags *d, pl_pos pos, const char *key, const char *hint, const char *fmt, ...)
{
    if (d->count >= SORTED_AT_MOST)
        return;
    va_list args;
    va_start(args, fmt);
    const char *text = pl_spec_textv(d->arena, fmt, args);
    va_end(args);
    if (key)
        text = pl_spec_textf(d->arena, "%s: %s", key, text);
    for (int i = 0; i < d->count; i++)
        if (compare_pos(d->item[i].pos, pos) == 0 && strcmp(d->item[i].text, text) == 0)
            return;
    d->item = pl_spec_grow(d->arena, d->item, d->count, &d->room, sizeof *d->item);
    d->item[d->count++] = (pl_diag){pos, text, hint ? pl_spec_strdup(d->arena, hint) : NULL};
}

/* The line of a source, without its end; NULL where there is none. */
static const char *line_text(const pl_source *source, int line, size_t *size)
{
    const char *at = source->text, *end = source->text + source->size;
    for (int i = 1; i < line; i++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        if (!next)
            return NULL;
        at = next + 1;
    }
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    *size = (size_t)((stop ? stop : end) - at);
    if (*size > 0 && at[*size - 1] == '\r')
        --*size;
    return at;
}

/* Spaces up to the column; tabs stay tabs so that the caret stands under its character. */
static void add_caret(pl_str *out, const char *line, size_t size, int column)
{
    size_t at = 0;
    for (int c = 1; c < column; c++) {
        pl_str_add(out, at < size && line[at] == '\t' ? "\t" : " ");
        do
            at++;
        while (at < size && ((unsigned char)line[at] & 0xc0) == 0x80);
    }
    pl_str_add(out, "^");
}

/* "--set train.lr" already names the key: it is not said twice. */
static const char *without_key(const pl_source *source, const char *text)
{
    const char *key = strchr(source->name, ' ');
    size_t n = key ? strlen(key + 1) : 0;
    return n > 0 && strncmp(text, key + 1, n) == 0 && text[n] == ':' ? text + n + 2 : text;
}

static void render(const pl_diag *g, pl_str *out)
{
    const pl_source *source = g->pos.source;
    if (source->override) {
        pl_str_addf(out, "%s: %s", source->name, without_key(source, g->text));
    } else if (g->pos.line == 0) {
        pl_str_addf(out, "%s:1:1: %s", source->name, g->text);
    } else {
        pl_str_addf(out, "%s:%d:%d: %s", source->name, g->pos.line, g->pos.column, g->text);
        size_t size = 0;
        const char *line = line_text(source, g->pos.line, &size);
        if (line && size > 0 && size <= LINE_SHOWN) {
            pl_str_add(out, "\n");
            pl_str_add_bytes(out, line, size);
            pl_str_add(out, "\n");
            add_caret(out, line, size, g->pos.column);
        }
    }
    if (g->hint)
        pl_str_addf(out, "\ndid you mean \"%s\"?", g->hint);
}

/* Stable: equal places stay in the order they were found. */
static void sort(pl_diags *d)
{
    for (int i = 1; i < d->count; i++) {
        pl_diag moved = d->item[i];
        int j = i;
        for (; j > 0 && compare_pos(d->item[j - 1].pos, moved.pos) > 0; j--)
            d->item[j] = d->item[j - 1];
        d->item[j] = moved;
    }
}

kn_status pl_diags_fail(pl_diags *d, kn_error *e)
{
    if (d->count == 0)
        return KN_OK;
    sort(d);
    pl_str all, one;
    pl_str_init(&all);
    pl_str_init(&one);
    for (int i = 0; i < d->count; i++) {
        pl_str_reset(&one);
        render(&d->item[i], &one);
        if (i > 0 && all.size + one.size + CLOSING_LINE > KN_ERROR_TEXT) {
            int left = d->count - i;
            pl_str_addf(&all, "\nand %d more error%s", left, left == 1 ? "" : "s");
            break;
        }
        pl_str_addf(&all, "%s%s", i > 0 ? "\n" : "", one.text);
    }
    kn_fail(e, KN_EUSAGE, "%s", all.text);
    pl_str_clear(&one);
    pl_str_clear(&all);
    return KN_EUSAGE;
}
