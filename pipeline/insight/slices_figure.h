/* The figure of a group's slices. */
#ifndef PL_INSIGHT_SLICES_FIGURE_H
#define PL_INSIGHT_SLICES_FIGURE_H

#include "insight/slices.h"

enum { PL_SLICES_WIDTH = 760, PL_SLICES_ROWS = 40 };

/* Which slices are drawn, and in which order: those whose parts are not small, the target's among them, by their gap from the
 * least (worst for those that have the attribute) to the greatest; of more than PL_SLICES_ROWS the widest gaps. row: room for
 * s->count indices; returns how many. *left_out (may be NULL): tested slices that are not drawn. */
size_t pl_slices_rows(const pl_slices *s, size_t *row, size_t *left_out);

/* What the figure calls things. */
typedef struct pl_slices_words {
    const char *row;            /* csv: what a row is, "attribute" */
    const char *with, *without; /* the parts [1] and [0] */
    const char *share, *gap;    /* the axes, without their unit */
    bool counted;               /* names are followed by the images of part [1] */
    double all;                 /* drawn as a line for comparison; NaN: none */
} pl_slices_words;

/* At the left the share answered rightly of both parts with Wilson's interval, at the right the gap with Newcombe's; gaps that
 * stay after Holm's correction (p < 0.05) are filled. row[n]: which slices, top first; n >= 1. Returns the height the figure
 * needs. */
int pl_slices_figure(const pl_slices *s, const size_t *row, size_t n, const pl_slices_words *words,
                     const char *title, pl_str *body, pl_str *csv);

#endif
