/* Random changes of a training image, on its u8 pixels. What happens is a function of (seed, epoch,
 * image): the same bytes for any number of threads, any batch, after a resume, and on every
 * instruction set. Ranges are uniform; a change whose range is empty draws nothing and costs nothing.
 * With all of them empty the output is the input, byte for byte. What one change draws does not depend on
 * which others are on. */
#ifndef KN_IMAGE_AUGMENT_H
#define KN_IMAGE_AUGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tensor.h"

/* In the order in which they are applied: one warp (flip, scale, rotate, shift, crop; the edge's pixels come
 * in), then blur, gamma, contrast and brightness as one table, noise, cutout. */
typedef struct kn_augment {
    float flip;  /* probability of left and right changing places, 0..1 */
    float shift; /* up to this share of the side, each way and each axis, 0..0.5; whole pixels, so
                         that by itself it smooths nothing */
    float scale[2]; /* factor, from..to, above 0; 1, 1: none */
    float rotate;   /* up to so many degrees either way, 0..180 */
    float crop; /* smallest share of the area a random crop keeps, above 0; 1: none. The share is
                         uniform, the window has the picture's proportions and is shown whole */
    float brightness; /* added, up to this share of 255 either way, 0..1 */
    float contrast;   /* factor about the image's mean, 1-c..1+c, 0..1 */
    float gamma[2];   /* exponent of the level as a share of 255, from..to, above 0; 1, 1: none */
    float noise;  /* largest standard deviation of normal noise, share of 255, 0..1; each byte its
                         own, cut off at 3.3 deviations */
    float blur;   /* largest standard deviation of a Gaussian, pixels, 0..8 */
    float cutout; /* side of one square of mid-grey, share of the shorter side, 0..1; its middle is
                         any pixel, what lies beyond the edge is lost */
    float cutout_probability; /* 0..1 */
} kn_augment;

/* What a prediction sees of an image: test-time augmentation. */
typedef struct kn_view {
    bool mirror;
    float dx, dy; /* shift, share of width and height, to the nearest whole pixel; the edge's pixels
                     come in */
} kn_view;

kn_augment kn_augment_none(void);
bool kn_augment_does(const kn_augment *a); /* whether it changes anything */

/* Bytes that kn_augment_apply needs besides y; aligned for a float. */
size_t kn_augment_scratch(kn_shape shape);

/* x -> y [h,w,c], c = 1 or 3; they must not overlap. Epochs below 2^62. Nothing is allocated. */
void kn_augment_apply(const kn_augment *a, kn_shape shape, uint64_t seed, uint64_t epoch,
                      uint32_t image, const uint8_t *x, uint8_t *y, void *scratch);
void kn_augment_view(const kn_view *v, kn_shape shape, const uint8_t *x, uint8_t *y);

#endif
