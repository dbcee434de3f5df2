/* How well each attribute is told, in a study with models that tell several: for every group and attribute the scores of the test
 * images over the group's seeds, and what telling it together with others costs against telling it alone. From metrics.json. */
#ifndef PL_COMPARE_TOLD_ATTRIBUTES_H
#define PL_COMPARE_TOLD_ATTRIBUTES_H

#include "stats/effects.h"
#include "stats/interval.h"
#include "study/study_data.h"

typedef struct pl_told {
    int group;
    const char *name;   /* borrowed from a manifest; NULL: the mean over the group's attributes */
    long long labelled; /* test images whose label is known; of the mean: all of them */
    long long unknown;  /* the others; of the mean 0 */
    double majority;    /* share of the commoner class */
    pl_summary accuracy, balanced, auc, f1; /* over the runs that are done */
    pl_interval
        images; /* Wilson's, of the mean accuracy as a share of the labelled images; of the mean none */
} pl_told;

/* Groups as in runs.csv, attributes in the order of the models, the mean last where there are several. Heap; *count 0 (and a pointer to
 * free) where no run that is done tells several. */
pl_told *pl_told_new(const pl_study_data *d, int *count);

/* An attribute told by a model of its own, and by one of several. */
typedef struct pl_told_pair {
    const pl_told *alone, *together;
    pl_effect
        difference; /* of accuracy, together less alone, over the seeds that both have; n 0: none */
} pl_told_pair;

/* Heap; *count of them. */
pl_told_pair *pl_told_pairs_new(const pl_study_data *d, const pl_told *told, int count, int *pairs);

/* group, kind (attribute or mean), attribute, n, labelled, unknown, majority, then accuracy mean, std and interval over the seeds, Wilson's
 * over the images, balanced accuracy, AUC, F1 (means over the seeds). */
void pl_told_csv(const pl_study_data *d, const pl_told *told, int count, pl_str *s);

#endif
