/* The rows of a predictions.csv that are about one attribute, where the run tells several: for answers.c. */
#ifndef PL_STUDY_ANSWERS_PICK_H
#define PL_STUDY_ANSWERS_PICK_H

#include <stddef.h>

#include "base/status.h"
#include "util/str.h"

/* A text with a column target becomes the text of a run that tells `target` (NULL: the first that is named) alone, without the images
 * whose label is not known; any other is left as it is. *text is on the heap, before and after, also on failure. Where the file's
 * name for it is no UTF-8, `target` may be that name as JSON has it. */
kn_status pl_answers_pick(const char *path, const char *target, char **text, size_t *size,
                          kn_error *e);

/* The texts of all of them at once, as pl_answers_pick has them, in the order of the file: heap, *count of them (each for pl_str_clear,
 * then free). *count 0 where the text is that of a run that tells one. KN_EFORMAT where a row names another than its turn is. */
kn_status pl_answers_split(const char *path, const char *text, size_t size, pl_str **out,
                           size_t *count, kn_error *e);

#endif
