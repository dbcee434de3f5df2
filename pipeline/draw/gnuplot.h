/* gnuplot as child processes, several at a time. */
#ifndef PL_DRAW_GNUPLOT_H
#define PL_DRAW_GNUPLOT_H

#include <stddef.h>

#include "base/status.h"

/* What one process is given to draw: a script of its own. */
typedef struct pl_gnuplot_part {
    const char *script;
    size_t size;
} pl_gnuplot_part;

/* Runs the parts in `dir`, at most `at_once` (at least 1) at a time: no user settings, the C locale.
 * The first failure ends the others. KN_EIO: gnuplot is not installed or lacks a terminal (the sentence names the
 * package) or rejects a script (the sentence repeats its complaint); KN_EINTERRUPTED. No process is
 * left behind, and none outlives this one. */
kn_status pl_gnuplot_run(const char *dir, const pl_gnuplot_part *parts, size_t count, int at_once,
                         kn_error *e);

#endif
