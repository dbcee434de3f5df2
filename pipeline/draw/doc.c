#include "draw/doc.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/str.h"

static void *grown(void *p, size_t count, size_t size)
{
    bool full = count == 0 || (count >= 8 && (count & (count - 1)) == 0);
    if (!full)
        return p;
    void *more = realloc(p, (count ? 2 * count : 8) * size);
    if (!more)
        abort();
    return more;
}

static char *copied(const char *text)
{
    return text ? pl_strdup(text) : NULL;
}

void pl_doc_init(pl_doc *d)
{
    *d = (pl_doc){NULL, 0};
}

void pl_doc_clear(pl_doc *d)
{
    for (size_t i = 0; i < d->count; i++) {
        pl_block *b = &d->block[i];
        for (size_t k = 0; k < b->columns; k++) {
            free(b->column[k].title);
            free(b->column[k].help);
        }
        for (size_t k = 0; k < b->rows * b->columns; k++) {
            free(b->cell[k].text);
            free(b->cell[k].link);
        }
        free(b->column);
        free(b->cell);
        free(b->id);
        free(b->text);
        free(b->name);
        free(b->alt);
        free(b->data);
    }
    free(d->block);
    pl_doc_init(d);
}

static pl_block *added(pl_doc *d, pl_block_kind kind, const char *text)
{
    d->block = grown(d->block, d->count, sizeof *d->block);
    pl_block *b = &d->block[d->count++];
    *b = (pl_block){.kind = kind, .text = copied(text)};
    return b;
}

void pl_doc_heading(pl_doc *d, int level, const char *id, const char *text)
{
    pl_block *b = added(d, PL_BLOCK_HEADING, text);
    b->level = level;
    b->id = copied(id);
}

static void KN_PRINTF(4, 0)
    add_formatted(pl_doc *d, pl_block_kind kind, pl_tone tone, const char *fmt, va_list args)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_addv(&s, fmt, args);
    added(d, kind, s.text)->tone = tone;
    pl_str_clear(&s);
}

void pl_doc_text(pl_doc *d, pl_tone tone, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_formatted(d, PL_BLOCK_TEXT, tone, fmt, args);
    va_end(args);
}

void pl_doc_item(pl_doc *d, pl_tone tone, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_formatted(d, PL_BLOCK_ITEM, tone, fmt, args);
    va_end(args);
}

void pl_doc_pre(pl_doc *d, const char *text)
{
    added(d, PL_BLOCK_PRE, text);
}

void pl_doc_begin(pl_doc *d, pl_part part, const char *title)
{
    added(d, PL_BLOCK_BEGIN, title)->part = part;
}

void pl_doc_end(pl_doc *d, pl_part part)
{
    added(d, PL_BLOCK_END, NULL)->part = part;
}

void pl_doc_figure(pl_doc *d, const char *name, const char *caption, const char *alt,
                   const char *data)
{
    pl_block *b = added(d, PL_BLOCK_FIGURE, caption);
    b->name = copied(name);
    b->alt = copied(alt);
    b->data = copied(data);
}

void pl_doc_picture(pl_doc *d, const char *path, const char *caption, const char *alt)
{
    pl_block *b = added(d, PL_BLOCK_PICTURE, caption);
    b->name = copied(path);
    b->alt = copied(alt);
}

void pl_doc_table(pl_doc *d, const char *id, const char *caption, bool tools)
{
    pl_block *b = added(d, PL_BLOCK_TABLE, caption);
    b->id = copied(id);
    b->tools = tools;
}

static pl_block *open_table(pl_doc *d)
{
    assert(d->count > 0 && d->block[d->count - 1].kind == PL_BLOCK_TABLE);
    return &d->block[d->count - 1];
}

void pl_doc_column(pl_doc *d, const char *title, bool number, const char *help)
{
    pl_block *b = open_table(d);
    assert(b->rows == 0);
    b->column = grown(b->column, b->columns, sizeof *b->column);
    b->column[b->columns++] = (pl_column){copied(title), copied(help), number};
}

/* While a table is open, rows counts its cells. */
void pl_doc_cell(pl_doc *d, const char *text, double value, unsigned marks)
{
    pl_block *b = open_table(d);
    b->cell = grown(b->cell, b->rows, sizeof *b->cell);
    b->cell[b->rows++] = (pl_cell){copied(text), value, marks, NULL};
}

void pl_doc_cellf(pl_doc *d, double value, unsigned marks, const char *fmt, ...)
{
    pl_str s;
    va_list args;
    pl_str_init(&s);
    va_start(args, fmt);
    pl_str_addv(&s, fmt, args);
    va_end(args);
    pl_doc_cell(d, s.text, value, marks);
    pl_str_clear(&s);
}

void pl_doc_cell_link(pl_doc *d, const char *id)
{
    pl_block *b = open_table(d);
    assert(b->rows > 0 && !b->cell[b->rows - 1].link);
    b->cell[b->rows - 1].link = copied(id);
}

void pl_doc_table_end(pl_doc *d)
{
    pl_block *b = open_table(d);
    assert(b->columns > 0 && b->rows % b->columns == 0);
    b->rows /= b->columns;
}

void pl_doc_percent(pl_doc *d, double fraction, unsigned marks)
{
    pl_doc_number(d, 100 * fraction, 2, marks);
}

void pl_doc_number(pl_doc *d, double value, int decimals, unsigned marks)
{
    if (isnan(value))
        pl_doc_cell(d, "-", value, marks);
    else
        pl_doc_cellf(d, value, marks, "%.*f", decimals, value);
}
