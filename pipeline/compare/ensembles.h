/* Averages of seeds: the mean of the probabilities of a group's runs as one prediction (an ensemble), against the runs by themselves.
 *
 * A run counts where it is done and lists the images of the group's first such run. The interval over images is Wilson's; the gains have
 * those of a paired bootstrap over the test images, the models held fixed. The best single run is the one with the highest test accuracy:
 * chosen with hindsight, so the gain over it is a gain over what nobody could have picked. Losses are log losses, without a penalty. */
#ifndef PL_COMPARE_ENSEMBLES_H
#define PL_COMPARE_ENSEMBLES_H

#include "stats/bootstrap.h"
#include "stats/interval.h"
#include "study/answers.h"

enum { PL_ENSEMBLE_SAMPLES = 10000 }; /* of the bootstrap */

/* Fractions; NaN where there are no images, or of one class alone (auc, balanced_accuracy). */
typedef struct pl_ensemble_scores {
    long long images; /* 0: a mean over attributes, or no images */
    double accuracy, balanced_accuracy, log_loss, auc;
} pl_ensemble_scores;

typedef struct pl_ensemble {
    int group;
    const char *attribute; /* of several: a row each, borrowed from a manifest; NULL: of the group,
                              and so the mean over its attributes where it tells several */
    int models;            /* 2 or more; time and parameters are so many times one run's */
    int not_done, other_images, unanswered; /* the group's other runs: the last two are done */
    int passes;        /* through a net for an image: models times views (evaluate.tta) */
    double parameters; /* of all models; NaN: not known */
    pl_ensemble_scores of[PL_SIDES],
        single[PL_SIDES]; /* validation and test; means over the runs */
    pl_interval wilson;   /* of the test accuracy; NaN of a mean over attributes */
    int best; /* the best single run, index into the study's; the first of equal ones; -1: no test images */
    double best_accuracy;   /* its test accuracy */
    pl_boot gain;           /* of test accuracy, over the mean of the single runs */
    pl_boot gain_over_best; /* of means over attributes both have a difference alone */
} pl_ensemble;

typedef struct pl_ensembles {
    pl_ensemble *
        row; /* heap; groups as in runs.csv, those with two runs or more; of several attributes the group's row, then theirs */
    int count;
} pl_ensembles;

/* Of runs that tell several attributes the answers to all of them are read: KN_EFORMAT, KN_EIO. The same study gives the same numbers. */
kn_status pl_ensembles_make(const pl_study_data *d, const pl_study_answers *a, pl_ensembles *out,
                            kn_error *e);
void pl_ensembles_clear(pl_ensembles *s);

/* The row of a group as a whole; NULL: it has none. */
const pl_ensemble *pl_ensemble_of_group(const pl_ensembles *s, int group);

/* ensembles.csv: results/README.md has its columns. */
void pl_ensembles_csv(const pl_study_data *d, const pl_ensembles *s, pl_str *csv);

#endif
