/* A font of 7x13 pixels: ASCII and Latin-1. */
#ifndef PL_DRAW_SHEET_FONT_H
#define PL_DRAW_SHEET_FONT_H

#include <stdint.h>

enum { PL_GLYPH_WIDTH = 7, PL_GLYPH_HEIGHT = 13 };

/* The rows of a character (Unicode), from the top; bit 6 is the leftmost pixel. Of "?" for one it has not. */
const uint8_t *pl_glyph(uint32_t c);

#endif
