/* The report of a study, made from its results folder alone; trains nothing. */
#ifndef PL_REPORT_REPORT_H
#define PL_REPORT_REPORT_H

#include <stdbool.h>

#include "base/status.h"
#include "util/str.h"

typedef struct pl_report_options {
    bool all_plots;      /* figures of every run, also above 40 runs */
    int threads;         /* processes that draw; 0: one per core */
    const char *cache;   /* the cache's folder, where the pixels are; NULL: not told */
    double gather_until; /* pl_now at which gathering (gather.h) gives up; 0: never */
} pl_report_options;

/* Reads study_dir/runs.csv and the folders of its runs; writes table.csv, table.md, table.tex,
 * cost.csv, plots/, report.md and report.html there (sections.h says what is in it). The same content
 * on disk gives the same bytes. A file that would not change is left alone; figures and pictures of an
 * earlier report that are no longer made are removed. Tables and report.md are written before plots are
 * drawn, so that they are there where gnuplot is not. What was written is told in `said` (may be NULL), one line per thing.
 * KN_EIO: no runs.csv, no gnuplot, files that cannot be written; KN_EFORMAT: malformed files. */
kn_status pl_report_write(const char *study_dir, pl_report_options options, pl_str *said,
                          kn_error *e);

#endif
