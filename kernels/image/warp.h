/* A picture seen through another frame: moved, scaled, turned, mirrored.
 *
 *   y[oy,ox,c] = x at (a (ox+1/2) + b (oy+1/2) + c,  d (ox+1/2) + e (oy+1/2) + f), pixel centres at 1/2,
 *
 * bilinear between the four pixels around, places and weights to 1/2048 of a pixel. Arithmetic is in
 * fixed point from the six numbers on, so the bytes are the same for every instruction set. A map by
 * whole pixels, mirrored or not, copies. Within 1 grey level of cv2.warpAffine (the tests' oracle).
 * There is no smoothing: a map that shrinks by more than two wants a resized picture first
 * (image/resize.h). */
#ifndef KN_IMAGE_WARP_H
#define KN_IMAGE_WARP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/tensor.h"

/* Where the frame looks beyond the picture: its nearest pixel, or the value `fill`. */
typedef enum kn_border { KN_BORDER_EDGE, KN_BORDER_FILL } kn_border;

/* How a face sits in a frame, against how it sits in the picture: what kn_warp_of makes a map of.
 * Identity: scale 1, the rest 0. The order is mirror, scale, turn, move. */
typedef struct kn_frame {
    double scale; /* above 1: the face becomes larger; above 0 */
    double dx,
        dy; /* where the face goes, in widths and heights of the frame; right and down positive */
    double angle; /* degrees clockwise, about the middle of the frame; -3600..3600 */
    bool mirror;  /* left and right change places, before all else */
} kn_frame;

typedef struct kn_warp {
    double a, b, c, d, e, f;
} kn_warp;

/* The map that shows a picture of shape `in` in a frame of shape `out`: whole picture to whole frame
 * where the frame is the identity. Exact at multiples of 90 degrees; the numbers are the same
 * on every machine (no library's sine). */
kn_warp kn_warp_of(const kn_frame *frame, kn_shape in, kn_shape out);

/* x [in.h,in.w,c] -> y [out.h,out.w,c], c of both alike (1 or 3). They must not overlap. No place that the
 * frame looks at may be 2^18 pixels or more from the picture's first, nor a side of the picture longer than that,
 * nor the picture 2^31 bytes. */
void kn_warp_u8(const kn_warp *map, kn_border border, uint8_t fill, kn_shape in, const uint8_t *x,
                kn_shape out, uint8_t *y);

#endif
