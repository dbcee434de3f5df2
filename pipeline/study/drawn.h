/* Which groups and runs of a study have figures and rows of their own: all, or, of many, those at
 * the edges. */
#ifndef PL_STUDY_DRAWN_H
#define PL_STUDY_DRAWN_H

#include <stdbool.h>

#include "study/study_data.h"

enum {
    PL_DRAWN_ALL_RUNS = 40, /* a study of more runs, or a group's figure or table of more, is cut */
    PL_DRAWN_EDGE = 3       /* so many of the best and of the worst groups, and of a group's runs */
};

typedef struct pl_drawn {
    bool *group; /* heap: has a section on the page and figures of its own */
    bool *run;   /* heap: has curves of its own */
    bool all;    /* asked for by --plots all */
} pl_drawn;

/* Groups without a run that is done are never chosen. In a study of more than PL_DRAWN_ALL_RUNS runs
 * the three best and the three worst groups are (by test accuracy, by that of validation where no
 * run has any), and of each the three best and the three worst runs. */
void pl_drawn_choose(const pl_study_data *d, bool all, pl_drawn *out);
void pl_drawn_clear(pl_drawn *w);

/* Runs of a group that a figure or a table of all of them shows, in the order of runs.csv; returns
 * how many. All that `fits` accepts; where that is more than PL_DRAWN_ALL_RUNS and not all are asked
 * for, that many evenly spaced from the best to the worst. *left_out: the others. runs: room for the
 * group's. */
int pl_drawn_runs(const pl_study_data *d, int group, bool all, bool (*fits)(const pl_report_run *r),
                  int *runs, int *left_out);

/* Whether a run that is done has curves. */
bool pl_run_has_curves(const pl_report_run *r);

#endif
