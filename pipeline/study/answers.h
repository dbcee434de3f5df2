/* What runs answered: the images of their validation and test sides, and a probability for each. Runs that were asked the
 * same share the images, so a study of 1,000 runs holds them once. */
#ifndef PL_STUDY_ANSWERS_H
#define PL_STUDY_ANSWERS_H

#include <stddef.h>
#include <stdint.h>

#include "stages/split.h"
#include "study/attributes.h"
#include "study/study_data.h"

typedef struct pl_image_set {
    size_t count;
    const char **name;        /* [count], in the order of predictions.csv */
    uint8_t *label;           /* [count], 0 or 1, of the attribute that is looked into */
    uint8_t *side;            /* [count], PL_SIDE_VAL or PL_SIDE_TEST */
    size_t on_side[PL_SIDES]; /* how many */
    char data_id[PL_DATA_ID]; /* of the first run that has them; "": not known */
    pl_attributes attributes; /* of these images, in this order; columns 0: not there */
    char *text; /* private: the rows as predictions.csv has them, without the probability */
    size_t *at; /* private: [count + 1], where each starts */
} pl_image_set;

/* The answers of one run. images NULL: it has none. */
typedef struct pl_answers {
    const pl_image_set *images;
    float *probability; /* [images->count], of class 1; heap */
} pl_answers;

typedef struct pl_image_sets {
    pl_image_set **set;
    size_t count;
} pl_image_sets;

/* Reads a predictions.csv. Of a run that tells several attributes those to `target` (NULL: to the first) on the images whose label
 * is known; of a run that tells one, target says nothing. KN_EFORMAT where it is malformed, KN_EUSAGE where it has not that target.
 * The images belong to `sets`, which starts zeroed. */
kn_status pl_answers_read(pl_image_sets *sets, const char *path, const char *target,
                          pl_answers *out, kn_error *e);
void pl_answers_clear(pl_answers *a);

/* The same of every attribute that the run tells, in the order of its file: heap, *count of them. */
kn_status pl_answers_read_all(pl_image_sets *sets, const char *path, pl_answers **out,
                              size_t *count, kn_error *e);
void pl_image_sets_clear(pl_image_sets *sets);

/* Of every run that is done and tells what is looked into (pl_study_data.target), with the attributes of the images where the study's folder has them. */
typedef struct pl_study_answers {
    pl_image_sets sets;
    pl_answers *run; /* [d->run_count] */
    int run_count;
} pl_study_answers;

kn_status pl_study_answers_read(const pl_study_data *d, pl_study_answers *out, kn_error *e);
void pl_study_answers_clear(pl_study_answers *a);

/* Whether image i is answered rightly: predicted is 1 above 0.5. */
static inline int pl_is_right(const pl_answers *a, size_t i)
{
    return (a->probability[i] > 0.5f) == (a->images->label[i] != 0);
}

#endif
