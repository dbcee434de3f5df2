/* The study's tables: a row per group, over its runs that are done.
 *
 *   table.csv            group, the swept keys, n, then per metric NAME_mean, _std, _ci95_low,
 *                        _ci95_high; then params, Wilson's interval over the test images, the comparison
 *                        with the best group: fractions, %.9g; always all of them, as in runs.csv, and no wall times
 *   table.md, table.tex  for people: percentages; columns and order as the spec's report section has them; averages of seeds
 *                        (report.ensemble), the majority baseline and published figures as further rows. Wall times only where the spec names their columns
 *   cost.csv             group, the swept keys, n, train_seconds_mean, images_per_second_mean
 *
 * n = 1: std and ci95 are empty. The interval over seeds is Student's. Each function appends. */
#ifndef PL_REPORT_TABLE_H
#define PL_REPORT_TABLE_H

#include <stdbool.h>

#include "compare/ensembles.h"
#include "compare/marks.h"
#include "draw/doc.h"
#include "spec/report_spec.h"
#include "stats/interval.h"
#include "study/drawn.h"
#include "study/study_data.h"
#include "util/str.h"

/* What a table is made of; all of it is borrowed. */
typedef struct pl_table {
    const pl_study_data *d;
    const pl_marks *marks;
    const pl_report_spec *spec;
    const pl_ensembles *ensembles; /* rows where the spec asks for them; NULL: none */
} pl_table;

void pl_table_csv(const pl_table *t, pl_str *s);
void pl_table_md(const pl_table *t, pl_str *s);
void pl_table_tex(const pl_table *t, pl_str *s);
void pl_cost_csv(const pl_study_data *d, pl_str *s);

/* The table for people with what a reader must know of it, wall times among the usual columns: heading "Results", text, table. */
void pl_table_section(const pl_table *t, const pl_drawn *drawn, pl_doc *doc);

/* The table alone (table_rows.c), and the paragraphs that explain it. drawn: it is for the page, with wall times among the usual
 * columns, intervals on lines of their own and links to the groups that are drawn; NULL: it is not. caption may be NULL. */
void pl_table_block(const pl_table *t, const pl_drawn *drawn, const char *caption, pl_doc *doc);
void pl_table_notes(const pl_table *t, pl_doc *doc);

/* The group a reference is compared with: the one it names by name, label, or words of either that only one group has
 * ("size=100 model.type=cnn"); the best where it names none. -1: there is no such group. */
int pl_reference_group(const pl_table *t, const pl_reference *r);

/* What a reader of the table must know: "2 of 12 runs are left out: 1 failed, 1 pending.",
 * that runs were computed with different arithmetic, and that the audit of their data fails. Nothing where neither is so; returns whether
 * it said anything. */
bool pl_table_note(const pl_study_data *d, pl_str *s);

/* Of that only the arithmetic. */
bool pl_mixed_note(const pl_study_data *d, pl_str *s);

/* Whether a group's mean is the best of the study in this metric (highest; of the loss: never). */
bool pl_table_best(const pl_study_data *d, int group, pl_metric m);

/* Test images of one run of the group: of its first run that has predictions; 0: none has. */
long long pl_group_test_images(const pl_study_data *d, int group);

/* Wilson's interval of the group's mean test accuracy, and of the majority baseline, as shares of those images; none where the accuracy
 * is a mean over several attributes, which is no share of images. */
pl_interval pl_group_wilson(const pl_study_data *d, int group);
pl_interval pl_majority_wilson(const pl_study_data *d);

/* Wilson's interval of a share of n images, as of the nearest whole number of them. */
pl_interval pl_wilson_of_share(double share, long long n);

/* Mean balanced accuracy of the test side over the group's runs; NaN: metrics.json has none. */
double pl_group_balanced_accuracy(const pl_study_data *d, int group);

#endif
