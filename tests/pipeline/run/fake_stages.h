/* Stages that do next to nothing, for tests of plan and executor: their outputs are small texts
 * that depend on the parameters and inputs as the real ones' do. */
#ifndef TESTS_RUN_FAKE_STAGES_H
#define TESTS_RUN_FAKE_STAGES_H

#include <stdatomic.h>

#include "cache/store.h"
#include "run/executor.h"
#include "run/plan.h"
#include "stages/stage.h"

extern const pl_stage *const fake_stages[PL_STAGE_COUNT];

/* What the stages are told and what they count, in memory that the executor's workers share with the test. */
typedef struct fake_state {
    int calls[PL_STAGE_COUNT]; /* of each stage */
    int ingest_jobs;           /* of the last ingest call */
    int steps;                 /* of train that were really done */
    double max_lr;             /* train fails where lr is above this */
    int interrupt_after;       /* of train's 5 steps: the coordinator gets SIGINT; 0: never */
    int kill_after;            /* likewise: the worker is killed, so many times... */
    int kills;                 /* ...as this says */
    int order[64], started;    /* seeds of the trainings, as they began */
    int threads;               /* of the last training */
    double bytes;              /* that a training is expected to take */
    double nap;                /* seconds a training takes */
    atomic_int running, most;  /* trainings at a time, and the most there were */
} fake_state;
extern fake_state *fake;

/* A study over small source files in tst_dir(): `more` is appended to the spec. */
void fake_write_study(const char *name, const char *more);

/* The same with empty cache and results. */
void fake_start(const char *name, const char *more);

/* A column of a study's runs.csv, its cells with a space between them; a text of the manifest of run r, "" where
 * it has none. */
void fake_expect_column(const char *study, const char *column, const char *want);
void fake_expect_member(const char *study, int r, const char *key, const char *want);

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
