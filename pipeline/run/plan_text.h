/* A plan for people and for programs. */
#ifndef PL_RUN_PLAN_TEXT_H
#define PL_RUN_PLAN_TEXT_H

#include "run/plan.h"
#include "run/plan_expect.h"

/* The table, what there is to make, disk and time. Above 60 nodes of a stage those of equal state and
 * like reason share a line, but where `all`. */
kn_status pl_plan_text(pl_plan *p, pl_stage_id until, bool all, const pl_expectation *x,
                       pl_str *out, kn_error *e);

/* {"study", "nodes": [{"stage", "state", "what", "runs", "runs_to_do", "why", "key"}], "runs": [{"run",
 * "label", "done", "left_alone": null, "failed" or "halted"}], "done", "seconds", "jobs", "threads",
 * "measured", "scaled", "guessed" (shares of the seconds of all works), "stages_never_timed" (works
 * guessed), "cache_bytes", "result_bytes", "checkpoint_bytes"}: every node, whatever their number. */
kn_status pl_plan_json(pl_plan *p, pl_stage_id until, const pl_expectation *x, json_t **out,
                       kn_error *e);

#endif
