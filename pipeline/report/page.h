/* report.html: the whole study on one page that needs no other file: figures inline, no scripts,
 * light and dark, print. */
#ifndef PL_REPORT_PAGE_H
#define PL_REPORT_PAGE_H

#include "study/drawn.h"
#include "study/study_data.h"
#include "util/str.h"

/* plots: the folder the figures were drawn into. */
kn_status pl_page_write(const pl_study_data *d, const char *plots, const pl_drawn *drawn, pl_str *s,
                        kn_error *e);

#endif
