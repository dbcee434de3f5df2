/* A study of one group and two runs in memory, and a cache with the pixels of its images: 60 of 6 x 4, the first 30 for training, 10
 * for validation, 20 for testing; every third is of class 1 (scripts/oracle/mean_faces.py makes the same). */
#ifndef TST_MADE_PIXELS_H
#define TST_MADE_PIXELS_H

#include "study/answers.h"
#include "study/study_data.h"

enum { MADE_IMAGES = 60, MADE_WIDTH = 6, MADE_HEIGHT = 4 };

typedef struct made_study {
    char dir[512], cache[512];
    pl_study_data d;
    pl_study_answers a;
    pl_report_run run[2];
    pl_report_group group;
    int of_group[2];
    pl_answers answers[2];
    pl_image_set images;
    const char *name[MADE_IMAGES];
    char text[MADE_IMAGES][16];
    uint8_t label[MADE_IMAGES], side[MADE_IMAGES];
    float probability[2][MADE_IMAGES];
} made_study;

/* Run 0 answers ((29 i) % 100 + 0.5) / 100 for image i, run 1 has no answers. In tst_dir(). */
void made_study_init(made_study *m, int channels);
void made_study_clear(made_study *m);

/* The cache entries; with `names` fewer than there are images names.csv is cut. */
void made_cache(const made_study *m, int channels, int names);

#endif
