/* Figures by gnuplot: each is drawn twice, NAME.svg and NAME.png (twice the size, for slides and
 * paper), with its numbers beside it as NAME.csv.
 *
 * The same script gives the same bytes: fixed terminals and fonts, no user settings, the C locale,
 * no times. */
#ifndef PL_DRAW_FIGURES_H
#define PL_DRAW_FIGURES_H

#include <stddef.h>

#include "base/status.h"
#include "util/str.h"

enum { PL_FIGURE_NAME = 96 };

typedef struct pl_figures {
    pl_str script;
    char (*name)[PL_FIGURE_NAME]; /* without extension */
    char **csv;                   /* heap; NULL: none */
    size_t *start;                /* of its commands in script */
    size_t count;
} pl_figures;

typedef struct pl_figure {
    const char *name;  /* letters, digits, - and _ */
    int width, height; /* points */
    const char *body;  /* gnuplot commands that draw it */
    const char *csv;   /* its numbers, with a header; NULL: none */
    const char
        *source; /* the runs and data it came from, one line, drawn small below it; NULL: none */
} pl_figure;

void pl_figures_init(pl_figures *f);
void pl_figures_clear(pl_figures *f);

/* Copies what it is given. */
void pl_figures_add(pl_figures *f, const pl_figure *figure);

/* Draws all of them into `dir` (made where missing) with at most `threads` gnuplot processes at a
 * time (0: one per core); the bytes do not depend on it. Files that already hold the same bytes stay
 * as they are. Errors as of pl_gnuplot_run. */
kn_status pl_figures_draw(const pl_figures *f, const char *dir, int threads, kn_error *e);

/* Removes from `dir` the .svg, .png and .csv files that are not among f's and whose names begin with one
 * of the heads (NULL-terminated): figures of an earlier report. */
kn_status pl_figures_prune(const pl_figures *f, const char *dir, const char *const *heads,
                           kn_error *e);

/* The colours of the figures and of the page. */
#define PL_COLOR_TRAIN "#2f6db3"
#define PL_COLOR_VAL "#d1495b"
#define PL_COLOR_DARK "#333333"
#define PL_COLOR_GRID "#dddddd"

#endif
