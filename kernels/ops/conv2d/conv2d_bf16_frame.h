/* Images of f32 as frames of bf16 (conv2d_bf16_plan.h). */
#ifndef KN_OPS_CONV2D_BF16_FRAME_H
#define KN_OPS_CONV2D_BF16_FRAME_H

#include "ops/conv2d/conv2d_bf16_plan.h"

/* x [images, ih, iw, ic] into a frame with `channels` numbers a place, at least ic; everything else of it is 0. */
void kn_bf16_fill_frame(const kn_conv2d *c, const kn_bf16_frame *f, int channels, int images,
                        const float *x, uint16_t *to);

/* dz [images, oh, ow, oc] at the places of frame f, `channels` numbers each; everything else up to `places` is 0. */
void kn_bf16_fill_gradients(const kn_conv2d *c, const kn_bf16_frame *f, int channels, int images,
                            size_t places, const float *dz, uint16_t *to);

/* to[channel][place] = from[place][channel], for `channels` and `places`, both to multiples of 32; rows of `to` are
 * `row` numbers apart. */
void kn_bf16_turn_frame(int channels, size_t places, const uint16_t *from, size_t row,
                        uint16_t *to);

/* from[place][channels] as the tiles of a right side: [tile of 16 channels][terms][16 pairs of places][16][2]. */
void kn_bf16_pair_frame(int channels, int tiles, int terms, const uint16_t *from, char *to);

#endif
