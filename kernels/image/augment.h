/* Random changes of a training image, on its u8 pixels. What happens is a function of (seed, epoch,
 * image): the same bytes for any number of threads, any batch, after a resume, and on every
 * instruction set. Ranges are uniform; a change whose range is empty draws nothing and costs nothing.
 * With all of them empty the output is the input, byte for byte. */
#ifndef KN_IMAGE_AUGMENT_H
#define KN_IMAGE_AUGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tensor.h"

/* In the order in which they are applied: one warp (flip, scale, rotate, shift, crop), then blur, gamma,
 * contrast and brightness as one table, noise, cutout. */
typedef struct kn_augment {
    float flip;       /* probability of left and right changing places, 0..1 */
    float shift;      /* up to this share of the side, each way and each axis, 0..0.5 */
    float scale[2];   /* factor, from..to; 1, 1: none */
    float rotate;     /* up to so many degrees either way, 0..180 */
    float crop;       /* smallest share of the area a random crop keeps; 1: none */
    float brightness; /* added, up to this share of 255 either way, 0..1 */
    float contrast;   /* factor about the image's mean, 1-c..1+c, 0..1 */
    float gamma[2];   /* exponent, from..to; 1, 1: none */
    float noise;      /* largest standard deviation of normal noise, share of 255, 0..1 */
    float blur;       /* largest standard deviation of a Gaussian, pixels, 0..8 */
    float cutout; /* side of one square of mid-grey at a random place, share of the side, 0..1 */
    float cutout_probability; /* 0..1 */
} kn_augment;

/* What a prediction sees of an image: test-time augmentation. */
typedef struct kn_view {
    bool mirror;
    float dx, dy; /* shift, share of width and height; the edge's pixels come in */
} kn_view;

kn_augment kn_augment_none(void);
bool kn_augment_does(const kn_augment *a); /* whether it changes anything */

/* Bytes that apply and view need besides y. */
size_t kn_augment_scratch(kn_shape shape);

/* x -> y [h,w,c]; they must not overlap. Nothing is allocated. */
void kn_augment_apply(const kn_augment *a, kn_shape shape, uint64_t seed, uint64_t epoch,
                      uint32_t image, const uint8_t *x, uint8_t *y, void *scratch);
void kn_augment_view(const kn_view *v, kn_shape shape, const uint8_t *x, uint8_t *y, void *scratch);

#endif
