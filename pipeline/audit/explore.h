/* A data set before any training: how often each attribute is set, the balance of the target per
 * side, and whether the sides share people or pictures. Reads tables and the list of pictures;
 * decodes none, so broken ones still count. */
#ifndef PL_AUDIT_EXPLORE_H
#define PL_AUDIT_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "spec/spec.h"
#include "stages/split.h"
#include "util/str.h"

/* Pictures with the same bytes: members of one set follow one another. */
typedef struct pl_duplicate {
    size_t set; /* from 0 */
    char *image;
    uint8_t side, label;
} pl_duplicate;

typedef struct pl_exploration {
    char *target;
    size_t pictures, unlabelled, labels_without_picture;
    size_t images; /* labelled pictures, at most data.limit: all counts below are over these */
    size_t columns, target_column;
    char **column;
    size_t *positive; /* per column: images that have it */
    size_t counts[PL_SIDES][2];
    bool has_identity;
    size_t people, people_on_two_sides, images_without_identity;
    bool hashed;
    pl_duplicate *duplicate; /* every image of which another has the same bytes */
    size_t duplicates, sets, sets_on_two_sides, sets_of_two_labels;
} pl_exploration;

/* hash: read every picture's bytes to find duplicates (no decoding). Fails as ingest and split do
 * on tables and pictures that do not fit. */
kn_status pl_explore(const pl_run_spec *spec, bool hash, pl_exploration *out, kn_error *e);
void pl_exploration_clear(pl_exploration *x);

/* Into `dir` (made): attributes.csv (attribute,images,positive,share; in the table's order),
 * balance.csv (side,images,positive,negative,share), duplicates.csv (set,image,side,label) where
 * pictures were hashed, and the figures attributes and balance. */
kn_status pl_exploration_write(const pl_exploration *x, const char *dir, kn_error *e);

/* For people, and as JSON. Append. */
void pl_exploration_text(const pl_exploration *x, pl_str *s);
void pl_exploration_json(const pl_exploration *x, pl_str *s);

/* The columns' indices, commonest first; heap. */
size_t *pl_exploration_order(const pl_exploration *x);

#endif
