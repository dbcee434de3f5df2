/* The sections of the report that tell what was run, how it went and on what data. Each adds blocks to the document; one that
 * has nothing to tell adds none. */
#ifndef PL_REPORT_PAGE_PARTS_H
#define PL_REPORT_PAGE_PARTS_H

#include "draw/doc.h"
#include "study/drawn.h"
#include "study/study_data.h"

/* page_overview.c */
void pl_page_summary(const pl_study_data *d,
                     pl_doc *doc); /* title, what became of the study, the best group */
void pl_page_overview(const pl_study_data *d, pl_doc *doc); /* what was run */
void pl_page_spec(const pl_study_data *d, pl_doc *doc);

/* page_results.c */
void pl_page_overall(const pl_study_data *d, pl_doc *doc); /* the figures of the study as a whole */
void pl_page_cost(const pl_study_data *d, const pl_drawn *drawn, pl_doc *doc);

/* page_groups.c */
void pl_page_groups_head(const pl_study_data *d, const pl_drawn *drawn, pl_doc *doc);
void pl_page_group_head(const pl_study_data *d, int group, pl_doc *doc);
void pl_page_group_runs(const pl_study_data *d, const pl_drawn *drawn, int group, pl_doc *doc);
enum { PL_GROUP_ID = 24 };
const char *pl_page_group_id(int group, char out[PL_GROUP_ID]); /* of its heading */

/* page_data.c */
const char *pl_study_target(const pl_study_data *d); /* the attribute's name, or NULL */
void pl_page_data(const pl_study_data *d, pl_doc *doc);
void pl_page_identity(const pl_study_data *d, pl_doc *doc);
void pl_page_failures(const pl_study_data *d, pl_doc *doc);

#endif
