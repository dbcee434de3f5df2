/* The stage interface: a stage turns sources, files of earlier entries and parameters into the
 * files of one cache entry.
 *
 *   ingest -> X.npy y.npy (targets.csv) names.csv attributes.npy columns.csv pictures.npy digests.npy ingest.json
 *   split  -> train.npy val.npy test.npy (u4 indices into X) split.json
 *   train  -> model.safetensors epochs.csv train.json
 *   evaluate -> metrics.json predictions.csv
 *
 * A stage's key = SHA-256 over name, version, canonical parameters (the spec keys in `keys`), the
 * digests of its sources' content and of its input files, and where `numeric` the numeric identity
 * (instruction set, BLAS core). A stage never sees the cache, another stage's code or the study:
 * only its job. */
#ifndef PL_STAGES_STAGE_H
#define PL_STAGES_STAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/pool.h"
#include "base/status.h"
#include "spec/spec.h"
#include "stages/step_profile.h"

typedef enum pl_stage_id { PL_INGEST, PL_SPLIT, PL_TRAIN, PL_EVALUATE, PL_STAGE_COUNT } pl_stage_id;

typedef struct pl_stage_input {
    pl_stage_id stage;
    const char *file;
    bool optional; /* part of the key where the entry has it */
} pl_stage_input;

typedef struct pl_stage_job {
    const pl_run_spec *spec;
    const char
        *dir[PL_STAGE_COUNT]; /* folder of each earlier stage's entry; NULL where not an input */
    const char *out;          /* folder to write the files into; becomes the entry */
    const char
        *work; /* survives an interrupted attempt (checkpoints); gone once the entry is complete */
    const char *title; /* for progress: "cnn-50 seed=2" */
    kn_pool *pool;
    int epoch_limit;     /* training rests there (KN_EPAUSED) where epochs are left; 0: none */
    pl_profile *profile; /* training tells where its time went; NULL: not wanted */
    FILE *log;           /* the stage's log.txt: plain lines */
} pl_stage_job;

typedef struct pl_stage {
    const char *name;
    int version; /* raised when the same parameters would give other bytes */
    bool numeric;
    unsigned keys; /* PL_KEY_ bits of the spec keys that matter */
    const pl_stage_input *inputs;
    int input_count;
    /* Source files or folders whose content matters: writes up to 4 paths, returns how many; NULL:
     * none. */
    int (*sources)(const pl_run_spec *spec, const char *path[4]);
    /* Jobs that miss and have equal sources are given together (ingest: several sizes in one pass);
     * others one by one. Polls pl_interrupted() and returns KN_EINTERRUPTED with its state in
     * `work`; KN_EPAUSED likewise at epoch_limit, with the epochs so far in work/epochs.csv. */
    bool joint;
    /* Memory a job takes on so many threads, beside mapped data; NULL: little. */
    double (*bytes)(const pl_run_spec *spec, int threads);
    kn_status (*run)(const pl_stage_job *jobs, int count, kn_error *e);
} pl_stage;

extern const pl_stage pl_stage_ingest, pl_stage_split, pl_stage_train, pl_stage_evaluate;

/* Indexed by pl_stage_id. */
extern const pl_stage *const pl_stages[PL_STAGE_COUNT];

#endif
