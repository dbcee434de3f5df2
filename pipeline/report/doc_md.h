/* A document as Markdown (CommonMark with tables, as GitHub and pandoc read it): what the page says, figures and pictures
 * as links relative to the study's folder. */
#ifndef PL_REPORT_DOC_MD_H
#define PL_REPORT_DOC_MD_H

#include "draw/doc.h"
#include "util/str.h"

void pl_doc_md(const pl_doc *d, pl_str *s);

#endif
