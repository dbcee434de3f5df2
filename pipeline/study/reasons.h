/* Why runs are not done: those of one status, grouped by the reason their manifests give. */
#ifndef PL_STUDY_REASONS_H
#define PL_STUDY_REASONS_H

#include "study/study_data.h"

typedef struct pl_reason {
    char *text;   /* heap: of its first run; of halving without place and value */
    int runs;     /* how many */
    int first;    /* index of the first of them */
    bool numbers; /* the others' texts differ from it in numbers */
} pl_reason;

/* The reasons of the runs of this status ("failed", "stopped"), those with the most runs first, then
 * in the order of runs.csv; heap, *count of them. Reasons of failed runs that differ only in numbers
 * count as one (the same loss in another batch), those of halving of the same rung. */
pl_reason *pl_reasons_new(const pl_study_data *d, const char *status, int *count);
void pl_reasons_free(pl_reason *reasons, int count);

/* Whether a stopped run was stopped by halving, which goes on with --finish alone. */
bool pl_run_is_halved(const pl_report_run *r);

#endif
