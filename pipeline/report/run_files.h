/* The files of one run's folder, as the report needs them. */
#ifndef PL_REPORT_RUN_FILES_H
#define PL_REPORT_RUN_FILES_H

#include "report/study_data.h"

/* Fills epoch, val, test, manifest, metrics and why of a run whose id, status and done are set, from
 * STUDY/runs/ID. */
kn_status pl_run_files_read(const char *study_dir, pl_report_run *r, kn_error *e);

/* Of a run that is not done only manifest and why. */
void pl_run_why_read(const char *study_dir, pl_report_run *r);

/* The numeric predictions of one side of a predictions.csv: image names, labels and probabilities,
 * in file order. */
typedef struct pl_answers {
    pl_csv csv; /* owns the names */
    const char **image, **side;
    int *label;
    double *probability;
    size_t count;
} pl_answers;

/* side: "val" or "test"; NULL: both. */
kn_status pl_answers_read(const char *path, const char *side, pl_answers *out, kn_error *e);
void pl_answers_clear(pl_answers *p);

#endif
