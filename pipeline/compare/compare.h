/* Two runs on the test images they have in common. */
#ifndef PL_COMPARE_COMPARE_H
#define PL_COMPARE_COMPARE_H

#include <stddef.h>

#include "base/status.h"
#include "stats/mcnemar.h"
#include "util/str.h"

typedef struct pl_comparison {
    pl_pairs pairs; /* over the common images */
    pl_paired paired;
    size_t common;   /* test images of both */
    size_t alone[2]; /* test images of one run only */
} pl_comparison;

/* From the predictions.csv of two runs' folders; images are matched by name. KN_EDATA: no image in
 * common, or one that the two runs give different labels (another target). */
kn_status pl_compare_runs(const char *first_dir, const char *second_dir, pl_comparison *out,
                          kn_error *e);

/* The result for people and as JSON; the names are how the runs are called. Appends. */
void pl_comparison_text(const pl_comparison *c, const char *first, const char *second, pl_str *s);
void pl_comparison_json(const pl_comparison *c, const char *first, const char *second, pl_str *s);

#endif
