/* A document as a list of blocks: sections say once what is told, and doc_html.c, doc_md.c write it as a page and as
 * Markdown. Text is plain UTF-8 (the renderers escape it); between backquotes it is code: in paragraphs, items, captions, helps
 * and titles of folds, and in a cell where they hold a whole line. A cell's lines after the first are small. All text is copied.
 * Functions abort when memory is out. */
#ifndef PL_DRAW_DOC_H
#define PL_DRAW_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef enum pl_block_kind {
    PL_BLOCK_HEADING,
    PL_BLOCK_TEXT,
    PL_BLOCK_ITEM, /* of a list; items that follow one another are one list */
    PL_BLOCK_TABLE,
    PL_BLOCK_FIGURE,
    PL_BLOCK_PICTURE,
    PL_BLOCK_PRE,
    PL_BLOCK_BEGIN, /* of a part that is set apart */
    PL_BLOCK_END
} pl_block_kind;

/* How a text is meant. */
typedef enum pl_tone { PL_TONE_PLAIN, PL_TONE_LEAD, PL_TONE_SOFT, PL_TONE_WARNING } pl_tone;

/* PL_PART_SIDE: its figures stand side by side where there is room. PL_PART_FOLD: folded away below its title. */
typedef enum pl_part { PL_PART_SIDE, PL_PART_FOLD } pl_part;

typedef struct pl_column {
    char *title, *help; /* help: what it means, one sentence; NULL: nothing to say */
    bool number;        /* right-aligned */
} pl_column;

enum {
    PL_CELL_BOLD = 1,
    PL_CELL_SOFT = 2,
    PL_CELL_HEAD = 4, /* names the row */
    PL_CELL_CODE = 8
};

typedef struct pl_cell {
    char *text;
    double value; /* what the column is sorted by; NaN: the text, behind all numbers */
    unsigned marks;
    char *link; /* id of a heading of the document; NULL: none */
} pl_cell;

typedef struct pl_block {
    pl_block_kind kind;
    int level;    /* HEADING: 1..4 */
    pl_tone tone; /* TEXT, ITEM */
    pl_part part; /* BEGIN, END */
    char *id;     /* HEADING, TABLE: letters, digits and -; unique in the document; NULL: none */
    char *text;   /* heading, paragraph, item, caption, preformatted lines, title of a fold */
    char *
        name; /* FIGURE: its name in plots/, without extension; PICTURE: path below the study's folder */
    char *alt;  /* FIGURE, PICTURE: what is to be seen, in words */
    char *data; /* FIGURE: JSON for a figure that answers to the mouse; NULL: none */
    pl_column *column;
    size_t columns;
    pl_cell *cell; /* [rows, columns] */
    size_t rows;
    bool tools; /* TABLE: may be sorted and filtered */
} pl_block;

typedef struct pl_doc {
    pl_block *block;
    size_t count;
} pl_doc;

void pl_doc_init(pl_doc *d);
void pl_doc_clear(pl_doc *d);

void pl_doc_heading(pl_doc *d, int level, const char *id, const char *text);
void pl_doc_text(pl_doc *d, pl_tone tone, const char *fmt, ...) KN_PRINTF(3, 4);
void pl_doc_item(pl_doc *d, pl_tone tone, const char *fmt, ...) KN_PRINTF(3, 4);
void pl_doc_pre(pl_doc *d, const char *text);
void pl_doc_begin(pl_doc *d, pl_part part, const char *title); /* title of a fold, else NULL */
void pl_doc_end(pl_doc *d, pl_part part);

/* name: as given to pl_figures_add. data: JSON or NULL. */
void pl_doc_figure(pl_doc *d, const char *name, const char *caption, const char *alt,
                   const char *data);
void pl_doc_picture(pl_doc *d, const char *path, const char *caption, const char *alt);

/* A table: its columns, then its cells row by row, then the end, which checks that rows are whole. caption may be NULL.
 * Only one table is open at a time, and no other block is added meanwhile. */
void pl_doc_table(pl_doc *d, const char *id, const char *caption, bool tools);
void pl_doc_column(pl_doc *d, const char *title, bool number, const char *help);
void pl_doc_cell(pl_doc *d, const char *text, double value, unsigned marks);
void pl_doc_cellf(pl_doc *d, double value, unsigned marks, const char *fmt, ...) KN_PRINTF(4, 5);
void pl_doc_cell_link(pl_doc *d, const char *id); /* of the last cell */
void pl_doc_table_end(pl_doc *d);

/* Frequent cells: "95.41" of 0.9541, "-" of NaN; a number as %.*f. */
void pl_doc_percent(pl_doc *d, double fraction, unsigned marks);
void pl_doc_number(pl_doc *d, double value, int decimals, unsigned marks);

#endif
