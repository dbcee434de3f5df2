/* A study in memory for the tests of compare/: groups of seeds whose answers come from a formula, which scripts/oracle/marks.py has
 * too. */
#ifndef TESTS_SMALL_STUDY_H
#define TESTS_SMALL_STUDY_H

#include "study/answers.h"

typedef struct small_study {
    pl_study_data d; /* swept: train.lr; labels and names g0, g1 ...; every run is done */
    pl_study_answers a;
    int images; /* of each test side; half as many of validation */
} small_study;

/* Everything answered rightly; run k of group g is number g * seeds + k. */
void small_study_new(small_study *s, int groups, int seeds, int images);
void small_study_clear(small_study *s);

/* Test image i is answered wrongly where h(i, 0) + h(i, salt) < threshold, h in 0..999; validation images likewise, from the
 * other end. */
void small_study_answer(small_study *s, int run, unsigned salt, int threshold);

/* The run was asked another set of images: its test side backwards (the same images), or with other names or labels. */
typedef enum small_set { SMALL_BACKWARDS, SMALL_OTHER_NAMES, SMALL_OTHER_LABELS } small_set;
void small_study_ask(small_study *s, int run, small_set set);

/* Accuracies, counts and summaries from the answers; after the last change. */
void small_study_finish(small_study *s);

#endif
