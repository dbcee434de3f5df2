/* The stage graph of a study: one node per different piece of work, shared by the runs that need
 * it; which of them the cache has, and why the others are missing. */
#ifndef PL_RUN_PLAN_H
#define PL_RUN_PLAN_H

#include <stdbool.h>

#include "cache/store.h"
#include "run/run_key.h"
#include "spec/spec.h"
#include "stages/stage.h"
#include "util/hash_index.h"
#include "util/str.h"

typedef enum pl_node_state {
    PL_NODE_HIT,     /* the cache has it */
    PL_NODE_MISS,    /* to make; its key is known */
    PL_NODE_UNKNOWN, /* an input is not made yet, so the key is not known */
    PL_NODE_SPARED   /* every run that needs it is done: results/ has them */
} pl_node_state;

typedef struct pl_plan_node {
    pl_stage_id stage;
    int run;                 /* the first run that needs it */
    int uses;                /* how many runs need it */
    int todo;                /* how many of these are not done */
    int dep[PL_STAGE_COUNT]; /* nodes of its inputs, -1 */
    pl_digest identity;      /* equal work, even where the key is not known yet */
    json_t *parts;           /* of the key, of a hit or a miss; else NULL */
    pl_node_state state;
    pl_digest key; /* of a hit or a miss */
    pl_entry entry;
    char *reason;     /* a sentence, heap */
    kn_status failed; /* why it could not be made, KN_OK otherwise */
    char *failure;
} pl_plan_node;

typedef struct pl_plan_run {
    char id[PL_RUN_ID];
    int node[PL_STAGE_COUNT];
    bool done;        /* results/ has it */
    bool left_failed; /* failed by itself: left alone until it is asked for */
    bool left_halted; /* stopped by halving: likewise */
} pl_plan_run;

typedef struct pl_plan {
    const pl_study *study;         /* borrowed, as the next two */
    const pl_stage *const *stages; /* PL_STAGE_COUNT */
    pl_store *store;
    char *study_dir; /* results/STUDY */
    pl_sources sources;
    pl_plan_node *node; /* inputs before those that need them */
    int node_count;
    pl_hash_index by_identity;
    pl_plan_run *run;                   /* study->run_count */
    int done, left_failed, left_halted; /* runs */
    struct pl_plan_past
        *past; /* earlier entries (run/plan_past.h); read when a reason is asked for */
} pl_plan;

/* Digests the sources, finds out which runs are done, and looks up every node the others need. */
kn_status pl_plan_make(const pl_study *study, const pl_stage *const *stages, pl_store *store,
                       const char *results, pl_plan *out, kn_error *e);
void pl_plan_clear(pl_plan *p);

/* Looks a node up again, after its inputs were made or it itself was. */
kn_status pl_plan_look_up(pl_plan *p, int node, kn_error *e);

/* runs.csv of the study as the plan has its runs (pl_results_write_table). */
kn_status pl_plan_write_table(const pl_plan *p, kn_error *e);

/* Fills in `reason` of every node up to `until`: "never run", "train.lr 0.001 -> 0.01",
 * "train stage version 3 -> 4", "after split". */
kn_status pl_plan_explain(pl_plan *p, pl_stage_id until, kn_error *e);

/* "50x50 gray", "official", "model.type=cnn seed=2": what tells the node from others of its stage.
 * Heap. */
char *pl_plan_node_title(const pl_plan *p, const pl_plan_node *n);

#endif
