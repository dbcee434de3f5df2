/* Every key of a spec as data: dotted name, type, range, default, help, the member of pl_run_spec
 * it fills, when it has an effect, and the stages whose result it changes. Parsing, checking,
 * defaults, canonical text, `facet spec schema` and the JSON Schema all come from these tables;
 * layers' parameters come from their kinds (nn/param.h). */
#ifndef PL_SPEC_SCHEMA_H
#define PL_SPEC_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec/spec.h"

typedef enum pl_type {
    PL_TYPE_TARGETS, /* pl_targets (spec/target_list.h) */
    PL_TYPE_PATH,   /* const char *, resolved against the source's folder; not part of the canonical
                       text */
    PL_TYPE_INT,    /* int */
    PL_TYPE_SEED,   /* uint64_t, 0..2^53 */
    PL_TYPE_REAL,   /* double */
    PL_TYPE_FLOAT,  /* float */
    PL_TYPE_BOOL,   /* bool */
    PL_TYPE_CHOICE, /* int-sized enum: index into choices, or values[index] */
    PL_TYPE_INTS,   /* kn_int_list; an int stands for a list of one */
    PL_TYPE_SIZE,   /* int[2] width, height; an int stands for both */
    PL_TYPE_RATIOS, /* double[3] that sum to 1 */
    PL_TYPE_RANGE,  /* float[2] from, to */
    PL_TYPE_WEIGHTS, /* pl_class_weight at offset: none, balanced or [w0, w1] (pl_train_spec.weight)
                      */
    PL_TYPE_LAYERS,  /* pl_model_spec.layers and layer_count */
    PL_TYPE_DURATION, /* double, seconds */
    PL_TYPE_STUDY /* a key of the study that the schema does not type: name, base, sweep.product */
} pl_type;

/* The offset of the study's own keys (name, base, sweep.*): no member of a run. */
#define PL_OF_STUDY SIZE_MAX

/* When a key has an effect. */
typedef struct pl_effect {
    bool (*has)(const pl_run_spec *spec);
    const char *culprit; /* the key that decides: "model.type" */
    const char *only;    /* "cnn and rnn" */
} pl_effect;

enum { PL_MAX_EFFECTS = 3 };

typedef struct pl_key {
    const char *name; /* "train.lr" */
    pl_type type;
    size_t offset;     /* in pl_run_spec, or PL_OF_STUDY */
    double min, max;   /* inclusive; INT, SEED, REAL, FLOAT, DURATION, items of INTS, SIZE, RANGE */
    const char *value; /* the default as YAML; NULL: required, or none (see help) */
    const char *const *choices; /* CHOICE: NULL-terminated */
    const int *values;          /* CHOICE: the member's value per choice; NULL: the index */
    unsigned stages;            /* PL_KEY_ mask */
    const char *help;
    const char *(*value_for)(
        const pl_run_spec *spec); /* a default that depends on keys before it; may be NULL */
    const pl_effect *effects[PL_MAX_EFFECTS]; /* all must hold; checked in order */
    bool required;
} pl_key;

/* In the order of canonical text: a key stands behind those its default and its effect depend on.
 */
extern const pl_key pl_keys[];
extern const int pl_key_count;

/* A word that stands for a section: `schedule: cosine` is `schedule: {type: cosine}`. */
typedef struct pl_section {
    const char *name;      /* "train.schedule" */
    const char *shorthand; /* key a scalar goes to, or NULL */
    bool none;             /* the word none empties it */
    const char *help;
} pl_section;
extern const pl_section pl_sections[];
extern const int pl_section_count;

/* Index of a key, or -1. */
int pl_key_find(const char *name);
const pl_section *pl_section_find(const char *name);

/* Whether the section is the study's, as sweep and what is in it. */
bool pl_section_of_study(const pl_section *s);

/* Whether the key is the study's, not a run's. */
bool pl_key_of_study(const pl_key *key);

/* Whether a sweep may give the key values: it is a run's, and it changes a result. */
bool pl_key_sweepable(const pl_key *key);

/* The first effect of the key that does not hold for the run, or NULL where the key has an effect.
 */
const pl_effect *pl_key_lacks(const pl_key *key, const pl_run_spec *spec);

/* The default for this run as YAML, NULL where there is none. */
const char *pl_key_default(const pl_key *key, const pl_run_spec *spec);

/* The known key or section nearest to a word in a section ("" is the top), as its dotted name; NULL
 * when none is near. */
const char *pl_key_nearest(const char *section, const char *word);

#endif
