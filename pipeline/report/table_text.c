/* The table for people as Markdown and as LaTeX, declared in table.h. */
#include <string.h>

#include "draw/escape.h"
#include "report/table.h"

static const pl_block *table_of(const pl_doc *doc)
{
    for (size_t i = 0; i < doc->count; i++)
        if (doc->block[i].kind == PL_BLOCK_TABLE)
            return &doc->block[i];
    return NULL;
}

static void md_table(const pl_block *b, pl_str *s)
{
    pl_str_add(s, "|");
    for (size_t c = 0; c < b->columns; c++) {
        pl_str_add(s, " ");
        pl_add_md(s, b->column[c].title);
        pl_str_add(s, " |");
    }
    pl_str_add(s, "\n|");
    for (size_t c = 0; c < b->columns; c++)
        pl_str_add(s, b->column[c].number ? "---:|" : "---|");
    for (size_t r = 0; r < b->rows; r++) {
        pl_str_add(s, "\n|");
        for (size_t c = 0; c < b->columns; c++) {
            const pl_cell *cell = &b->cell[r * b->columns + c];
            const char *mark = !cell->text[0]               ? ""
                               : cell->marks & PL_CELL_BOLD ? "**"
                               : cell->marks & PL_CELL_SOFT ? "*"
                                                            : "";
            pl_str_addf(s, " %s", mark);
            pl_add_md(s, cell->text);
            pl_str_addf(s, "%s |", mark);
        }
    }
    pl_str_add(s, "\n");
}

void pl_table_md(const pl_table *t, pl_str *s)
{
    pl_doc doc;
    pl_doc_init(&doc);
    pl_table_block(t, NULL, NULL, &doc);
    pl_table_notes(t, &doc);
    for (size_t i = 0; i < doc.count; i++) {
        if (doc.block[i].kind == PL_BLOCK_TABLE) {
            md_table(&doc.block[i], s);
        } else {
            pl_str_add(s, "\n");
            pl_add_md(s, doc.block[i].text);
            pl_str_add(s, "\n");
        }
    }
    pl_doc_clear(&doc);
}

/* The code point at *text, which is moved behind it; what is no UTF-8 is byte by byte U+FFFD. */
static unsigned next_character(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    int more = p[0] < 0x80                   ? 0
               : p[0] >= 0xC2 && p[0] < 0xE0 ? 1
               : (p[0] & 0xF0) == 0xE0       ? 2
               : p[0] >= 0xF0 && p[0] < 0xF5 ? 3
                                             : -1;
    unsigned c = more <= 0 ? p[0] : p[0] & (0x3Fu >> more);
    for (int i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80)
            more = -1;
        c = c << 6 | (p[i] & 0x3F);
    }
    *text += more < 0 ? 1 : more + 1;
    return more < 0 ? 0xFFFD : c;
}

/* Whether LaTeX with T1 fonts has the character: Latin-1, Latin Extended-A, dashes and quotes (t1enc.dfu, ts1enc.dfu). */
static bool latex_has(unsigned c)
{
    static const unsigned not [] = {0xB8, 0x126, 0x127, 0x138, 0x13F, 0x140, 0x149, 0x166, 0x167};
    static const unsigned more[] = {0x2013, 0x2014, 0x2018, 0x2019, 0x201C,
                                    0x201D, 0x201E, 0x2022, 0x20AC};
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
        if (c == not [i])
            return false;
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        if (c == more[i])
            return true;
    return c < 0x80 || (c > 0xA0 && c < 0x17F);
}

/* Text of ours and of others. A character that a minimal document has no letter for is named by its number. */
static void tex_text(pl_str *s, const char *text)
{
    while (*text) {
        const char *from = text;
        unsigned c = next_character(&text);
        char letter[8] = "";
        memcpy(letter, from, (size_t)(text - from));
        if (c == 0xB1)
            pl_str_add(s, "$\\pm$");
        else if (c == 0x2020)
            pl_str_add(s, "$^{\\dagger}$");
        else if (latex_has(c))
            pl_add_tex(s, letter);
        else
            pl_str_addf(s, "U+%04X", c);
    }
}

static void tex_table(const pl_block *b, pl_str *s)
{
    pl_str_add(s, "\\begin{tabular}{");
    for (size_t c = 0; c < b->columns; c++)
        pl_str_add(s, b->column[c].number ? "r" : "l");
    pl_str_add(s, "}\n\\toprule\n");
    for (size_t c = 0; c < b->columns; c++) {
        pl_str_add(s, c ? " & " : "");
        tex_text(s, b->column[c].title);
    }
    pl_str_add(s, " \\\\\n\\midrule\n");
    bool ruled = false;
    for (size_t r = 0; r < b->rows; r++) {
        const pl_cell *row = &b->cell[r * b->columns];
        if (!ruled && r > 0 && b->columns > 0 && row[0].marks & PL_CELL_SOFT) {
            pl_str_add(s, "\\midrule\n"); /* what is no run of ours */
            ruled = true;
        }
        for (size_t c = 0; c < b->columns; c++) {
            bool bold = row[c].marks & PL_CELL_BOLD;
            pl_str_addf(s, "%s%s", c ? " & " : "{}", bold ? "\\textbf{" : "");
            tex_text(s, row[c].text);
            pl_str_add(s, bold ? "}" : "");
        }
        pl_str_add(s, " \\\\\n");
    }
    pl_str_add(s, "\\bottomrule\n\\end{tabular}\n");
}

void pl_table_tex(const pl_table *t, pl_str *s)
{
    pl_doc doc, notes;
    pl_doc_init(&doc);
    pl_doc_init(&notes);
    pl_table_block(t, NULL, NULL, &doc);
    pl_table_notes(t, &notes);
    pl_str_add(s, "% \\usepackage[T1]{fontenc} and \\usepackage{booktabs}\n");
    for (size_t i = 0; i < notes.count; i++) {
        pl_str_add(s, "% ");
        tex_text(s, notes.block[i].text);
        pl_str_add(s, "\n");
    }
    tex_table(table_of(&doc), s);
    pl_doc_clear(&notes);
    pl_doc_clear(&doc);
}
