/* What a folder's figures were drawn from: the file DIR/.drawn. */
#ifndef PL_DRAW_FIGURE_MEMORY_H
#define PL_DRAW_FIGURE_MEMORY_H

#include <stdbool.h>

#include "draw/figure_script.h"
#include "util/digest.h"

typedef struct pl_drawn_figure {
    char name[PL_FIGURE_NAME];
    pl_digest script, file[PL_FIGURE_KINDS]; /* file: in the order of pl_figure_kinds */
} pl_drawn_figure;

typedef struct pl_figure_memory {
    char version[128];     /* what `gnuplot --version` said; "": not known */
    pl_drawn_figure *item; /* heap, by name */
    size_t count;
} pl_figure_memory;

/* What is remembered; nothing where the file is missing or not to be understood. Clear it. */
void pl_figure_memory_read(const char *dir, pl_figure_memory *m);
void pl_figure_memory_clear(pl_figure_memory *m);

/* Whether the figure's files in `dir` are those that were drawn from this script. */
bool pl_figure_is_drawn(const pl_figure_memory *m, const char *dir, const pl_figure_item *figure);

/* Remembers the figures of f as their files in `dir` are now. KN_EIO. */
kn_status pl_figure_memory_write(const char *dir, const char *version, const pl_figures *f,
                                 kn_error *e);

#endif
