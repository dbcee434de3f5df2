/* Numbers as colours: maps over pictures, and weights as pictures.
 *
 *   even    0..1, viridis (van der Walt, Smith, "mpl colormaps", 2015, CC0): equal steps look equal, lighter is more, also in grey
 *           and to the colour-blind
 *   signed  -1..1, PuOr (Brewer, "ColorBrewer 2.0", 11 classes, joined by straight lines): purple below, near white at 0, orange above
 *
 * Colours are r, g, b of 0..255; what lies outside the range has the colour of its end. */
#ifndef PL_DRAW_HEAT_H
#define PL_DRAW_HEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum pl_heat_kind { PL_HEAT_EVEN, PL_HEAT_SIGNED } pl_heat_kind;

void pl_heat_color(pl_heat_kind kind, double t, uint8_t rgb[3]);

/* The largest |v|; 0 for none. */
double pl_heat_most(const float *v, size_t n);

/* v [h,w], of which `most` (above 0) stands for 1: each number a square of scale x scale. rgb [h*scale, w*scale, 3]. */
void pl_heat_map(pl_heat_kind kind, const float *v, int w, int h, double most, int scale,
                 uint8_t *rgb);

/* v [h,w] laid over a picture of that size, [h,w,channels] (1 or 3), which is seen in grey; the colour is the more opaque the
 * further v is from 0. rgb [h,w,3]. */
void pl_heat_overlay(pl_heat_kind kind, const float *v, int w, int h, double most,
                     const uint8_t *picture, int channels, uint8_t *rgb);

/* The colours from the least to the most, left to right. rgb [height,width,3]. */
void pl_heat_bar(pl_heat_kind kind, int width, int height, uint8_t *rgb);

/* [h,w,channels] to [h*scale, w*scale, 3], each pixel a square. */
void pl_heat_enlarge(const uint8_t *picture, int w, int h, int channels, int scale, uint8_t *rgb);

#endif
