/* What each swept key of a study does to test accuracy with the others held.
 *
 * A cell is a set of groups that differ in the key in question alone. Within it two levels are compared run by run: runs of one
 * seed make a pair; a run that takes no seed (lbfgs) is paired with each run of the other; where no seed is common, the two means
 * make one pair. A key that has no effect on a group (train.lr on logistic regression) counts there as having its base value, the
 * first that runs.csv names: logistic regression is compared with the network at the base settings alone. So a study that
 * changes one key at a time from a base (sweep.list) is compared with its base, and one over all combinations (sweep.product) in
 * every combination. */
#ifndef PL_COMPARE_EFFECTS_STUDY_H
#define PL_COMPARE_EFFECTS_STUDY_H

#include "stats/effects.h"
#include "study/study_data.h"

enum {
    PL_EFFECTS_MAX_LEVELS = 24
}; /* keys with more are told by their trend alone, and have no interactions */

typedef struct pl_level_effect {
    const char *value; /* borrowed from the study */
    int cells;         /* in how many it is beside the reference */
    pl_effect
        effect; /* accuracy at it minus accuracy at the reference; n: pairs. n = 0: not estimable */
    double holm_p; /* over all level effects of the study */
} pl_level_effect;

typedef struct pl_key_effect {
    int axis;
    int levels; /* different values */
    bool apart; /* its levels are not set against each other: they tell different attributes */
    pl_level_effect *
        level; /* heap: [levels], in the order of runs.csv, level[0] the reference; NULL above the maximum */
    pl_effect
        trend; /* of three and more numeric levels: per step up to the next level; n: runs. n = 0: not estimable */
} pl_key_effect;

/* How much more (less, below 0) one key's level does at a level of another: (both - second alone) - (first alone - neither). */
typedef struct pl_interaction {
    int axis[2];
    const char *value[2], *reference[2];
    int cells; /* complete 2 x 2 cells */
    pl_effect effect;
    double holm_p; /* over all interactions of the study */
} pl_interaction;

typedef struct pl_study_effects {
    pl_key_effect *key; /* heap: [axis_count], in the order of the axes */
    int keys;
    pl_interaction *interaction; /* heap: those that can be estimated */
    int interactions;
} pl_study_effects;

void pl_study_effects_new(const pl_study_data *d, pl_study_effects *out);
void pl_study_effects_free(pl_study_effects *e);

/* Whether anything can be told: a level or a trend of some key has an effect with n > 0. */
bool pl_study_has_effects(const pl_study_effects *e);

/* The file effects.csv: kind (level, trend, interaction), key, value, reference, key_2, value_2, reference_2, cells, n, df,
 * difference, ci95_low, ci95_high, p, p_holm; a level that cannot be estimated has n = 0. Appends. */
void pl_study_effects_csv(const pl_study_data *d, const pl_study_effects *e, pl_str *s);

#endif
