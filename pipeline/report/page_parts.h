/* The sections of the page; each appends HTML. Text from outside is escaped. */
#ifndef PL_REPORT_PAGE_PARTS_H
#define PL_REPORT_PAGE_PARTS_H

#include <stdbool.h>

#include "report/study_data.h"
#include "util/str.h"

/* Everything up to the opening of the body's content: title and style. */
void pl_page_head(const char *title, pl_str *s);
void pl_page_tail(pl_str *s);

/* An .svg file made by gnuplot as part of the page; its ids get the prefix, so that figures do not
 * share them. */
kn_status pl_page_svg(const char *path, const char *prefix, const char *alt, pl_str *s,
                      kn_error *e);
void pl_svg_prefix_ids(const char *svg, const char *prefix, pl_str *s);

/* page_tables.c */
void pl_page_overview(const pl_study_data *d, pl_str *s); /* what was run */
void pl_page_results(const pl_study_data *d, pl_str *s);
void pl_page_cost(const pl_study_data *d, pl_str *s);
void pl_page_group_runs(const pl_study_data *d, int group, pl_str *s);

/* page_data.c */
const char *pl_study_target(const pl_study_data *d); /* the attribute's name, or NULL */
void pl_page_data(const pl_study_data *d, pl_str *s);
void pl_page_identity(const pl_study_data *d, pl_str *s);
void pl_page_failures(const pl_study_data *d, pl_str *s);

/* A JSON value as nested tables and lists; long lists are cut at 200 with their count. */
void pl_page_json(const json_t *value, pl_str *s);

#endif
