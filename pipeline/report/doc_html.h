/* A document as one HTML page that needs no other file and no network: style and script stand in it, figures are inline
 * SVG, pictures data: addresses. Without scripts all of it is there to be read; the script (page_script.js) sorts and filters
 * tables and draws figures that have `data` so that they answer to the mouse and the keyboard. */
#ifndef PL_REPORT_DOC_HTML_H
#define PL_REPORT_DOC_HTML_H

#include "draw/doc.h"
#include "util/str.h"

/* dir: the study's folder, from which plots/NAME.svg and the pictures are read. room: bytes that figures and pictures may
 * take; one that does not fit is told by its path. The document's headings of level 2 and 3 make its table of contents; only
 * the first of level 1 stays one, and none is more than a level below that before it. Errors as of pl_media_read. */
kn_status pl_doc_html(const pl_doc *d, const char *title, const char *dir, size_t room, pl_str *s,
                      kn_error *e);

/* JSON for a <script> element: `<` as its escape. */
void pl_add_script_json(pl_str *s, const char *json);

#endif
