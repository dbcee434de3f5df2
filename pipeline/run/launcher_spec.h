/* A study for other machines and other folders: the text of its runs, every path absolute. */
#ifndef PL_RUN_LAUNCHER_SPEC_H
#define PL_RUN_LAUNCHER_SPEC_H

#include "spec/spec.h"

/* As pl_study_yaml, with absolute paths: a spec that gives the same runs wherever it lies. What governs one
 * command over all runs (sweep.budget, sweep.halving) is left out. */
void pl_launcher_spec(const pl_study *study, pl_str *out);

/* The path from the root, through the working folder as the shell names it ($PWD, where that is
 * right): symbolic links stay, for another machine may mount what they lead to elsewhere. Heap. */
char *pl_launcher_absolute(const char *path);

#endif
