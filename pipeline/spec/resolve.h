/* Bindings into a typed run: defaults filled in, required keys asked for, keys without effect set
 * to their default. */
#ifndef PL_SPEC_RESOLVE_H
#define PL_SPEC_RESOLVE_H

#include "spec/binding.h"
#include "spec/preset.h"
#include "spec/value.h"

typedef struct pl_idle {
    const char *text; /* "has no effect with model.type cnn; it is for rnn" */
    int key;
    pl_pos pos;
} pl_idle;

typedef struct pl_resolver {
    pl_reader reader;
    const pl_source *main; /* where missing keys are reported */
    pl_idle *idle;         /* values that had no effect in some run */
    int idle_count, idle_room;
    bool used[PL_MAX_KEYS];      /* keys that were given and had an effect in some run */
    pl_pos idle_at[PL_MAX_KEYS]; /* of the value last noted as idle */
    pl_presets presets;
    struct pl_parsed_default *defaults; /* of keys whose default depends on the run */
    int default_count, default_room;
    const pl_node *default_of[PL_MAX_KEYS]; /* of the others; NULL: not parsed yet */

    /* What was read last: the runs of a sweep differ in a few keys, and only those are read again.
     * `from` and `reset_from` are the nodes that the members of `last` and `reset` came from. */
    pl_run_spec last, reset;
    const pl_node *from[PL_MAX_KEYS], *reset_from[PL_MAX_KEYS];
} pl_resolver;

void pl_resolver_init(pl_resolver *r, kn_arena *arena, pl_diags *diags, const pl_source *main);

/* Every key as bound, or its default. False where a problem was reported. */
bool pl_resolve(pl_resolver *r, const pl_bindings *b, pl_run_spec *out);

/* Reports every bound value that is wrong by itself, whatever the others are. */
void pl_resolve_check(pl_resolver *r, const pl_bindings *b);

/* Sets keys without effect on this run to their defaults, so that runs that do the same are equal.
 * Remembers which keys had an effect, and which values had none. */
void pl_resolve_effects(pl_resolver *r, const pl_bindings *b, pl_run_spec *spec);

/* Reports the values of keys that had no effect in any run. */
void pl_resolve_report_idle(pl_resolver *r);

/* What gives a key of the study its value: the node it is bound to, or its default's; NULL where
 * there is neither. */
const pl_node *pl_resolve_node(pl_resolver *r, const pl_bindings *b, int key);

/* The key's default for this run into the spec; false where it has none. */
bool pl_resolve_default(pl_resolver *r, const pl_key *key, pl_run_spec *spec);

#endif
