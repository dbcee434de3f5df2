/* One run: how it stands and why, whether it would run now, and what tells it from the runs that are
 * done. Reads the results folder, and as far as the data and the cache are there, them. */
#ifndef PL_RUN_RUN_WHY_H
#define PL_RUN_RUN_WHY_H

#include <jansson.h>

#include "cache/store.h"
#include "util/str.h"

/* {"study", "run", "label", "status", "why" (a sentence), "of_the_spec": bool (a run of the study as it
 * was run last),
 * "stages": [{"stage", "state": hit, miss or wait, "why"}], or null and then
 * "stages_unknown": a sentence,
 * "nearest": null or {"run", "label", "differences"}: of the study's done runs the one whose parameters
 * differ least}. ref as in run/run_ref.h, runs that were not begun too. */
kn_status pl_why_read(const char *results, const char *ref, pl_store *store, json_t **out,
                      kn_error *e);

void pl_why_text(const json_t *why, pl_str *out);

#endif
