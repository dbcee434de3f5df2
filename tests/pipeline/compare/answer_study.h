/* A study in memory for the tests of compare/: groups of seeds whose answers come from a formula, which scripts/oracle/marks.py has
 * too. */
#ifndef TESTS_ANSWER_STUDY_H
#define TESTS_ANSWER_STUDY_H

#include "study/answers.h"

typedef struct answer_study {
    pl_study_data d; /* swept: train.lr; labels and names g0, g1 ...; every run is done */
    pl_study_answers a;
    int images; /* of each test side; half as many of validation */
} answer_study;

/* Everything answered rightly; run k of group g is number g * seeds + k. */
void answer_study_new(answer_study *s, int groups, int seeds, int images);
void answer_study_clear(answer_study *s);

/* Test image i is answered wrongly where h(i, 0) + h(i, salt) < threshold, h in 0..999; validation images likewise, from the
 * other end. */
void answer_study_answer(answer_study *s, int run, unsigned salt, int threshold);

/* The run was asked another set of images: its test side backwards (the same images), or with other names or labels. */
typedef enum answer_set { ASK_BACKWARDS, ASK_OTHER_NAMES, ASK_OTHER_LABELS } answer_set;
void answer_study_ask(answer_study *s, int run, answer_set set);

/* Accuracies, counts and summaries from the answers; after the last change. */
void answer_study_finish(answer_study *s);

#endif
