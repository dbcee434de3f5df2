/* Where a sheet is drawn: rgb pixels, rectangles, text, pictures. What lies outside is cut off. */
#ifndef PL_DRAW_SHEET_CANVAS_H
#define PL_DRAW_SHEET_CANVAS_H

#include <stddef.h>
#include <stdint.h>

typedef struct pl_rgb {
    uint8_t r, g, b;
} pl_rgb;

typedef struct pl_sketch {
    uint8_t *pixel; /* [height,width,3] */
    int width, height;
} pl_sketch;

void pl_sketch_fill(pl_sketch *c, int x, int y, int width, int height, pl_rgb v);

/* x: [height,width,channels], each pixel drawn scale times scale. */
void pl_sketch_picture(pl_sketch *c, int x, int y, const uint8_t *pixels, int width, int height,
                       int channels, int scale);

/* The upper left corner of the first of n characters of UTF-8 text. Returns the x behind it. */
int pl_sketch_text(pl_sketch *c, int x, int y, const char *text, size_t n, pl_rgb v);

/* How many characters, bytes that are no UTF-8 counting as one each. */
size_t pl_text_length(const char *text);

/* The place behind the first n characters. */
const char *pl_text_skip(const char *text, size_t n);

/* "#d1495b" */
pl_rgb pl_rgb_of(const char *hex);

#endif
