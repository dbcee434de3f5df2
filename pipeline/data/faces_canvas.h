/* The drawing surface of the embedded data set: 178x218 pixels of floats, filled by anti-aliased
 * shapes.
 *
 * Coordinates are pixels, x to the right, y down, the first pixel covering 0..1. Shapes may reach
 * outside. Only + - * / and sqrt are used, so the same calls give the same floats on every machine.
 */
#ifndef PL_DATA_FACES_CANVAS_H
#define PL_DATA_FACES_CANVAS_H

#include <stdint.h>

enum { PL_CANVAS_W = 178, PL_CANVAS_H = 218 };

typedef struct pl_point {
    float x, y;
} pl_point;

typedef struct pl_color {
    float r, g, b; /* 0..255 */
} pl_color;

typedef enum pl_texture {
    PL_FLAT,    /* the colour as it is */
    PL_ROUND,   /* lit as a ball around `center`, radius `size`, light from `light` */
    PL_STRANDS, /* streaks `size` pixels wide along y, bent sideways by waves of `wave` pixels and
                   by `slant` */
    PL_STIPPLE  /* alpha falls by up to `amount` from pixel to pixel */
} pl_texture;

typedef struct pl_paint {
    pl_color color;
    float alpha; /* 0..1 */
    pl_texture texture;
    float amount; /* strength of the texture, 0..1 */
    float size, wave, slant;
    pl_point center, light;
    uint32_t seed; /* of strands and stipple */
} pl_paint;

typedef struct pl_canvas {
    float rgb[PL_CANVAS_H][PL_CANVAS_W][3];
    float cover[PL_CANVAS_H][PL_CANVAS_W + 2]; /* all zero between calls */
} pl_canvas;

/* Fills the polygon of n points (closed by itself). Where it overlaps itself it is covered once. */
void pl_canvas_fill(pl_canvas *c, const pl_point *p, int n, const pl_paint *paint);

/* A soft spot: alpha in the middle, fading to 0 at the ellipse of radii rx, ry. */
void pl_canvas_spot(pl_canvas *c, pl_point center, float rx, float ry, pl_color color, float alpha);

/* The whole surface from four corner colours: top left, top right, bottom left, bottom right. */
void pl_canvas_gradient(pl_canvas *c, const pl_color corner[4]);

/* Replaces each pixel by the mean of the (2 radius + 1) square around it, edges repeated;
 * radius 1..8. */
void pl_canvas_blur(pl_canvas *c, int radius);

pl_color pl_color_mix(pl_color a, pl_color b, float t); /* a at t = 0, b at t = 1 */
pl_color pl_color_scale(pl_color a, float k);

/* A value in [0, 1) that depends on i and seed alone. */
float pl_canvas_hash(uint32_t i, uint32_t seed);

#endif
