/* Whether a picture from anywhere is like those a model was trained on: its size, proportions, brightness, contrast, sharpness and
 * colourfulness against the quantiles of the training side, which STUDY/data/ID/training.json has.
 *
 * A measure is far where it lies outside the range from the 1st to the 99th percent of the training pictures by more than a
 * quarter of that range's width, and by more than a least step (so that a range of no width is not left by a hair). Width, height,
 * proportions and sharpness are measured in octaves. For values of a bell curve about one in 2,000 is far. The size is far where
 * width and height both are, to the same side. */
#ifndef PL_INSIGHT_PIXELS_FAR_H
#define PL_INSIGHT_PIXELS_FAR_H

#include <stdbool.h>

#include "base/status.h"
#include "data/picture_facts.h"
#include "util/str.h"

typedef enum pl_far_measure {
    PL_FAR_WIDTH,
    PL_FAR_HEIGHT,
    PL_FAR_ASPECT,
    PL_FAR_BRIGHTNESS,
    PL_FAR_CONTRAST,
    PL_FAR_SHARPNESS,
    PL_FAR_SATURATION,
    PL_FAR_COUNT
} pl_far_measure;

typedef struct pl_far_measured {
    double value
        [PL_FAR_COUNT]; /* pixels, pixels, width / height, and as pl_facts has them; NaN: not measured */
} pl_far_measured;

typedef struct pl_far_range {
    double q01, q99, min, max; /* NaN: not known */
} pl_far_range;

typedef struct pl_training_facts {
    pl_far_range range[PL_FAR_COUNT];
} pl_training_facts;

/* The facts of the data ID at the model's size. *found false: there is no such file. Measures of pixels at another size than
 * width x height x channels count as not known. KN_EFORMAT: malformed. */
kn_status pl_training_facts_read(const char *study_dir, const char *data_id, int width, int height,
                                 int channels, bool *found, pl_training_facts *out, kn_error *e);

/* w, h: of the picture before resizing. */
pl_far_measured pl_far_measure_of(const pl_facts *facts, int w, int h);

/* "sharper than 99 % of the training pictures (sharpness 0.081; theirs 0.0042 to 0.031)", several joined by "; "; nothing is added where
 * the picture is near. words (may be NULL) gets the first word and the number of others: "sharper, +1". Returns how many are far. */
int pl_far_note(const pl_training_facts *t, const pl_far_measured *m, pl_str *note, pl_str *words);

#endif
