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

/* A spec that must be refused, and the whole message without the test's folder. */
enum { SPEC_MAX_SETS = 4 };
typedef struct spec_wrong {
    const char *name, *text;
    const char *set[SPEC_MAX_SETS];
    const char *want;
} spec_wrong;

/* Asserts each one's message; the name of one that differs is printed. */
void spec_check_wrong(const spec_wrong *wrong, size_t count);

/* A heap copy of the text without the test's folder: "x.yaml:1:1: ...". */
char *spec_without_dir(const char *text);

/* Canonical text of a run; heap. */
char *spec_canonical(const pl_run *run);

#endif
