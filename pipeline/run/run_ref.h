/* Naming a finished run on the command line: "STUDY/RUN-ID", "STUDY/prefix-of-the-id", "STUDY"
 * where it has one run, or the run's folder. STUDY is a name in the results folder or the study's
 * folder. */
#ifndef PL_RUN_RUN_REF_H
#define PL_RUN_RUN_REF_H

#include "base/status.h"

/* The run's folder as a heap path. KN_EUSAGE when there is none (the sentence lists near ones) or
 * when the prefix fits several. */
kn_status pl_run_ref_find(const char *results, const char *ref, char **dir, kn_error *e);

/* As pl_run_ref_find, for runs that left nothing behind yet too: every run of the study's runs.csv
 * counts. The study's folder and the RUN-ID, both heap; *row is the run's row there from 0, -1 for a
 * run of an earlier spec. */
kn_status pl_run_ref_resolve(const char *results, const char *ref, char **study_dir, char **id,
                             int *row, kn_error *e);

#endif
