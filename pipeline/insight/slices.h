/* How well a group's models do on parts of the images: those that have an attribute and those that have it not, and the two
 * classes themselves. An image counts by the share of the group's runs that answer it rightly (predicted 1 above 0.5). */
#ifndef PL_INSIGHT_SLICES_H
#define PL_INSIGHT_SLICES_H

#include <stdbool.h>
#include <stddef.h>

#include "draw/doc.h"
#include "draw/figures.h"
#include "insight/scores_side.h"
#include "insight/slices_share.h"
#include "util/str.h"

enum {
    PL_SLICE_MIN = 30,      /* a part of fewer images is small */
    PL_SLICE_MIN_CLASS = 10 /* and so is one with fewer of a class */
};

/* The images on one side of an attribute. */
typedef struct pl_slice_part {
    long long n[2];  /* of each class */
    double right[2]; /* of these answered rightly, the mean over the runs */
    bool small;
} pl_slice_part;

typedef struct pl_slice {
    const char *attribute; /* borrowed */
    bool target;           /* the attribute that is learned: its parts are the classes */
    pl_slice_part part[2]; /* [0] has it not, [1] has it */
    pl_share_gap
        gap; /* accuracy of [1] - accuracy of [0]; p is NaN where a part is small: not tested */
    double p_holm; /* over the tested slices of the group */
} pl_slice;

typedef struct pl_slices {
    pl_group_answers group; /* the runs and images */
    pl_slice *
        slice; /* heap: the target first, then the attributes as in attributes.csv, without the target */
    size_t count; /* 0: no answers */
    pl_slice_part all;
} pl_slices;

void pl_slices_of(const pl_study_data *d, const pl_study_answers *answers, int group,
                  pl_slices *out);
void pl_slices_clear(pl_slices *s);

double pl_part_n(const pl_slice_part *p);        /* images */
double pl_part_right(const pl_slice_part *p);    /* answered rightly */
double pl_part_accuracy(const pl_slice_part *p); /* NaN of none */
double pl_part_recall(const pl_slice_part *p, int class);

/* The part with the least accuracy among those that are not small, over the attributes without the target; false: there is none.
 * And the slice with the largest gap (either way) between two parts that are not small; NULL: none. The first of equal ones. */
bool pl_slices_worst(const pl_slices *s, size_t *slice, int *part);
const pl_slice *pl_slices_widest(const pl_slices *s);

/* STUDY/slices.csv, two rows per group and attribute: group, attribute, value (1 has it, -1 has it not; the target's rows are
 * the classes), side, runs (the mean is over so many), n, n_0, n_1 (images, of each class), accuracy, low, high (95 %, Wilson),
 * recall_0, recall_1, gap, gap_low, gap_high (has it - has it not; 95 %, Newcombe), p, p_holm (of the gap, two-sided; Holm over
 * the group's slices; empty where a part is small), small (1: fewer than 30 images, or than 10 of a class). */
void pl_slices_csv(const pl_study_data *d, const pl_study_answers *answers, pl_str *csv);

/* The slices of a group, below a heading of level 4: the worst part and the largest gap in words, the figure group-NN-slices, the
 * table in a fold. Nothing for a group without answers. */
void pl_group_slices_section(const pl_study_data *d, const pl_study_answers *answers, int group,
                             pl_doc *doc, pl_figures *figures);

/* Which class is recognised better, in every group: a section of level 2, "classes", with a figure of that name (the first 40
 * groups by test accuracy) and a table (the first 100). Nothing for a study without answers of both
 * classes. */
void pl_classes_section(const pl_study_data *d, const pl_study_answers *answers, pl_doc *doc,
                        pl_figures *figures);

#endif
