/* What both renderers of a document ask of it. */
#ifndef PL_REPORT_DOC_TEXT_H
#define PL_REPORT_DOC_TEXT_H

#include "draw/doc.h"
#include "util/str.h"

/* Counted as a document is written, from zeros. */
typedef struct pl_doc_counts {
    int level; /* of the last heading; 0: none yet */
    int figures, tables;
} pl_doc_counts;

/* The level the next heading really gets: one 1, the first; none more than a level below that before it. */
int pl_doc_level(pl_doc_counts *counts, int level);

/* The first piece of code in a text: its start behind the opening backquote and its size; NULL where there is no pair.
 * Returns how many bytes stand before that backquote. */
size_t pl_doc_code(const char *text, const char **code, size_t *size);

/* Whether all of it stands between two backquotes, the only ones in it. */
bool pl_doc_is_code(const char *text, size_t size);

/* The text of the last heading above a block, or NULL. */
const char *pl_doc_heading_above(const pl_doc *d, size_t block);

/* Text as it may stand in a page or in Markdown: bytes that are no UTF-8, control characters but the line feed, code points
 * that are no characters, and marks that turn the direction of what follows (U+202A-202E, U+2066-2069) become U+FFFD. */
void pl_add_clean(pl_str *s, const char *text, size_t size);

#endif
