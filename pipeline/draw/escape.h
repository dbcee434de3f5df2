/* Text into the languages the report is written in. Each function appends `text` so that it shows
 * as it is. Control characters become blanks. */
#ifndef PL_DRAW_ESCAPE_H
#define PL_DRAW_ESCAPE_H

#include <stddef.h>

#include "util/str.h"

void pl_add_html(pl_str *s, const char *text); /* element content and quoted attributes */
void pl_add_tex(pl_str *s, const char *text);  /* text mode */
void pl_add_md(pl_str *s, const char *text);   /* a cell of a table */

/* A gnuplot string expression (plain: the figures are drawn `noenhanced`), single-quoted, so that
 * nothing in it is substituted. The text is broken into lines of at most `width` characters at
 * blanks; a longer word is cut in its middle; width 0: one line, whole. Labels of tics are formats
 * to gnuplot: there % is doubled. Returns the number of lines. */
int pl_add_gnuplot(pl_str *s, const char *text, size_t width);
int pl_add_gnuplot_tic(pl_str *s, const char *text, size_t width);

/* One line of plain text of at most `width` characters; of a longer one the middle is left out. */
void pl_add_cut(pl_str *s, const char *text, size_t width);

/* Number of characters of UTF-8 text. */
size_t pl_text_width(const char *text);

/* Words for people: "95.41" for 0.9541 (percent, two decimals) or "-" for NaN; a plain number with
 * four decimals. */
enum { PL_NUMBER_TEXT = 32 };
const char *pl_percent_text(double fraction, char out[PL_NUMBER_TEXT]);
const char *pl_number_text(double value, char out[PL_NUMBER_TEXT]);

#endif
