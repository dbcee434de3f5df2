/* Stages that do next to nothing, for tests of plan and executor: their outputs are small texts
 * that depend on the parameters and inputs as the real ones' do. */
#ifndef TESTS_RUN_FAKE_STAGES_H
#define TESTS_RUN_FAKE_STAGES_H

#include "cache/store.h"
#include "run/executor.h"
#include "run/plan.h"
#include "stages/stage.h"

extern const pl_stage *const fake_stages[PL_STAGE_COUNT];

/* Counted since the process began; jobs of the last ingest call. */
extern int fake_calls[PL_STAGE_COUNT], fake_ingest_jobs;

/* train fails where lr is above this; is interrupted, with its state saved, after so many of its 5
 * steps (0: never). */
extern double fake_max_lr;
extern int fake_interrupt_after;

/* Steps of train that were really done, by every call. */
extern int fake_steps;

/* A study over small source files in tst_dir(): `more` is appended to the spec. */
void fake_write_study(const char *name, const char *more);

typedef struct fake_world {
    pl_study study;
    pl_store *store;
    pl_plan plan;
} fake_world;

void fake_open(const char *name, fake_world *w);
void fake_close(fake_world *w);

/* Opens, runs, closes. */
kn_status fake_run(const char *name, const pl_exec_options *options, pl_exec_result *result,
                   kn_error *e);

#endif
