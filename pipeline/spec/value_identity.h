/* When two values of a key are the same value: as their text is, but without making the text. */
#ifndef PL_SPEC_VALUE_IDENTITY_H
#define PL_SPEC_VALUE_IDENTITY_H

#include "spec/schema.h"

/* 1e-3 equals 0.001, -0 equals 0, and lists and texts are equal by content. */
bool pl_value_equal(const pl_key *key, const pl_run_spec *a, const pl_run_spec *b);

/* A hash that goes on from `hash`: equal values hash alike. */
uint64_t pl_value_hash(const pl_key *key, const pl_run_spec *spec, uint64_t hash);

#endif
