/* The data of a split looked at before and beside the models: who and what is on two sides, whether the sides are alike, what was
 * left out. An entry of the cache like a stage's (its name "audit"), made from the entries of ingest and split. */
#ifndef PL_AUDIT_AUDIT_H
#define PL_AUDIT_AUDIT_H

#include <stdbool.h>

#include "base/pool.h"
#include "cache/store.h"

enum { PL_AUDIT_VERSION = 1 }; /* raised when the same data would give other bytes */

/* Names of the files, NULL-terminated: attributes.csv, attribute_counts.csv, audit.json, balance.csv, correlations.csv, drift.csv,
 * identical.csv, left_out.csv, near_pairs.csv, people.csv, training.json. results/README.md states each. */
extern const char *const pl_audit_files[];

typedef struct pl_audit_input {
    const pl_entry *ingest, *split;
    const char *identity; /* path of the identity table; NULL: none */
    const char *study;    /* who asks, for lists of the cache; NULL: not told */
} pl_audit_input;

typedef struct pl_audit_tools {
    kn_pool *pool;
    double deadline; /* pl_now at which it gives up; 0: none */
} pl_audit_tools;

/* Whether the ingest entry has all an audit needs (those made before it told sizes and digests have not). */
bool pl_audit_can(const pl_entry *ingest, const pl_entry *split);

/* The entry; *found is false where the cache does not have it. */
kn_status pl_audit_find(pl_store *store, const pl_audit_input *in, bool *found, pl_entry *out,
                        kn_error *e);

/* Finds or makes the entry. KN_EINTERRUPTED; KN_EPAUSED at the deadline: nothing stays behind. */
kn_status pl_audit_make(pl_store *store, const pl_audit_input *in, const pl_audit_tools *tools,
                        pl_entry *out, kn_error *e);

/* The files alone, into a folder that exists: where the cache cannot be written. */
kn_status pl_audit_write(const pl_audit_input *in, const pl_audit_tools *tools, const char *dir,
                         kn_error *e);

#endif
