/* The files of one run's folder, as the report needs them. */
#ifndef PL_STUDY_RUN_FILES_H
#define PL_STUDY_RUN_FILES_H

#include "study/study_data.h"

/* Fills epoch, manifest, metrics and why of a run whose id, status and done are set, from STUDY/runs/ID. */
kn_status pl_run_files_read(const char *study_dir, pl_report_run *r, kn_error *e);

/* Then val and test, of a run that is done: those of `target`, none where the run does not tell it; NULL: of the one it tells. */
kn_status pl_run_counts_read(const char *study_dir, const char *target, pl_report_run *r,
                             kn_error *e);

/* Of a run that is not done only manifest and why. */
void pl_run_why_read(const char *study_dir, pl_report_run *r);

#endif
