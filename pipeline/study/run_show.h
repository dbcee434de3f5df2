/* One run, whole: what it was, what came out, where it lies. `facet show`. */
#ifndef PL_STUDY_RUN_SHOW_H
#define PL_STUDY_RUN_SHOW_H

#include <jansson.h>

#include "base/status.h"
#include "util/str.h"

/* ref as in run/run_ref.h, runs that were not begun too. New reference:
 * {"study", "run", "folder", "group" (short), "label", "status" ("running": worked on now), "why" (null or a
 * sentence), "target" (null),
 *  "spec": {dotted key: text} that differ from the defaults, "swept": {dotted key: text},
 *  "scores": {"train", "val", "test"}: null or {"images", "accuracy", and of val and test "low", "high" (Wilson's
 *  95 % interval), "loss", "auc", "recall_0", "recall_1", "f1", "majority", "confusion" [label][predicted]},
 *  "training": null or {"params", "seconds", "images_per_second", "step" (epoch or iteration), "steps",
 *  "best_val_accuracy", "best_val_loss": null or {"step", "value"}},
 *  "seconds": {stage: seconds}, "files": [{"path", "bytes"}], "keys": {stage: key},
 *  of a run that tells several attributes "targets": their names, its scores are means over them without "low", "high" and
 *  "confusion", and "val" and "test" have "targets": {name: scores},
 *  "made": null or {"host", "cpu", "isa", "blas_core", "threads", "facet", "blas", "written"}}
 * KN_EUSAGE where there is no such run. */
kn_status pl_run_show_read(const char *results, const char *ref, json_t **out, kn_error *e);

void pl_run_show_text(const json_t *shown, pl_str *s);

#endif
