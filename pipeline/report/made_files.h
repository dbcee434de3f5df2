/* Which files in plots/ and pictures/ the report of a study has made: STUDY/.report.files, a path per line, bytewise sorted.
 * With it the next report removes what it no longer makes, and nothing that somebody else put there. */
#ifndef PL_REPORT_MADE_FILES_H
#define PL_REPORT_MADE_FILES_H

#include "draw/doc.h"
#include "draw/figures.h"

typedef struct pl_made_files {
    char **path; /* heap, [count], below the study's folder, sorted, each once */
    size_t count;
} pl_made_files;

/* The files of the figures (.svg, .png, .pdf, and .csv where it has numbers) and of the document's pictures. */
void pl_made_files_of(const pl_doc *d, const pl_figures *f, pl_made_files *out);
void pl_made_files_clear(pl_made_files *made);

/* Adds them to the list; before they are made, so that a report that is cut off leaves nothing unlisted. */
kn_status pl_made_files_begin(const char *study_dir, const pl_made_files *made, kn_error *e);

/* Removes what is listed and not among them, then lists them alone. */
kn_status pl_made_files_end(const char *study_dir, const pl_made_files *made, kn_error *e);

#endif
