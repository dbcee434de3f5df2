/* What `facet run --profile` tells: where the time of training steps went, as a table for people
 * and as profile.csv. */
#ifndef PL_STAGES_STEP_PROFILE_H
#define PL_STAGES_STEP_PROFILE_H

#include "base/pool.h"
#include "nn/profile.h"
#include "ops/probe/probe.h"
#include "util/str.h"

typedef struct pl_profile {
    pl_str table; /* of every run trained, for stdout */
    pl_str csv;   /* of the run trained last; empty: none, or written already */
    kn_peaks peaks;
    bool measured; /* peaks */
} pl_profile;

void pl_profile_init(pl_profile *p);
void pl_profile_clear(pl_profile *p);

/* Adds a run's steps; first_step: seconds from the start of the process to the first of them. The
 * pool is the one they ran on: its peaks are measured the first time. */
kn_status pl_profile_add(pl_profile *p, const char *title, const kn_profile *steps,
                         double first_step, kn_pool *pool, kn_error *e);

/* Writes profile.csv into a folder where there is one to write. */
kn_status pl_profile_write(pl_profile *p, const char *dir, kn_error *e);

/* profile.csv: layer, part, calls, seconds (of all threads together), share (of the steps), gflops
 * (of one thread at work), share_of_peak (of one thread's). The last row, part "step", is the
 * whole. */
void pl_profile_csv(const kn_profile *steps, const kn_peaks *peaks, pl_str *out);
void pl_profile_table(const kn_profile *steps, const kn_peaks *peaks, pl_str *out);

#endif
