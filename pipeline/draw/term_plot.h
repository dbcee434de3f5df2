/* Line plots of characters: for a terminal. */
#ifndef PL_DRAW_TERM_PLOT_H
#define PL_DRAW_TERM_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

enum { PL_TERM_MOST_SERIES = 4, PL_TERM_LEAST_WIDTH = 30, PL_TERM_LEAST_HEIGHT = 6 };

typedef struct pl_term_series {
    const char *name; /* short; stands beside the last point */
    const double *x, *y;
    size_t count;     /* points; NaN in y: a gap */
    const char *code; /* ANSI colour, "34" */
    bool dashed;
} pl_term_series;

typedef struct pl_term_plot {
    const char *title, *xlabel;
    const pl_term_series *series;
    size_t count;
    size_t width, height; /* characters, title and axis included; at least PL_TERM_LEAST_* */
    double x_low, x_high; /* x_low < x_high */
    int decimals;         /* of the labels of y, at most; as many as its ticks need */
    bool unicode, color;
} pl_term_plot;

/* The plot as `height` lines of exactly `width` characters (codes of colours not counted), each into line[i],
 * which is inited and empty. Braille dots, or with unicode false only ASCII: `*`, `o` for a dashed series.
 * Without any finite y the frame alone, and "no values yet". */
void pl_term_plot_draw(const pl_term_plot *p, pl_str *line);

#endif
