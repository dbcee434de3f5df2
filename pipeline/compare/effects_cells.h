/* The groups of a study as points of its axes: which of them differ in given axes alone. For effects_study.c. */
#ifndef PL_COMPARE_EFFECTS_CELLS_H
#define PL_COMPARE_EFFECTS_CELLS_H

#include "study/study_data.h"

typedef struct pl_point {
    int group;
    int *
        level; /* [axes]: index of the value in pl_points.value; -1: the key has no effect on the group */
    int *key; /* [axes]: the same, base values filled in and the axes left out set to 0 */
} pl_point;

typedef struct pl_points {
    int axes, count;
    pl_point *point;     /* of the groups that have a run with a test accuracy */
    const char ***value; /* [axes][levels]: different values, in the order of runs.csv */
    int *levels;         /* [axes] */
    int *memory;         /* private */
} pl_points;

void pl_points_new(const pl_study_data *d, pl_points *out);
void pl_points_free(pl_points *p);

/* Sorts the points so that those which differ in axes a and b alone (b < 0: in a alone) and have a level of each stand together;
 * the others come last. Returns how many stand before them. Points of one cell are in the order of runs.csv. */
int pl_points_sort(pl_points *p, int a, int b);

/* Whether two points stand in one cell of the last sort. */
bool pl_points_together(const pl_points *p, int i, int k);

#endif
