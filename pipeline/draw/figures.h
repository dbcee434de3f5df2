/* Figures by gnuplot: each is drawn as NAME.svg (for screens), NAME.png (twice the size, for slides) and NAME.pdf (for a
 * page: 17 cm wide, the full width of an A4 page's text, or 8.5 cm, a column, where it is at most PL_FIGURE_COLUMN points
 * wide; fonts embedded), with its numbers beside it as NAME.csv.
 *
 * The same script gives the same bytes: fixed terminals and fonts, no user settings, the C locale, no times.
 *
 * Every body finds the same look set: fonts, borders at the left and below, a light grid, the key above the graph, and for
 * series `ls 1`..`ls 8`, of a colour, a dash and a point each (`lt 1`..`lt 8`: the same without the dash). It changes only
 * what it must. Sizes of fonts mean the same in all three:
 * `font ',16'` is 16 points of the figure's own. A body leaves to the figure: `reset`, `unset label`, `set size x,y`,
 * `set origin`, and the margins, scale and offset of `set multiplot layout R,C`; its first `plot` or `splot` begins a
 * line. */
#ifndef PL_DRAW_FIGURES_H
#define PL_DRAW_FIGURES_H

#include <stddef.h>

#include "base/status.h"

/* Widths in points of the figure; any width will do, but these give text of about 7 points on a page. */
enum { PL_FIGURE_NAME = 96, PL_FIGURE_COLUMN = 420, PL_FIGURE_FULL = 760 };

typedef struct pl_figure_item {
    char name[PL_FIGURE_NAME]; /* without extension */
    char *script;              /* heap; draws it alone, in all three kinds */
    char *csv;                 /* heap; NULL: none */
} pl_figure_item;

typedef struct pl_figures {
    pl_figure_item *item;
    size_t count;
} pl_figures;

typedef struct pl_figure {
    const char *name;   /* letters, digits, - and _ */
    int width, height;  /* points */
    const char *body;   /* gnuplot commands that draw it */
    const char *csv;    /* its numbers, with a header; NULL: none */
    const char *source; /* the runs and data it came from, one line, drawn small below it, where the
                           figure grows by its height; NULL: none */
} pl_figure;

void pl_figures_init(pl_figures *f);
void pl_figures_clear(pl_figures *f);

/* Copies what it is given. */
void pl_figures_add(pl_figures *f, const pl_figure *figure);

/* Draws into `dir` (made where missing) with at most `threads` gnuplot processes at a time (0: one per
 * core); the bytes do not depend on it. Not drawn again is a figure whose script and whose three files
 * are, by SHA-256, those of the last time, by the same version of gnuplot (dir/.drawn remembers; where
 * gnuplot is gone, its version does not matter). Files that already hold the same bytes stay as they
 * are. *drawn, where not NULL: how many were. Errors as of pl_gnuplot_run. */
kn_status pl_figures_draw(const pl_figures *f, const char *dir, int threads, kn_error *e);
kn_status pl_figures_draw_count(const pl_figures *f, const char *dir, int threads, size_t *drawn,
                                kn_error *e);

/* Removes from `dir` the .svg, .png, .pdf and .csv files that are not among f's and whose names begin
 * with one of the heads (NULL-terminated): figures of an earlier report. */
kn_status pl_figures_prune(const pl_figures *f, const char *dir, const char *const *heads,
                           kn_error *e);

/* The colours of figures and page. The eight are the hues of Okabe and Ito (Color Universal Design, 2008)
 * with their lightness spread, so that any two differ by at least 8 of L* where they are printed grey,
 * and by at least 14 of CIELAB's distance to an eye without red, green or blue cones (Machado and others,
 * 2009): test_figures.c and scripts/oracle/palette.py compute it. Neighbours differ most: take them in
 * order. White text is to be read on 1, 4, 5 and 7, black on the others. */
#define PL_COLOR_1 "#015688" /* blue */
#define PL_COLOR_2 "#d86003" /* vermilion */
#define PL_COLOR_3 "#2db285" /* green */
#define PL_COLOR_4 "#151515" /* black */
#define PL_COLOR_5 "#9f507d" /* purple */
#define PL_COLOR_6 "#f4ab1a" /* orange */
#define PL_COLOR_7 "#652a00" /* brown */
#define PL_COLOR_8 "#a1d8ff" /* sky */
#define PL_COLOR_TRAIN PL_COLOR_1
#define PL_COLOR_VAL PL_COLOR_2
#define PL_COLOR_GOOD PL_COLOR_1 /* what is right, gained, class 1 */
#define PL_COLOR_BAD PL_COLOR_2  /* what is wrong, lost, class 0 */
#define PL_COLOR_DARK "#333333"  /* axes, text, reference lines */
#define PL_COLOR_SOFT "#6b6b6b"  /* what may be overlooked: the source, runs that were stopped */
#define PL_COLOR_LIGHT "#bbbbbb" /* areas and lines behind others */
#define PL_COLOR_GRID "#dddddd"

/* For `set palette`: from none to much, and from less through nothing to more (give cbrange both signs). */
#define PL_PALETTE_MUCH "defined (0 '#ffffff', 1 '" PL_COLOR_1 "')"
#define PL_PALETTE_SIGN "defined (-1 '" PL_COLOR_2 "', 0 '#ffffff', 1 '" PL_COLOR_1 "')"

#endif
