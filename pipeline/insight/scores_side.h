/* One side's answers of a run, and the runs of a group that answered the same images. */
#ifndef PL_INSIGHT_SCORES_SIDE_H
#define PL_INSIGHT_SCORES_SIDE_H

#include <stddef.h>
#include <stdint.h>

#include "study/answers.h"

/* Probabilities and labels of one side, side by side as the statistics want them; heap. */
typedef struct pl_side_answers {
    size_t count, of[2]; /* images, and of each class */
    float *p;            /* [count], of class 1 */
    uint8_t *label;      /* [count] */
} pl_side_answers;

/* side: PL_SIDE_VAL or PL_SIDE_TEST. A run without answers has none: count 0. */
void pl_side_answers_of(const pl_answers *a, int side, pl_side_answers *out);
void pl_side_answers_clear(pl_side_answers *s);

/* The side a set is judged on: its test images, where it has none its validation images; -1: it has neither. */
int pl_judged_side(const pl_image_set *images);

/* The runs of a group that are done and have the image set of its first such run. Runs of a group differ in the seed alone, so
 * that is all of them but after a change of data between two runs. */
typedef struct pl_group_answers {
    const pl_image_set *images; /* NULL: no run has answers */
    int *run;                   /* heap, [count]: indices into d->run */
    int count, left_out;        /* left_out: done, with other images */
    int side;                   /* pl_judged_side */
} pl_group_answers;

void pl_group_answers_of(const pl_study_data *d, const pl_study_answers *answers, int group,
                         pl_group_answers *out);
void pl_group_answers_clear(pl_group_answers *g);

/* The run to look into: that with the best validation accuracy, the first of equal ones; without any validation accuracy the
 * first. Index into d->run, -1: none. *chosen (may be NULL): it was chosen by validation accuracy. */
int pl_shown_run(const pl_study_data *d, const pl_group_answers *g, bool *chosen);

/* Share of the group's runs that answer each image rightly, heap [images->count], over all sides. */
float *pl_mean_rightness(const pl_study_answers *answers, const pl_group_answers *g);

#endif
