/* The sections of a report, in their order: sections.c lists them. */
#ifndef PL_REPORT_SECTIONS_H
#define PL_REPORT_SECTIONS_H

#include "compare/lint.h"
#include "draw/doc.h"
#include "draw/figures.h"
#include "insight/pixels.h"
#include "report/table.h"
#include "study/answers.h"
#include "study/drawn.h"
#include "study/study_data.h"

/* What a section may use. It adds blocks to doc and figures to figures; pictures it writes below data->dir itself. */
typedef struct pl_report_context {
    const pl_study_data *data;
    const pl_study_answers *answers; /* of the runs that are done */
    const pl_table *table;
    const pl_lint *lint;
    const pl_drawn *
        drawn; /* the groups that have a section of their own; drawn->all: asked for by --plots all */
    pl_shelf *shelf; /* the pixels, where the cache has them */
    pl_doc *doc;
    pl_figures *figures;
} pl_report_context;

/* Adds every section. An error of one ends it. */
kn_status pl_report_sections(const pl_report_context *c, kn_error *e);

#endif
