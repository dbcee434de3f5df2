/* Every group against the best: on the same test images, with what chance alone would do.
 *
 * A group's answer to an image is the share of its seeds that are right. The paired bootstrap draws the images anew and so tells
 * what other images could have given; the seeds are held fixed: it is about the models that were trained. Beside it McNemar's
 * exact test between the two groups' median seeds (by test accuracy; of an even number the lower one), which needs no
 * resampling and is about one model of each. Holm's correction is over all groups that were compared. */
#ifndef PL_COMPARE_MARKS_H
#define PL_COMPARE_MARKS_H

#include "study/answers.h"

enum { PL_MARKS_SAMPLES = 10000 }; /* of the bootstrap, at least */

/* Fractions. All NaN where the group was not compared: it is the best, or `paired` is false. */
typedef struct pl_mark {
    bool paired;       /* it was tested on the same images, with the same labels, as the best */
    double difference; /* its mean test accuracy less the best's, on those images */
    double low, high;  /* 95 % interval of the bootstrap */
    double p_bootstrap;
    double p_mcnemar;
    double p_holm; /* of p_bootstrap */
    bool as_good;  /* it is the best, or p_holm >= 0.05: not to be told from it */
} pl_mark;

typedef struct pl_marks {
    pl_mark *group; /* heap, as in the study */
    int best;       /* the group of the highest mean test accuracy; -1: none has any */
    size_t images;  /* test images of the best */
    int compared;   /* groups compared with it */
    int unpaired;   /* groups with a test accuracy that could not be */
    int samples;    /* of the bootstrap */
} pl_marks;

/* The same study gives the same numbers. Where a run tells several attributes accuracies are no shares of images, and nothing is
 * compared; where the groups tell different ones, none is the best. */
void pl_marks_make(const pl_study_data *d, const pl_study_answers *a, pl_marks *out);
void pl_marks_clear(pl_marks *m);

#endif
