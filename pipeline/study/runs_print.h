/* A table of runs_query.h for people and for programs. */
#ifndef PL_STUDY_RUNS_PRINT_H
#define PL_STUDY_RUNS_PRINT_H

#include "study/runs_query.h"

/* The shown columns, aligned, numbers to the right, accuracies as percent. width: characters of a line, 0: any;
 * text that makes lines longer loses its middle, and what still is too long its end. color: by ANSI codes. */
void pl_runs_text(const pl_runs_table *t, size_t width, bool color, pl_str *s);

/* All columns: as CSV with a header; as an array of objects, numbers as numbers, null for what is not known (new
 * reference). */
void pl_runs_csv(const pl_runs_table *t, pl_str *s);
json_t *pl_runs_json(const pl_runs_table *t);

#endif
