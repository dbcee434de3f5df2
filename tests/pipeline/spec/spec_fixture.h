/* Specs as text for the tests of pipeline/spec. */
#ifndef SPEC_FIXTURE_H
#define SPEC_FIXTURE_H

#include "spec/spec.h"

/* The files that a spec needs, and no more: three lines. */
#define SPEC_HEAD                                                                                  \
    "data:\n"                                                                                      \
    "  images: i.zip\n"                                                                            \
    "  labels: l.csv\n"

/* Writes the text to "x.yaml" in the test's folder and loads it with the overrides
 * (NULL-terminated, or NULL). */
kn_status spec_load(const char *text, const char *const *set, pl_study *out, kn_error *e);

/* As spec_load, for a spec that must be right: the sentence is printed on surprise, and the study
 * is empty then. */
pl_study spec_study(const char *text);

/* A heap copy of the text without the test's folder: "x.yaml:1:1: ...". */
char *spec_without_dir(const char *text);

/* Canonical text of a run; heap. */
char *spec_canonical(const pl_run *run);

#endif
