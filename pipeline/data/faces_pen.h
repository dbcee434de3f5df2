/* Drawing in the coordinates of the face: the origin between the eyes, y down, pixels of an upright
 * face at scale 1. The pen applies the picture's pose, turns control points into smooth outlines,
 * and fills them. */
#ifndef PL_DATA_FACES_PEN_H
#define PL_DATA_FACES_PEN_H

#include "data/faces_canvas.h"
#include "data/faces_traits.h"

enum {
    PL_PEN_POINTS = 24,
    PL_PEN_STEPS = 5
}; /* control points of a shape; segments between two of them */

typedef struct pl_pen {
    pl_canvas *canvas;
    const pl_face *face;
    float cosine, sine; /* of the tilt, times the scale */
} pl_pen;

void pl_pen_init(pl_pen *pen, pl_canvas *canvas, const pl_face *face);

/* Face to canvas. `depth` 0..1 says how far a point stands before the plane of the ears: 0 does not
 * move when the head turns. */
pl_point pl_pen_map(const pl_pen *pen, float x, float y, float depth);

/* The closed smooth curve (Catmull-Rom) through n control points, n in 3..PL_PEN_POINTS. */
void pl_pen_blob(const pl_pen *pen, const pl_point *p, int n, float depth, const pl_paint *paint);

/* The same with the mirror image of the points: p runs down the right half, from the middle of the
 * top to the middle of the bottom, both on x = 0; n in 3..PL_PEN_POINTS / 2 + 1. */
void pl_pen_mirrored(const pl_pen *pen, const pl_point *p, int n, float depth,
                     const pl_paint *paint);

/* A polygon with its corners kept. */
void pl_pen_polygon(const pl_pen *pen, const pl_point *p, int n, float depth,
                    const pl_paint *paint);

/* A smooth line through n points, `width` wide at its middle and width * `taper` at its ends; n
 * in 2..PL_PEN_POINTS. */
void pl_pen_line(const pl_pen *pen, const pl_point *p, int n, float width, float taper, float depth,
                 const pl_paint *paint);

void pl_pen_ellipse(const pl_pen *pen, float x, float y, float rx, float ry, float depth,
                    const pl_paint *paint);
void pl_pen_spot(const pl_pen *pen, float x, float y, float rx, float ry, float depth,
                 pl_color color, float alpha);

/* A plain paint. */
pl_paint pl_pen_flat(pl_color color, float alpha);

#endif
