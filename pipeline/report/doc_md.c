#include "report/doc_md.h"

#include <ctype.h>
#include <string.h>

#include "draw/escape.h"
#include "report/doc_text.h"

typedef struct md {
    const pl_doc *d;
    pl_doc_counts counts;
    bool in_list;
    pl_str *s;
} md;

/* As pl_add_md, for a piece of a text. */
static void add_plain(pl_str *s, const char *text, size_t size)
{
    pl_str part;
    pl_str_init(&part);
    pl_str_add_bytes(&part, text, size);
    pl_add_md(s, part.text);
    pl_str_clear(&part);
}

/* A span of code, or, where the text has what no span may hold, the element that shows the same. */
static void add_code(pl_str *s, const char *code, size_t size)
{
    bool simple = true;
    for (size_t k = 0; k < size; k++)
        simple = simple && !strchr("`|<>&\\", code[k]) && (unsigned char)code[k] >= ' ';
    pl_str_add(s, simple ? "`" : "<code>");
    if (simple)
        pl_str_add_bytes(s, code, size);
    else
        add_plain(s, code, size);
    pl_str_add(s, simple ? "`" : "</code>");
}

/* A line may not begin as a list or a heading does. */
static void guard_start(pl_str *s, const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (*text && strchr("-+=", *text)) {
        pl_str_add(s, "\\");
    } else if (digits && (text[digits] == '.' || text[digits] == ')')) {
        pl_str_add(s, "&#8203;"); /* no character is seen */
    }
}

static void add_text(pl_str *s, const char *text)
{
    const char *code;
    size_t plain, size;
    text += strspn(text, " ");
    guard_start(s, text);
    while ((plain = pl_doc_code(text, &code, &size)), code) {
        add_plain(s, text, plain);
        add_code(s, code, size);
        text = code + size + 1;
    }
    pl_add_md(s, text);
}

static void add_cell(pl_str *s, const pl_cell *c)
{
    const char *text = c->text ? c->text : "";
    bool first = true;
    pl_str_add(s, c->marks & PL_CELL_BOLD ? "**" : "");
    do {
        size_t n = strcspn(text, "\n");
        pl_str_add(s, first ? "" : "<br>");
        if (n && (c->marks & PL_CELL_CODE))
            add_code(s, text, n);
        else if (pl_doc_is_code(text, n))
            add_code(s, text + 1, n - 2);
        else
            add_plain(s, text, n);
        if (first && (c->marks & PL_CELL_BOLD))
            pl_str_add(s, "**");
        first = false;
        text += n + (text[n] == '\n');
    } while (*text);
}

static void add_help(pl_str *s, const pl_block *b)
{
    bool any = false;
    for (size_t k = 0; k < b->columns; k++) {
        if (!b->column[k].help)
            continue;
        pl_str_add(s, any ? "; " : "");
        pl_add_md(s, b->column[k].title);
        pl_str_add(s, ": ");
        add_text(s, b->column[k].help);
        any = true;
    }
    pl_str_add(s, any ? "\n\n" : "");
}

static void add_table(md *m, const pl_block *b)
{
    pl_str *s = m->s;
    pl_str_add(s, "|");
    for (size_t k = 0; k < b->columns; k++) {
        pl_str_add(s, " ");
        pl_add_md(s, b->column[k].title);
        pl_str_add(s, " |");
    }
    pl_str_add(s, "\n|");
    for (size_t k = 0; k < b->columns; k++)
        pl_str_add(s, b->column[k].number ? "---:|" : "---|");
    pl_str_add(s, "\n");
    for (size_t r = 0; r < b->rows; r++) {
        pl_str_add(s, "|");
        for (size_t k = 0; k < b->columns; k++) {
            pl_str_add(s, " ");
            add_cell(s, &b->cell[r * b->columns + k]);
            pl_str_add(s, " |");
        }
        pl_str_add(s, "\n");
    }
    pl_str_add(s, "\n");
    if (b->text) {
        pl_str_addf(s, "Table %d. ", ++m->counts.tables);
        add_text(s, b->text);
        pl_str_add(s, "\n\n");
    }
    add_help(s, b);
}

/* The target of a link: what would end it, or begin another thing, as %XX. */
static void add_target(pl_str *s, const char *path)
{
    for (; *path; path++) {
        if (isalnum((unsigned char)*path) || strchr("/._-", *path) || (unsigned char)*path > 127)
            pl_str_add_bytes(s, path, 1);
        else
            pl_str_addf(s, "%%%02X", (unsigned)(unsigned char)*path);
    }
}

static void add_figure(md *m, const pl_block *b)
{
    bool figure = b->kind == PL_BLOCK_FIGURE;
    const char *alt = b->alt ? b->alt : b->text ? b->text : b->name;
    pl_str_add(m->s, "![");
    pl_add_md(m->s, alt);
    pl_str_add(m->s, figure ? "](plots/" : "](");
    add_target(m->s, b->name);
    pl_str_addf(m->s, "%s)\n\nFigure %d. ", figure ? ".svg" : "", ++m->counts.figures);
    add_text(m->s, b->text ? b->text : "");
    pl_str_add(m->s, "\n\n");
}

static void add_heading(md *m, const pl_block *b)
{
    int level = pl_doc_level(&m->counts, b->level);
    for (int k = 0; k < level; k++)
        pl_str_add(m->s, "#");
    pl_str_add(m->s, " ");
    pl_add_md(m->s, b->text);
    pl_str_add(m->s, "\n\n");
}

/* Between fences longer than any row of backquotes in it. */
static void add_pre(pl_str *s, const char *text)
{
    size_t fence = 3;
    for (const char *p = strchr(text, '`'); p; p = strchr(p, '`')) {
        size_t n = strspn(p, "`");
        fence = n >= fence ? n + 1 : fence;
        p += n;
    }
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < fence; i++)
            pl_str_add(s, "`");
        pl_str_add(s, k ? "\n\n" : "\n");
        if (k == 0) {
            pl_str_add(s, text);
            pl_str_add(s, pl_ends_with(text, "\n") ? "" : "\n");
        }
    }
}

static void add_paragraph(md *m, const pl_block *b)
{
    pl_str_add(m->s, b->kind == PL_BLOCK_ITEM ? "- " : "");
    pl_str_add(m->s, b->tone == PL_TONE_WARNING ? "**Warning:** " : "");
    add_text(m->s, b->text);
    pl_str_add(m->s, b->kind == PL_BLOCK_ITEM ? "\n" : "\n\n");
}

static void add_block(md *m, const pl_block *b)
{
    if (m->in_list && b->kind != PL_BLOCK_ITEM)
        pl_str_add(m->s, "\n");
    m->in_list = b->kind == PL_BLOCK_ITEM;
    switch (b->kind) {
    case PL_BLOCK_HEADING:
        add_heading(m, b);
        break;
    case PL_BLOCK_TEXT:
    case PL_BLOCK_ITEM:
        add_paragraph(m, b);
        break;
    case PL_BLOCK_TABLE:
        add_table(m, b);
        break;
    case PL_BLOCK_FIGURE:
    case PL_BLOCK_PICTURE:
        add_figure(m, b);
        break;
    case PL_BLOCK_PRE:
        add_pre(m->s, b->text);
        break;
    case PL_BLOCK_BEGIN:
        if (b->text) { /* a fold's title */
            add_text(m->s, b->text);
            pl_str_add(m->s, ":\n\n");
        }
        break;
    case PL_BLOCK_END:
        break;
    }
}

void pl_doc_md(const pl_doc *d, pl_str *s)
{
    pl_str raw;
    pl_str_init(&raw);
    md m = {.d = d, .s = &raw};
    for (size_t i = 0; i < d->count; i++)
        add_block(&m, &d->block[i]);
    while (raw.size > 1 && raw.text[raw.size - 1] == '\n' && raw.text[raw.size - 2] == '\n')
        raw.text[--raw.size] = '\0';
    pl_add_clean(s, raw.text, raw.size);
    pl_str_clear(&raw);
}
