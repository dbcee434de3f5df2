/* Mean faces: of each class over the training images and of the errors, what tells them apart, and where the pictures vary. As one
 * sheet, STUDY/pictures/RUN-means.png, and beside it RUN-means.csv: picture, images, factor, and of a difference the place where it
 * is largest (x, y: shares of width and height) with its sign. Sums are of whole numbers: the bytes do not depend on the number of
 * threads. */
#ifndef PL_INSIGHT_MEAN_FACES_H
#define PL_INSIGHT_MEAN_FACES_H

#include "insight/sheets.h"

/* A place in a picture: 0..1 from the left and from the top, the middle of a pixel. */
typedef struct pl_place {
    double x, y;
    bool brighter; /* the second of two pictures is the brighter one there */
} pl_place;

typedef struct pl_mean_faces {
    bool shown;
    char *path;       /* heap, below the study's folder */
    size_t errors[2]; /* images of each true class that are answered wrongly */
    bool known;       /* where the classes differ most */
    pl_place most;
} pl_mean_faces;

/* x [size] with a mean of n images: sum / n, rounded. n > 0. */
void pl_mean_picture(const pl_pixel_sums *s, uint8_t *x);

/* Where the means of a and b differ most, the channels summed. */
pl_place pl_difference_place(const pl_pixel_sums *a, const pl_pixel_sums *b, int width,
                             int channels);

/* b's mean less a's, times a factor so that the largest difference is 127, around 128; returns the factor (1 where they are
 * alike). */
double pl_difference_picture(const pl_pixel_sums *a, const pl_pixel_sums *b, uint8_t *x);

/* The standard deviation of a and b together (by n), times a factor so that the largest is 255; returns the factor. */
double pl_spread_picture(const pl_pixel_sums *a, const pl_pixel_sums *b, uint8_t *x);

/* item NULL: the cache has no pixels; a sheet that is there is then kept, as long as it has as many errors. */
kn_status pl_mean_faces_make(const pl_sheet_request *q, pl_shelf *shelf, pl_shelved *item,
                             pl_mean_faces *out, kn_error *e);
void pl_mean_faces_clear(pl_mean_faces *m);

#endif
