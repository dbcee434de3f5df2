/* The studies of a results folder. */
#ifndef PL_STUDY_STUDIES_H
#define PL_STUDY_STUDIES_H

#include "study/runs_query.h"

/* Names of the folders in `results` that hold a runs.csv, sorted; freed by pl_free_names. KN_EUSAGE where there is no
 * such folder. */
kn_status pl_studies_list(const char *results, char ***names, kn_error *e);

/* The folder of a study: a name in `results`, or a folder; heap. KN_EUSAGE: there is no runs.csv; the sentence
 * names the nearest study, or those there are. */
kn_status pl_studies_find(const char *results, const char *study, char **dir, kn_error *e);

/* Reads a study's rows (pl_study_rows_read); where the folder of a run tells another status than runs.csv, as after
 * tasks of a cluster, runs.csv is written anew before, if it can be. */
kn_status pl_studies_read(const char *dir, pl_study_data *out, kn_error *e);

/* A row per study: runs, done, failed, best group and its mean accuracy on the test images (else on those of
 * validation), bytes of the folder, and when a file of it was last changed. */
kn_status pl_studies_table(const char *results, pl_runs_table *t, kn_error *e);

#endif
