/* The smaller parts of a sweep: names that may be swept, maps as overlays, conditions on a run. */
#ifndef PL_SPEC_SWEEP_MATCH_H
#define PL_SPEC_SWEEP_MATCH_H

#include "spec/sweep.h"

/* Whether the dotted name is a key or section of a run; reported as "where.name: ..." where it is
 * not. */
bool pl_sweep_known(pl_resolver *r, const char *where, const char *name, pl_pos pos);

/* A map, nested or dotted, as a block of overlays by key. */
bool pl_sweep_flatten(pl_resolver *r, const pl_node *map, const char *where, pl_sweep_point *out);

/* Whether the run has every value of the map; a list of values means any of them. An empty map
 * matches every run. */
bool pl_sweep_matches(pl_resolver *r, const pl_node *condition, const char *where,
                      const pl_run_spec *spec);

/* sweep.exclude is a list of maps of known keys. */
bool pl_sweep_check_exclude(pl_resolver *r, const pl_node *list);

#endif
