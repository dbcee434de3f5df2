/* The sweep section as a list of points; a point is what it sets over the rest of the spec.
 *
 *   product: {a: [1, 2], b: [3, 4]}   1-3, 1-4, 2-3, 2-4 (the last key turns fastest)
 *   zip:     {a: [1, 2], b: [3, 4]}   1-3, 2-4
 *   list:    [{a: 1}, {b: 3}]         the maps as they stand
 *   random:  {n: 2, params: {a: {uniform: [0, 1]}}}   as a list of n maps (spec/sweep_random.h)
 * Where several are given every combination of them is made, in this order, seeds innermost. `when`
 * adds to the points that match its `if`: values (`set`) or further combinations (`product`). */
#ifndef PL_SPEC_SWEEP_H
#define PL_SPEC_SWEEP_H

#include "spec/resolve.h"

typedef struct pl_overlay {
    const char *name; /* key or section */
    pl_pos at;
    pl_node *value;
} pl_overlay;

typedef struct pl_sweep_point {
    const pl_overlay *item;
    int count;
} pl_sweep_point;

typedef struct pl_condition pl_condition; /* spec/sweep_match.h */

typedef struct pl_sweep {
    const char *
        *axis; /* swept keys in file order, without train.seed; of a swept section its keys */
    int axis_count, axis_room;
    bool seeds; /* train.seed is swept */
    pl_sweep_point *points;
    int count;
    pl_condition *exclude;
    int exclude_count;
} pl_sweep;

/* Expands the sweep of the bindings (one empty point where there is none). False where a problem
 * was reported. */
bool pl_sweep_expand(pl_resolver *r, const pl_bindings *b, pl_sweep *out);

/* The bindings with a point's values over them, and beneath both the preset that they then name. */
void pl_sweep_bind(pl_resolver *r, const pl_bindings *b, const pl_sweep_point *point,
                   pl_bindings *out);

/* True where the run matches a map of sweep.exclude. */
bool pl_sweep_excluded(const pl_sweep *s, const pl_run_spec *spec);

#endif
