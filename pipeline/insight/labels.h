/* Labels that several models contradict with confidence. A hard picture looks the same as a wrong label: the list says where to
 * look, not what is true.
 *
 * A model is a group. A run whose AUC on the side is below PL_LABEL_AUC is not asked (a collapsed one is sure of everything);
 * a group's probability of an image's label is the mean over its runs that are. The group contradicts the label where that is
 * below PL_LABEL_DOUBT. An image is listed where at least two groups were asked for it, and at least two and half of those
 * asked contradict its label. Images are matched between groups by name, side and label. */
#ifndef PL_INSIGHT_LABELS_H
#define PL_INSIGHT_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "draw/doc.h"
#include "draw/figures.h"
#include "study/answers.h"
#include "util/str.h"

#define PL_LABEL_AUC 0.8
#define PL_LABEL_DOUBT 0.1

typedef struct pl_doubt {
    const char *image; /* borrowed from the answers */
    int side;          /* PL_SIDE_VAL or PL_SIDE_TEST */
    uint8_t label;     /* as given */
    int wrong, asked;  /* models that contradict it, of so many */
    double mean;       /* probability of the given label, the mean over the models asked */
} pl_doubt;

typedef struct pl_doubts {
    pl_doubt *
        item; /* heap: the largest share of models first, then the least probability, then by name */
    size_t count;
    int models;       /* groups with a run that was asked */
    int left_out;     /* groups with answers, none of whose runs was asked */
    long long images; /* different images asked about */
} pl_doubts;

void pl_doubts_of(const pl_study_data *d, const pl_study_answers *answers, pl_doubts *out);
void pl_doubts_clear(pl_doubts *s);

/* STUDY/label_errors.csv: image, side (val, test), label, models_wrong, models, mean_probability_of_label: every image listed. */
void pl_label_errors_csv(const pl_doubts *s, pl_str *csv);

/* A section of level 2, "label-errors", with the first 30. Nothing for a study without answers. No figures. */
void pl_label_errors_section(const pl_study_data *d, const pl_study_answers *answers, pl_doc *doc,
                             pl_figures *figures);

#endif
