/* sweep.random: n points drawn from distributions, one per key.
 *
 *   random:
 *     n: 20
 *     seed: 1
 *     params:
 *       train.lr: {log: [1e-4, 1e-1]}
 *       model.dropout: {uniform: [0, 0.5]}
 *       train.batch: {log_int: [16, 512]}    # or {int: [16, 512]}
 *       model.units: {choice: [32, 64]}
 * A key's draws depend on the seed and its own name alone (spec/draw.h): a further key leaves them
 * as they are, and n + 1 points begin with the n points. */
#ifndef PL_SPEC_SWEEP_RANDOM_H
#define PL_SPEC_SWEEP_RANDOM_H

#include "spec/sweep_parts.h"

/* Adds the points as a part of the sweep, and its keys as axes. */
void pl_parts_random(pl_sweep_parts *x, const pl_bindings *b);

#endif
