/* What a careful reader would object to: findings of rules over a study, each a sentence with its numbers. */
#ifndef PL_COMPARE_LINT_H
#define PL_COMPARE_LINT_H

#include "compare/marks.h"
#include "draw/doc.h"

typedef enum pl_lint_rule {
    PL_LINT_AUDIT,     /* test images are not new to the models: people or pictures on two sides */
    PL_LINT_ON_TEST,   /* the best is chosen on test data */
    PL_LINT_UNSETTLED, /* the interval is wider than the difference that is claimed */
    PL_LINT_DATA,      /* groups of different data or split */
    PL_LINT_EPOCHS,    /* ... of different numbers of epochs */
    PL_LINT_SEEDS,     /* ... of different seeds */
    PL_LINT_SINGLE_SEED, /* no spread is known */
    PL_LINT_MAJORITY,    /* a group not above always naming the commoner class */
    PL_LINT_COLLAPSED,   /* the same of single runs */
    PL_LINT_OVERFITTING, /* the best epoch is before the last */
    PL_LINT_UNCONVERGED, /* the loss still falls */
    PL_LINT_IDENTICAL,   /* different groups with the same results */
    PL_LINT_RULES
} pl_lint_rule;

/* A note says what to keep in mind; a warning that a conclusion may be wrong. */
typedef enum pl_severity { PL_SEVERITY_WARNING, PL_SEVERITY_NOTE } pl_severity;

typedef struct pl_finding {
    pl_lint_rule rule;
    pl_severity severity;
    char *brief; /* heap: a line for the terminal */
    char *text;  /* heap: the whole of it; begins with `brief` */
    int *group;  /* heap: the groups it is about */
    int groups;
} pl_finding;

typedef struct pl_lint {
    pl_finding *finding; /* warnings first, then in the order of the rules */
    size_t count;
} pl_lint;

/* "chosen-on-test": the rule's name. */
const char *pl_lint_rule_name(pl_lint_rule rule);

/* marks: of the same study. Reads STUDY/data/ID/audit.json where it is there. */
void pl_lint_make(const pl_study_data *d, const pl_marks *marks, pl_lint *out);
void pl_lint_clear(pl_lint *l);

/* Some lines for the terminal: how many findings, the first of them, how many more; nothing where there is none. */
void pl_lint_text(const pl_lint *l, pl_str *s);

/* Heading "What to be careful about" and an item per finding; says so where there is none. */
void pl_lint_section(const pl_lint *l, pl_doc *doc);

#endif
