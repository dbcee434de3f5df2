/* One model of a group looked into: how it ranks, whether its probabilities mean what they say, what another threshold would do. */
#ifndef PL_INSIGHT_SCORES_H
#define PL_INSIGHT_SCORES_H

#include "draw/doc.h"
#include "draw/figures.h"
#include "study/answers.h"

/* Of the group's run with the best validation accuracy (scores_side.h), below a heading of level 4: the scores of the group's
 * runs, then the figures group-NN-roc (images of both classes), -calibration, -threshold and -histogram with what they say in
 * words. Nothing for a group without answers. NN counts groups as in runs.csv, from 01. */
void pl_group_scores_section(const pl_study_data *d, const pl_study_answers *answers, int group,
                             pl_doc *doc, pl_figures *figures);

#endif
