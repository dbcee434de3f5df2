/* 256 colours for a sheet of colour pictures: median cut (Heckbert, "Color image quantization for frame buffer display", 1982)
 * over the pictures' pixels at 5 bits a channel. */
#ifndef PL_DRAW_SHEET_PALETTE_H
#define PL_DRAW_SHEET_PALETTE_H

#include <stddef.h>
#include <stdint.h>

#include "draw/sheet_canvas.h"

enum { PL_PALETTE = 256, PL_PALETTE_BINS = 1 << 15 };

typedef struct pl_palette {
    pl_rgb color[PL_PALETTE];
    int fixed, count;               /* the first `fixed` are as given */
    uint64_t many[PL_PALETTE_BINS]; /* pixels of each bin */
    uint64_t sum[PL_PALETTE_BINS][3];
    uint8_t index[PL_PALETTE_BINS]; /* the colour of each bin that has pixels */
} pl_palette;

/* p is zeroed; then pixels [n,3] are added; then the colours are chosen, the fixed ones being kept as they are. */
void pl_palette_add(pl_palette *p, const uint8_t *rgb, size_t n);
void pl_palette_choose(pl_palette *p, const pl_rgb *fixed, int count);

/* The number of a pixel's colour: exact for the fixed ones, else that of its bin. */
uint8_t pl_palette_of(const pl_palette *p, const uint8_t rgb[3]);

#endif
