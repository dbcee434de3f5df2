/* The morning summary: what became of a study, in some lines of plain text, for the end of
 * `facet run` and `facet report`, and on top of the page.
 *
 *   overnight: 52 of 60 runs done, 3 failed, 3 stopped, 2 pending; 7 h 58 min (expected 7 h 40 min)
 *   best 5 of 20 groups by test accuracy (mean, 95 % interval of the mean, runs):
 *     95.41 %  94.90 to 95.92  n 3  cnn size=100
 *     ...
 *   3 failed:
 *     2 runs: the loss is not finite in epoch 2, batch 17, layer conv (numbers of the first)
 *     1 run: its process ended by signal 9
 *     `facet run night.yaml --retry-failed` tries them again; `facet why overnight/1a2b3c4d5e6f`
 *     tells more of one
 *   3 stopped:
 *     3 runs: halving after epoch 3, among 20 groups
 *     `facet run night.yaml --finish` completes those of halving
 *   2 pending: `facet run night.yaml` goes on
 *   report: results/overnight/report.html
 */
#ifndef PL_STUDY_SUMMARY_H
#define PL_STUDY_SUMMARY_H

#include "study/study_data.h"
#include "util/str.h"

typedef enum pl_summary_end {
    PL_ENDED_BY_ITSELF,
    PL_ENDED_BY_CLOCK,  /* --for, sweep.budget */
    PL_ENDED_BY_SIGNAL, /* Ctrl-C, SIGTERM */
    PL_ENDED_BY_FAILURE /* --fail-fast, or the first runs all failed the same way */
} pl_summary_end;

/* What the results folder does not tell; a struct of zeros tells nothing. */
typedef struct pl_summary_facts {
    const char *spec; /* as the user named it, for the commands offered; NULL: "SPEC" */
    double seconds;   /* this command took; <= 0: not told */
    double expected;  /* seconds it was expected to take; <= 0: not known */
    int made;         /* how many of the runs that are done this command made; <= 0: not told */
    pl_summary_end ended;
} pl_summary_facts;

/* Appends the summary but for its last line; facts may be NULL. The same study and facts give the
 * same text. */
void pl_summary_text(const pl_study_data *d, const pl_summary_facts *facts, pl_str *s);

/* Reads of the folder what the summary needs (pl_study_rows_read) and appends it, with
 * the line that says where the page lies. */
kn_status pl_summary_make(const char *study_dir, const pl_summary_facts *facts, pl_str *s,
                          kn_error *e);

#endif
