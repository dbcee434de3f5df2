/* One side of a comparison: a run, or a group of runs that differ in the seed alone. */
#ifndef PL_COMPARE_COMPARE_SIDE_H
#define PL_COMPARE_COMPARE_SIDE_H

#include <stdbool.h>

#include "base/status.h"

typedef struct pl_side_run {
    char *id, *seed, *dir; /* heap; seed "": it takes none, or is not known */
} pl_side_run;

typedef struct pl_compare_side {
    char *name;      /* heap: as the user named a run; "STUDY: LABEL" of a group */
    char *study_dir; /* heap */
    bool group;
    pl_side_run *run; /* heap; of a group those that are done */
    int runs;
    int not_done; /* runs of the group that are left out */
} pl_compare_side;

/* Finds what `ref` names: STUDY/GROUP, the group's whole name in runs.csv or its label, or a run (run/run_ref.h). groups: of a run
 * its group is meant. KN_EUSAGE where there is none, or a label that several groups have; KN_EDATA for a group without a run that
 * is done. */
kn_status pl_compare_side_find(const char *results, const char *ref, bool groups,
                               pl_compare_side *out, kn_error *e);
void pl_compare_side_clear(pl_compare_side *s);

#endif
