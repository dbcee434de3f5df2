/* A 5x7 font of ASCII 32..126: five columns a glyph, bit 0 the top row. */
#ifndef PL_DRAW_SHEET_FONT_H
#define PL_DRAW_SHEET_FONT_H

#include <stdint.h>

enum { PL_GLYPH_WIDTH = 5, PL_GLYPH_HEIGHT = 7, PL_GLYPH_FIRST = 32, PL_GLYPH_LAST = 126 };

/* The columns of a character; of "?" for one outside the range. */
const uint8_t *pl_glyph(char c);

#endif
