/* The rules of lint; each adds its findings. */
#ifndef PL_COMPARE_LINT_RULES_H
#define PL_COMPARE_LINT_RULES_H

#include "compare/lint.h"

/* Adds a finding about `groups` of the study. brief is what `fmt` makes up to its first '\n'; what follows is said in the
 * report only. */
void pl_lint_add(pl_lint *l, pl_lint_rule rule, pl_severity severity, const int *group, int groups,
                 const char *fmt, ...) KN_PRINTF(6, 7);

/* "cnn, rnn and 3 more": the groups' labels. */
void pl_lint_names(const pl_study_data *d, const int *group, int groups, pl_str *s);

/* The groups with a run that fits: heap, *count of them. */
int *pl_lint_groups_with(const pl_study_data *d, bool (*fits)(const pl_report_run *r), int *count);

/* A key of a run's spec as its manifest has it; "" where it has none. */
const char *pl_run_parameter(const pl_report_run *r, const char *key);

/* Whether chance has a part in the run's training. */
bool pl_run_is_random(const pl_report_run *r);

/* Whether a key that begins so is swept. */
bool pl_study_sweeps(const pl_study_data *d, const char *head);

/* lint_alike.c: what is compared as if alike. */
void pl_lint_data(const pl_study_data *d, pl_lint *l);
void pl_lint_epochs(const pl_study_data *d, pl_lint *l);
void pl_lint_seeds(const pl_study_data *d, pl_lint *l);
void pl_lint_identical(const pl_study_data *d, pl_lint *l);
void pl_lint_audit(const pl_study_data *d, pl_lint *l);

/* lint_claims.c: what the test accuracies seem to say. */
void pl_lint_on_test(const pl_study_data *d, const pl_marks *m, pl_lint *l);
void pl_lint_unsettled(const pl_study_data *d, const pl_marks *m, pl_lint *l);
void pl_lint_single_seed(const pl_study_data *d, pl_lint *l);
void pl_lint_majority(const pl_study_data *d, pl_lint *l);

/* lint_curves.c: what the epochs say. */
void pl_lint_overfitting(const pl_study_data *d, pl_lint *l);
void pl_lint_unconverged(const pl_study_data *d, pl_lint *l);

#endif
