/* What ends runs or the whole study early: sweep.halving and sweep.budget. */
#ifndef PL_SPEC_SWEEP_LIMITS_H
#define PL_SPEC_SWEEP_LIMITS_H

#include "spec/resolve.h"

/* Reads both into the study, defaults filled in; reports what is wrong with a value. */
void pl_limits_read(pl_resolver *r, const pl_bindings *b, pl_study *out);

/* Reports a halving that could stop no run, or that has nothing to rank some run by. The study's
 * runs are there and right. */
void pl_halving_check(pl_resolver *r, const pl_bindings *b, const pl_study *s);

#endif
