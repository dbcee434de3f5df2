/* A study from its results folder alone: study.yaml, with data paths as the spec that was run had them.
 *
 * study.yaml has the spec's own paths, so that its bytes do not depend on the machine; .spec.json
 * beside it says which file the spec was, and which folder its paths start at. */
#ifndef PL_RUN_STUDY_FOLDER_H
#define PL_RUN_STUDY_FOLDER_H

#include "spec/spec.h"

/* Writes STUDY/.spec.json: {"spec", "folder"}, absolute. */
kn_status pl_study_folder_note(const char *study_dir, const pl_study *study, kn_error *e);

/* Loads study.yaml. Paths start at the folder noted; without a note at the study's folder. Whether the
 * data are there is not looked at. KN_EUSAGE with sentences where there is no study.yaml, or none
 * that this facet reads. Cleared by pl_study_clear. */
kn_status pl_study_folder_load(const char *study_dir, pl_study *out, kn_error *e);

/* The spec that was run last, heap; NULL where it is not noted. */
char *pl_study_folder_spec(const char *study_dir);

/* Removes what processes that were killed left under temporary names in the folders of the study as a whole; not in those of runs. */
void pl_study_folder_sweep(const char *study_dir);

#endif
