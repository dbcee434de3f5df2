/* The parts of a random change, one file each. All draws are kn_rng_block of (seed, epoch, image, what is
 * drawn): what one change draws does not depend on which others are on. */
#ifndef KN_IMAGE_AUGMENT_PARTS_H
#define KN_IMAGE_AUGMENT_PARTS_H

#include "image/augment.h"
#include "image/warp.h"

/* What is drawn: a block of four words each. Pixels' blocks follow from KN_DRAW_PIXELS on. */
typedef enum kn_draw_kind {
    KN_DRAW_FLIP,
    KN_DRAW_SHIFT,
    KN_DRAW_SCALE,
    KN_DRAW_ROTATE,
    KN_DRAW_CROP,
    KN_DRAW_BLUR,
    KN_DRAW_GAMMA,
    KN_DRAW_CONTRAST,
    KN_DRAW_BRIGHTNESS,
    KN_DRAW_NOISE,
    KN_DRAW_CUTOUT,
    KN_DRAW_PIXELS = 16
} kn_draw_kind;

/* The random numbers of one image in one epoch. */
typedef struct kn_draw {
    uint64_t seed, epoch;
    uint32_t image;
} kn_draw;

void kn_draw_block(const kn_draw *d, uint32_t kind, uint32_t words[4]);
double kn_draw_between(uint32_t word, double low, double high); /* uniform in [low, high) */
int kn_draw_whole(uint32_t word, int low, int high);            /* uniform in low..high */

/* 2^e for e <= 0, to 1e-9 of itself: sums and products alone, so that every machine has the same bits. 0 below
 * 2^-1000. */
double kn_two_to(double e);

/* Flip, shift, scale, rotate, crop as one map; false where none of them can change anything. */
bool kn_augment_frame(const kn_augment *a, const kn_draw *d, kn_shape shape, kn_warp *map);

/* Gamma, contrast about `mean` (0..255) and brightness; false where none of them can change anything. */
bool kn_augment_tone(const kn_augment *a, const kn_draw *d, double mean, uint8_t table[256]);

/* In place: y [h,w,c]. */
size_t kn_augment_blur_scratch(kn_shape shape);
void kn_augment_blur(double deviation, kn_shape shape, uint8_t *y, void *scratch);
void kn_augment_noise(const kn_draw *d, double deviation, size_t n, uint8_t *y); /* of 255 */
void kn_augment_cutout(const kn_augment *a, const kn_draw *d, kn_shape shape, uint8_t *y);

#endif
