/* The sections of the page; each appends HTML. Text from outside is escaped. */
#ifndef PL_REPORT_PAGE_PARTS_H
#define PL_REPORT_PAGE_PARTS_H

#include "study/study_data.h"
#include "util/str.h"

/* page_tables.c */
void pl_page_overview(const pl_study_data *d, pl_str *s); /* what was run */
void pl_page_results(const pl_study_data *d, pl_str *s);
void pl_page_cost(const pl_study_data *d, pl_str *s);
void pl_page_group_runs(const pl_study_data *d, int group, bool all, pl_str *s);

/* page_data.c */
const char *pl_study_target(const pl_study_data *d); /* the attribute's name, or NULL */
void pl_page_data(const pl_study_data *d, pl_str *s);
void pl_page_identity(const pl_study_data *d, pl_str *s);
void pl_page_failures(const pl_study_data *d, pl_str *s);

#endif
