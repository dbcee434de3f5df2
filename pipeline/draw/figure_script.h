/* The gnuplot script of one figure: the common look, the three terminals, the source line. */
#ifndef PL_DRAW_FIGURE_SCRIPT_H
#define PL_DRAW_FIGURE_SCRIPT_H

#include "draw/figures.h"

enum { PL_FIGURE_KINDS = 3 };
extern const char *const pl_figure_kinds[PL_FIGURE_KINDS]; /* endings: svg, png, pdf */

/* Commands that draw the figure NAME.svg, .png and .pdf into gnuplot's folder, whatever was drawn
 * before. Heap. */
char *pl_figure_script(const pl_figure *figure);

#endif
