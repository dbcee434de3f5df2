/* Where a face is in a picture: the place of the frame that shows it as the training pictures show theirs.
 *
 * Lengths are pixels of the picture, from its upper left corner. A frame is as tall, for its width, as the training pictures are. */
#ifndef PL_FRAMING_PLACE_H
#define PL_FRAMING_PLACE_H

#include <stdint.h>

#include "image/warp.h"

typedef struct pl_face_place {
    double x, y; /* the frame's middle */
    double side; /* its width */
    double turn; /* degrees clockwise that the face is turned by */
} pl_face_place;

/* Pixels to look at: a picture, or one resized. Pixel (u, v) of it is at (u / qx, v / qy) of the picture. */
typedef struct pl_raster {
    int w, h, c;
    double qx, qy; /* 1 of the picture itself */
    const uint8_t *x;
} pl_raster;

/* Another place, as seen from the frame of this one: what a correction is. */
typedef struct pl_move {
    double scale;  /* natural logarithm of the width's factor */
    double dx, dy; /* in widths and heights of the frame, along its own axes */
    double turn;   /* degrees */
} pl_move;

pl_face_place pl_place_moved(const pl_face_place *from, double tall, const pl_move *by);
pl_move pl_place_between(const pl_face_place *from, const pl_face_place *to, double tall);

/* What shows the share (0..) of the frame around its middle in w x h pixels. */
kn_warp pl_place_map(const pl_face_place *p, double tall, double share, const pl_raster *level,
                     int w, int h);

/* A place in a picture of w x h pixels, as what is done to the picture: against the largest part at its centre with the frame's
 * proportions, the face becomes so much larger, goes there, is turned so. */
kn_frame pl_place_frame(const pl_face_place *p, double tall, int w, int h);
pl_face_place pl_frame_place(const kn_frame *f, double tall, int w, int h);

/* How much of the smaller frame the two have in common, about: of the squares around their middles. 0..1 */
double pl_place_overlap(const pl_face_place *a, const pl_face_place *b, double tall);

#endif
