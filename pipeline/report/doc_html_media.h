/* Figures and pictures taken into a page, so that it needs no other file. */
#ifndef PL_REPORT_DOC_HTML_MEDIA_H
#define PL_REPORT_DOC_HTML_MEDIA_H

#include <stddef.h>

#include "draw/doc.h"
#include "util/str.h"

typedef struct pl_media {
    char *
        bytes; /* heap; an <svg> element without its first four characters, or a PNG; NULL: left out */
    size_t size;
    int width, height; /* points or pixels; 0: not known */
} pl_media;

/* Reads what the figures and pictures of a document show, out[d->count], heap: DIR/plots/NAME.svg and DIR/NAME. Their
 * bytes in the page stay below `room`: figures come first, then pictures, each in the order of the document, and what
 * does not fit is left out. KN_EIO: a file is missing; KN_EFORMAT: it is no SVG, or no PNG. */
kn_status pl_media_read(const pl_doc *d, const char *dir, size_t room, pl_media **out, kn_error *e);
void pl_media_free(pl_media *media, size_t count);

/* "data:image/png;base64,...". */
void pl_add_data_uri(pl_str *s, const pl_media *m);
void pl_add_base64(pl_str *s, const void *bytes, size_t size);

/* An SVG by gnuplot made smaller: no prolog, no title, blanks and empty groups gone, definitions only where they are
 * used. Its ids get the prefix. Appends from after "<svg" on. false: no SVG. */
bool pl_add_small_svg(pl_str *s, const char *svg, const char *prefix);

#endif
