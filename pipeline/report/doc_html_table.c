#include "report/doc_html_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"

static void add_part(pl_str *s, const char *text, size_t size)
{
    pl_str part;
    pl_str_init(&part);
    pl_str_add_bytes(&part, text, size);
    pl_add_html(s, part.text);
    pl_str_clear(&part);
}

void pl_add_html_text(pl_str *s, const char *text)
{
    const char *code;
    size_t plain, size;
    while ((plain = pl_doc_code(text, &code, &size)), code) {
        add_part(s, text, plain);
        pl_str_add(s, "<code>");
        add_part(s, code, size);
        pl_str_add(s, "</code>");
        text = code + size + 1;
    }
    pl_add_html(s, text);
}

/* What a column is sorted by, where the text does not tell it. */
static void add_value(const pl_cell *c, pl_str *s)
{
    char *end;
    if (isnan(c->value))
        return;
    double told = strtod(c->text, &end);
    if (*c->text == '\0' || *end || told != c->value) /* NOLINT: the same digits or not */
        pl_str_addf(s, " data-v=\"%.7g\"", c->value);
}

static void add_line(const pl_cell *c, const char *text, size_t size, pl_str *s)
{
    bool code = (c->marks & PL_CELL_CODE) || pl_doc_is_code(text, size);
    bool quoted = !(c->marks & PL_CELL_CODE) && code;
    pl_str_add(s, code ? "<code>" : "");
    add_part(s, text + quoted, size - 2 * quoted);
    pl_str_add(s, code ? "</code>" : "");
}

/* The first line large, the others small below it. */
static void add_lines(const pl_cell *c, pl_str *s)
{
    const char *text = c->text ? c->text : "";
    size_t n = strcspn(text, "\n");
    pl_str_add(s, c->marks & PL_CELL_BOLD ? "<b>" : "");
    add_line(c, text, n, s);
    pl_str_add(s, c->marks & PL_CELL_BOLD ? "</b>" : "");
    while (text[n]) {
        text += n + 1;
        n = strcspn(text, "\n");
        pl_str_add(s, "<br><small>");
        add_line(c, text, n, s);
        pl_str_add(s, "</small>");
    }
}

static void add_cell(const pl_column *column, const pl_cell *c, pl_str *s)
{
    bool head = c->marks & PL_CELL_HEAD;
    pl_str_add(s, head ? "<th scope=\"row\"" : "<td");
    if (column->number || (c->marks & PL_CELL_SOFT))
        pl_str_addf(s, " class=\"%s%s%s\"", column->number ? "n" : "",
                    column->number && (c->marks & PL_CELL_SOFT) ? " " : "",
                    c->marks & PL_CELL_SOFT ? "soft" : "");
    add_value(c, s);
    pl_str_add(s, ">");
    if (c->link) {
        pl_str_add(s, "<a href=\"#");
        pl_add_html(s, c->link);
        pl_str_add(s, "\">");
    }
    add_lines(c, s);
    pl_str_add(s, c->link ? "</a>" : "");
    pl_str_add(s, head ? "</th>" : "</td>");
}

static void add_columns(const pl_block *b, pl_str *s)
{
    pl_str_add(s, "<thead><tr>");
    for (size_t k = 0; k < b->columns; k++) {
        if (b->column[k].title[0] == '\0') { /* heads nothing that is to be announced */
            pl_str_add(s, "<td></td>");
            continue;
        }
        pl_str_addf(s, "<th scope=\"col\"%s", b->column[k].number ? " class=\"n\"" : "");
        if (b->column[k].help) {
            pl_str_add(s, " title=\"");
            pl_add_html(s, b->column[k].help);
            pl_str_add(s, "\"");
        }
        pl_str_add(s, ">");
        pl_add_html(s, b->column[k].title);
        pl_str_add(s, "</th>");
    }
    pl_str_add(s, "</tr></thead>\n");
}

/* A table always says what it is: where nobody wrote a caption the heading above it does, for those who do not see it. */
static void add_caption(const pl_doc *d, size_t block, pl_doc_counts *counts, pl_str *s)
{
    const pl_block *b = &d->block[block];
    if (b->text) {
        pl_str_addf(s, "<caption id=\"table-%zu\"><span>Table %d. ", block, ++counts->tables);
        pl_add_html_text(s, b->text);
        pl_str_add(s, "</span>");
    } else {
        const char *heading = pl_doc_heading_above(d, block);
        pl_str_addf(s, "<caption class=\"unseen\" id=\"table-%zu\">", block);
        pl_add_html(s, heading ? heading : "Table");
    }
    pl_str_add(s, "</caption>\n");
}

/* What the columns mean, for those who cannot hover. */
static void add_help(const pl_block *b, pl_str *s)
{
    bool any = false;
    for (size_t k = 0; k < b->columns; k++) {
        if (!b->column[k].help)
            continue;
        pl_str_add(
            s,
            any ? "" : "<details class=\"help\"><summary>What the columns mean</summary>\n<dl>\n");
        any = true;
        pl_str_add(s, "<dt>");
        pl_add_html(s, b->column[k].title);
        pl_str_add(s, "</dt><dd>");
        pl_add_html_text(s, b->column[k].help);
        pl_str_add(s, "</dd>\n");
    }
    pl_str_add(s, any ? "</dl></details>\n" : "");
}

void pl_doc_html_table(const pl_doc *d, size_t block, pl_doc_counts *counts, pl_str *s)
{
    const pl_block *b = &d->block[block];
    pl_str_addf(s,
                "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-labelledby=\"table-%zu\">",
                block);
    pl_str_add(s, "<table");
    if (b->id) {
        pl_str_add(s, " id=\"");
        pl_add_html(s, b->id);
        pl_str_add(s, "\"");
    }
    if (b->tools || b->columns > 8)
        pl_str_addf(s, " class=\"%s%s%s\"", b->tools ? "tools" : "",
                    b->tools && b->columns > 8 ? " " : "", b->columns > 8 ? "many" : "");
    pl_str_add(s, ">\n");
    add_caption(d, block, counts, s);
    add_columns(b, s);
    pl_str_add(s, "<tbody>\n");
    for (size_t r = 0; r < b->rows; r++) {
        pl_str_add(s, "<tr>");
        for (size_t k = 0; k < b->columns; k++)
            add_cell(&b->column[k], &b->cell[r * b->columns + k], s);
        pl_str_add(s, "</tr>\n");
    }
    pl_str_add(s, "</tbody></table></div>\n");
    add_help(b, s);
}
