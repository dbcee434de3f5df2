/* What pixels say of a picture as a whole: how bright, how contrasty, how sharp, how colourful. Measured at the model's size, so
 * that a picture from anywhere can be held against those the model was trained on. */
#ifndef PL_DATA_PICTURE_FACTS_H
#define PL_DATA_PICTURE_FACTS_H

#include <stdint.h>

/* Of grey (kn_gray_from_rgb where there are three channels), as shares of 255. */
typedef struct pl_facts {
    double brightness; /* mean grey, 0..1 */
    double contrast;   /* standard deviation of grey (by n), 0..0.5 */
    double
        sharpness; /* variance (by n) of the 4-neighbour Laplacian, 4 x minus its neighbours, over the pixels that have
                          four of them; NaN where none has. Blur lowers it, noise raises it. */
    double saturation; /* mean of max - min of a pixel's channels, 0..1; NaN of grey */
} pl_facts;

/* x: u8 [h,w,c], c 1 or 3, w and h at least 1. Sums are of integers: the same on every machine. Thread-safe. Aborts when
 * memory is out. */
void pl_picture_facts(const uint8_t *x, int w, int h, int c, pl_facts *out);

#endif
