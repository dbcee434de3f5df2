/* A study seen from its results folder while another process may run it. */
#ifndef PL_RUN_STUDY_STATUS_H
#define PL_RUN_STUDY_STATUS_H

#include <jansson.h>

#include "base/status.h"
#include "util/str.h"

/* {"study", "running": bool, "who", "runs", "done", "failed", "left", "seconds_left" (null where
 * not known), "now": [{"run", "group", "title", "note", "done", "total", "rate", "unit"}],
 * "failures": [{"run", "group", "error"}]} KN_EUSAGE where there is no such study. */
kn_status pl_status_read(const char *results, const char *study, json_t **out, kn_error *e);

void pl_status_text(const json_t *status, pl_str *out);

#endif
