/* The smaller parts of a sweep: names that may be swept, maps as overlays, conditions on a run. */
#ifndef PL_SPEC_SWEEP_MATCH_H
#define PL_SPEC_SWEEP_MATCH_H

#include "spec/sweep.h"

/* Whether the dotted name is a key or section that a sweep may give values; reported as
 * "where.name: ..." where it is not. */
bool pl_sweep_known(pl_resolver *r, const char *where, const char *name, pl_pos pos);

/* A map, nested or dotted, as a block of overlays by key. */
bool pl_sweep_flatten(pl_resolver *r, const pl_node *map, const char *where, pl_sweep_point *out);

/* What a run must have to match: for each key one of the values. */
typedef struct pl_condition_key {
    const pl_key *key;
    const pl_run_spec *value; /* count of them, each with the member of the key alone */
    int count;
} pl_condition_key;

struct pl_condition {
    pl_condition_key *item;
    int count;
};

/* Reads a map of keys to a value or a list of values; an empty map matches every run. False where a
 * problem was reported. */
bool pl_condition_read(pl_resolver *r, const pl_node *map, const char *where, pl_condition *out);

bool pl_condition_holds(const pl_condition *c, const pl_run_spec *spec);

/* sweep.exclude, a list of maps, as conditions. False where a problem was reported. */
bool pl_sweep_read_exclude(pl_resolver *r, const pl_node *list, pl_sweep *out);

#endif
