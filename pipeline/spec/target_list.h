/* data.target: the word all, the name of a column of the label table, or a list of names. A list of one is the name; the quoted
 * text "all" is a column of that name.
 *
 * In the lists of a sweep (product, zip, random's choice) each item is a value, so that [Male, Smiling] is two runs of a target
 * each and [[Male, Smiling], all] two runs of several. In a condition (exclude, when.if) a list of names is any of them, a list in
 * brackets of its own one value. */
#ifndef PL_SPEC_TARGET_LIST_H
#define PL_SPEC_TARGET_LIST_H

#include "spec/resolve.h"

/* Reports what is wrong and returns false, *out as it was. */
bool pl_targets_read(pl_reader *r, const pl_key *key, const pl_node *node, pl_targets *out);

/* As YAML flow text. */
void pl_targets_text(const pl_targets *t, pl_str *out);

/* What cannot be together with several targets is reported where it stands, once for each key; returns false then. `reported` is the
 * caller's, zeroed at first. */
typedef struct pl_targets_reported {
    bool output, solver, weight;
} pl_targets_reported;
bool pl_targets_check(pl_resolver *r, const pl_bindings *b, const pl_run_spec *spec,
                      pl_targets_reported *reported);

#endif
