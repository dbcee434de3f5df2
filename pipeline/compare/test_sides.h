/* The test images of runs in one order, so that the same images are at the same place whatever set they came from. */
#ifndef PL_COMPARE_TEST_SIDES_H
#define PL_COMPARE_TEST_SIDES_H

#include "study/answers.h"

typedef struct pl_test_sides {
    const pl_image_sets *sets; /* borrowed */
    size_t **image;            /* heap: per set its test images in the order of their names */
    int *same; /* heap: per set the first one with the same test images and labels */
} pl_test_sides;

void pl_test_sides_make(const pl_image_sets *sets, pl_test_sides *out);
void pl_test_sides_clear(pl_test_sides *t);

/* The index of a set that is among them. */
int pl_test_set_of(const pl_test_sides *t, const pl_image_set *set);

/* The set, as `same` has it, that all runs of the group that are done were tested on; -1 where one has no answers, where they
 * were tested on different images, or where none is done. */
int pl_group_test_set(const pl_study_data *d, const pl_study_answers *a, const pl_test_sides *t,
                      int group);

#endif
