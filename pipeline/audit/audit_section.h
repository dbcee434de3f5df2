/* What the report says of the data: from STUDY/data/ID, which report/gather.h fills. */
#ifndef PL_AUDIT_AUDIT_SECTION_H
#define PL_AUDIT_AUDIT_SECTION_H

#include <stdbool.h>

#include "draw/doc.h"
#include "draw/figures.h"
#include "util/str.h"

/* Adds a heading and, for every folder of STUDY/data with an audit, in the order of their names: findings, tables (long ones folded
 * away) and figures data-ID-NAME.
 * Nothing is added where there is no audit. KN_EIO, KN_EFORMAT: files that cannot be read. */
kn_status pl_audit_section(const char *study_dir, pl_doc *doc, pl_figures *figures, kn_error *e);

/* What the names of the figures begin with, for pl_figures_prune. */
#define PL_AUDIT_FIGURES "data-"

/* For tables of results: where the audit of a data ID fails, one sentence without its end ("data 9441d2ca3ebd fails the audit: 61 of
 * 2,448 test images are in training too"), appended, and true. False where it does not, or there is no audit. */
bool pl_audit_warning(const char *study_dir, const char *data_id, pl_str *s);

#endif
