/* The study's tables: a row per group, over its runs that are done.
 *
 *   table.csv            group, the swept keys, n, then per metric NAME_mean, _std, _ci95_low,
 *                        _ci95_high: fractions, %.9g
 *   table.md, table.tex  the same rows for people: percentages, mean +- standard deviation, and the
 *                        interval
 *   cost.csv             group, the swept keys, n, train_seconds_mean, images_per_second_mean
 *
 * n = 1: std and ci95 are empty. The interval is Student's. Each function appends to s. */
#ifndef PL_REPORT_TABLE_H
#define PL_REPORT_TABLE_H

#include <stdbool.h>

#include "study/study_data.h"
#include "util/str.h"

void pl_table_csv(const pl_study_data *d, pl_str *s);
void pl_table_md(const pl_study_data *d, pl_str *s);
void pl_table_tex(const pl_study_data *d, pl_str *s);
void pl_cost_csv(const pl_study_data *d, pl_str *s);

/* What a reader of the table must know: "2 of 12 runs are left out: 1 failed, 1 pending." and
 * that runs were computed with different arithmetic. Nothing where neither is so; returns whether
 * it said anything. */
bool pl_table_note(const pl_study_data *d, pl_str *s);

/* Of that only the arithmetic. */
bool pl_mixed_note(const pl_study_data *d, pl_str *s);

/* Whether a group's mean is the best of the study in this metric (highest; of the loss: never). */
bool pl_table_best(const pl_study_data *d, int group, pl_metric m);

#endif
