/* What a stage's key is made of, for one run: the canonical parameters, the digests of sources and
 * inputs, the numeric identity. The key is the SHA-256 of a text over these; entry.json carries the
 * same parts, so that a later plan can tell which of them changed. */
#ifndef PL_RUN_RUN_KEY_H
#define PL_RUN_RUN_KEY_H

#include <jansson.h>

#include "cache/store.h"
#include "stages/stage.h"

enum { PL_RUN_ID = 13 }; /* 12 hex digits and NUL */

/* Source digests asked for once per path and process. */
typedef struct pl_sources {
    pl_store *store;
    struct pl_source {
        char *path;
        pl_digest digest;
    } * item;
    int count;
} pl_sources;

void pl_sources_clear(pl_sources *s);

kn_status pl_sources_digest(pl_sources *s, const char *path, pl_digest *out, kn_error *e);

/* {"version", "parameters": {key: text}, "sources": {"data.images": hex}, "numeric" where it
 * matters}; inputs are added by the caller as {"inputs": {"ingest/X.npy": hex}}. */
kn_status pl_key_parts(const pl_stage *stage, const pl_run_spec *spec, pl_sources *sources,
                       json_t **out, kn_error *e);

/* The SHA-256 over the stage's name and the parts in their canonical order. */
pl_digest pl_key_of(const pl_stage *stage, const json_t *parts);

/* 12 hex digits over the run's canonical parameters and every source's digest: the same on every
 * machine. */
kn_status pl_run_id(const pl_stage *const *stages, const pl_run_spec *spec, pl_sources *sources,
                    char out[PL_RUN_ID], kn_error *e);

/* "isa=avx512 blas=SkylakeX": what floating-point results depend on; of runs in bf16 with " bf16=amx" behind.
 * Borrowed. */
const char *pl_numeric_identity(kn_precision precision);

/* Whether an identity is one of this machine, of either precision. */
bool pl_numeric_is_ours(const char *identity);

/* Canonical text as an object of texts. */
json_t *pl_parameters_json(const pl_run_spec *spec, unsigned stages);

#endif
