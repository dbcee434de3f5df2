/* A study in memory for the tests of insight/: groups of runs with probabilities by a formula that scripts/oracle/insight.py has
 * too. */
#ifndef TESTS_INSIGHT_RIG_H
#define TESTS_INSIGHT_RIG_H

#include "draw/doc.h"
#include "study/answers.h"

typedef struct insight_rig {
    int groups, seeds;
    int val, test;   /* images of each side */
    bool attributes; /* Male, Glasses, Beard */
    int one_class;   /* all labels are 1 */
} insight_rig;

typedef struct insight_study {
    pl_study_data d;
    pl_study_answers answers;
} insight_study;

/* Run k of group g has the id "run<g><k>", seed k + 1 and the probabilities of seed k + 1, whatever the group; its validation
 * accuracy is 0.9 for k = 1, else 0.8. The group's name is g<g>, its label "<g> & 'lr=0.01'". */
void insight_study_make(insight_study *s, const insight_rig *rig);
void insight_study_free(insight_study *s);

/* All text of a document, a line per block; tables as their cells with | between them; heap. */
char *insight_doc_text(const pl_doc *doc);

#endif
