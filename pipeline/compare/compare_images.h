/* The test images that all runs of two sides have in common, with what each run answered. */
#ifndef PL_COMPARE_COMPARE_IMAGES_H
#define PL_COMPARE_COMPARE_IMAGES_H

#include "compare/compare_side.h"
#include "study/answers.h"

typedef struct pl_common_images {
    size_t count;
    const char **name;  /* [count], sorted; borrowed from sets */
    uint8_t *label;     /* [count] */
    float **p[2];       /* [side][run][count]: probability of class 1 */
    uint8_t **right[2]; /* [side][run][count] */
    float *share[2];    /* [side][count]: of its runs that are right */
    float *mean_p[2];   /* [side][count]: mean probability over its runs */
    size_t alone[2];    /* test images of a side's first run that are not common */
    int runs[2];
    const pl_attributes *attributes; /* of set 0's images; columns 0: not there */
    size_t *row;                     /* [count]: where in attributes */
    pl_image_sets sets;              /* private */
} pl_common_images;

/* Reads predictions.csv of each run of both sides (side[0], side[1]), of runs that tell several attributes the answers to `target`, and the attributes its study has. Images are matched by name. KN_EDATA: no image in common,
 * or one that two runs give different labels (another target). */
kn_status pl_common_images_read(const pl_compare_side *side, const char *target,
                                pl_common_images *out, kn_error *e);
void pl_common_images_clear(pl_common_images *c);

#endif
