/* Where numbers came from, in words, for captions. */
#ifndef PL_REPORT_PAGE_SOURCE_H
#define PL_REPORT_PAGE_SOURCE_H

#include "study/study_data.h"

/* "study claims, runs `63bfd1bc02f2`, `0a1b2c3d4e5f`; data `9441d2ca3ebd`", heap: the runs of a group that are done, or
 * (group -1) of the study. Up to six are named, of more their number is told; data where all of them have the same. */
char *pl_page_source(const pl_study_data *d, int group);

#endif
