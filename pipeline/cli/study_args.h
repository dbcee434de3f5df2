/* What run and plan share: the specs and --set overrides of a command line, and a study with its
 * store and plan. */
#ifndef PL_CLI_STUDY_ARGS_H
#define PL_CLI_STUDY_ARGS_H

#include "cli/cli.h"
#include "run/plan.h"
#include "util/duration.h"

typedef struct pl_study_args {
    const char **spec, **set; /* heap arrays of borrowed words */
    int specs, sets;
    pl_stage_id until;
    int jobs; /* for the plan's time; 0: not given */
    bool all; /* the plan lists every node */
} pl_study_args;

void pl_study_args_init(pl_study_args *a, int argc);
void pl_study_args_clear(pl_study_args *a);

/* Takes --set, --until or a spec's path at argv[*i]; *taken is false for another option. */
kn_status pl_study_args_take(pl_study_args *a, int argc, char **argv, int *i, bool *taken,
                             kn_error *e);

/* A loaded, checked study and its plan. */
typedef struct pl_planned {
    pl_study study;
    pl_store *store;
    pl_plan plan;
    int threads; /* in all */
} pl_planned;

kn_status pl_planned_open(const pl_global *g, const pl_study_args *a, int spec, pl_planned *out,
                          kn_error *e);
void pl_planned_close(pl_planned *p);

/* The plan as an object (run/plan_text.h), and printed to stdout, as a table or with --json. */
kn_status pl_planned_json(pl_planned *p, const pl_study_args *a, json_t **out, kn_error *e);
kn_status pl_planned_print(pl_planned *p, const pl_study_args *a, bool json, kn_error *e);

/* "500MB", "2.5G", "1TiB", or plain bytes. Both k = 1000 (kB, MB) and 1024 (KiB, MiB). */
kn_status pl_parse_bytes(const char *what, const char *text, uint64_t *bytes, kn_error *e);

#endif
