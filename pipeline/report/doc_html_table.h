/* Tables and texts of a document as HTML. */
#ifndef PL_REPORT_DOC_HTML_TABLE_H
#define PL_REPORT_DOC_HTML_TABLE_H

#include "draw/doc.h"
#include "report/doc_text.h"
#include "util/str.h"

/* Escaped; what stands between backquotes as <code>. */
void pl_add_html_text(pl_str *s, const char *text);

void pl_doc_html_table(const pl_doc *d, size_t block, pl_doc_counts *counts, pl_str *s);

#endif
