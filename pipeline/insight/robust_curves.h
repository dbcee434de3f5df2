/* What facet robust measured of a study, by groups: of each the mean over its seeds. */
#ifndef PL_INSIGHT_ROBUST_CURVES_H
#define PL_INSIGHT_ROBUST_CURVES_H

#include "insight/robust.h"
#include "study/study_data.h"

/* At one amount, over the runs that answered anything there. Fractions; NaN where none did. */
typedef struct pl_robust_mean {
    int runs;
    double accuracy;
    double low,
        high; /* of one run Wilson's 95 % interval over images, of several Student's of the mean over them (stats/mean.h) */
    double least, most; /* of the runs; of one run low and high */
    double kept;        /* share of the images that are answered */
} pl_robust_mean;

typedef struct pl_robust_group {
    int group;        /* index into the study's */
    int *run;         /* heap, [runs]: those that were measured, as in runs.csv */
    int runs;         /* 1 or more */
    long long images; /* of the run with the most */
    bool aligned;     /* a run was measured with alignment too */
    pl_robust_mean at[2][PL_DISTURB_COUNT][PL_DISTURB_STEPS]; /* [with alignment] */
} pl_robust_group;

/* Of the groups of a study with a run that is done and has a file about the target that is looked into (pl_run_target), as in runs.csv;
 * heap, *count of them. KN_EFORMAT: a file is malformed. */
kn_status pl_robust_groups_read(const pl_study_data *d, pl_robust_group **out, int *count,
                                kn_error *e);
void pl_robust_groups_free(pl_robust_group *g, int count);

/* Of measured curves, [runs]: the same means, for a group that is not in a study's table; run and group are left zero. */
void pl_robust_mean_of(const pl_robust *r, int runs, pl_robust_group *out);

/* group,runs,disturbance,amount,align,images,kept,accuracy,low,high,least,most: a row per group and condition. Appends. */
void pl_robust_groups_csv(const pl_study_data *d, const pl_robust_group *g, int count, pl_str *csv);

#endif
