/* Two runs, or two groups of runs, on the test images they have in common. */
#ifndef PL_COMPARE_COMPARE_H
#define PL_COMPARE_COMPARE_H

#include <stddef.h>

#include "base/status.h"
#include "compare/compare_images.h"
#include "stats/bootstrap.h"
#include "stats/effects.h"
#include "stats/interval.h"
#include "stats/mcnemar.h"
#include "stats/mean.h"
#include "stats/roc.h"
#include "util/str.h"

enum {
    PL_COMPARE_SAMPLES = 10000, /* of the bootstrap */
    PL_SLICE_SMALL = 30         /* a slice of fewer images says that it is small */
};

/* Two runs of one seed (or of which one takes none); the only pair where both sides are runs. */
typedef struct pl_seed_pair {
    int run[2]; /* of each side */
    pl_pairs pairs;
    pl_paired paired;
    double holm_p; /* of the exact p, over the seed pairs */
    pl_auc_pair auc;
} pl_seed_pair;

/* The images that have an attribute, or have it not; or of one class. */
typedef struct pl_slice {
    char *name; /* heap: "Eyeglasses", "not Eyeglasses" */
    size_t n;
    double accuracy[2], difference; /* of the means over runs; NaN for n = 0 */
    double low,
        high; /* 95 % interval: Agresti and Min between runs, paired bootstrap between groups */
    double p,
        holm_p; /* McNemar exact between runs, bootstrap between groups; corrected over the slices */
    bool small;
} pl_slice;

typedef struct pl_comparison {
    pl_compare_side side[2];
    char *target; /* heap: what is asked, where a side tells several attributes; else NULL */
    char *others; /* heap: how many more both tell, as a sentence; NULL: none */
    pl_common_images images;
    bool groups;           /* one of the sides is a group */
    double accuracy[2];    /* mean over the side's runs */
    pl_interval wilson[2]; /* of a side with one run; else NaN */
    pl_summary seeds[2];   /* accuracies of the side's runs */
    double difference;
    pl_boot boot;       /* over images, correctness averaged over each side's runs */
    pl_seed_pair *pair; /* heap; empty where groups have no seed in common */
    int pairs;
    pl_pairs all;            /* the pairs' counts added up: images times pairs */
    pl_effect by_seed;       /* differences of accuracy of the pairs: Student's t */
    pl_effect auc_by_seed;   /* of AUC */
    size_t better[2], alike; /* images on which a side has the higher share of right runs */
    pl_slice *slice;         /* heap; the surest differences first, small ones last */
    size_t slices;
} pl_comparison;

/* Takes the sides over (they are the comparison's from here on, also on failure). target: the attribute that is compared, which every
 * run must tell; NULL: the first that all tell. Errors as of pl_common_images_read; KN_EUSAGE where a run does not tell it, or they
 * have none in common. */
kn_status pl_compare(pl_compare_side side[2], const char *target, pl_comparison *out, kn_error *e);
void pl_comparison_clear(pl_comparison *c);

/* The result for people, as JSON, and as a table with a row per common image: image, label, probability_first,
 * probability_second, right_first, right_second (of groups means and shares over runs), then of groups the probability of each run,
 * "first RUN-ID". Each appends. */
void pl_comparison_text(const pl_comparison *c, pl_str *s);
void pl_comparison_json(const pl_comparison *c, pl_str *s);
void pl_comparison_csv(const pl_comparison *c, pl_str *s);

/* Fills slice, slices: for compare.c. */
void pl_compare_slices(pl_comparison *c);

#endif
