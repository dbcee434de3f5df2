/* What figures and tables call things: the classes, and where the numbers came from. */
#ifndef PL_INSIGHT_SCORES_NAMES_H
#define PL_INSIGHT_SCORES_NAMES_H

#include <stddef.h>

#include "stages/split.h"
#include "study/study_data.h"

/* The attribute that is learned, as a manifest of the study names it; NULL: not known. */
const char *pl_target_name(const pl_study_data *d);

enum { PL_CLASS_NAME = 80 };

/* "not Male" and "Male", or "class 0" and "class 1"; of a long name the middle is left out. */
void pl_class_names(const pl_study_data *d, char out[2][PL_CLASS_NAME]);

/* "test" or "validation". */
const char *pl_side_word(int side);

/* The line below a figure: "claims, run 63bfd1bc02f2; data 9441d2ca3ebd, 2,448 test images"; heap. Of several runs all are named
 * up to six, else their number ("60 runs"). side: PL_SIDE_VAL or PL_SIDE_TEST with `images` of them, or -1: not told. */
char *pl_source_line(const pl_study_data *d, const int *run, int count, int side, size_t images);

#endif
