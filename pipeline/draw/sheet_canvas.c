#include "draw/sheet_canvas.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "draw/sheet_font.h"

static void put(pl_sketch *c, int x, int y, pl_rgb v)
{
    if (x < 0 || y < 0 || x >= c->width || y >= c->height)
        return;
    uint8_t *p = c->pixel + 3 * ((size_t)y * (size_t)c->width + (size_t)x);
    p[0] = v.r;
    p[1] = v.g;
    p[2] = v.b;
}

void pl_sketch_fill(pl_sketch *c, int x, int y, int width, int height, pl_rgb v)
{
    for (int j = 0; j < height; j++)
        for (int i = 0; i < width; i++)
            put(c, x + i, y + j, v);
}

void pl_sketch_picture(pl_sketch *c, int x, int y, const uint8_t *pixels, int width, int height,
                       int channels, int scale)
{
    const uint8_t *p = pixels;
    for (int v = 0; v < height; v++)
        for (int u = 0; u < width; u++, p += channels) {
            pl_rgb k = channels == 3 ? (pl_rgb){p[0], p[1], p[2]} : (pl_rgb){p[0], p[0], p[0]};
            pl_sketch_fill(c, x + u * scale, y + v * scale, scale, scale, k);
        }
}

/* Bytes of the character at s, at least 1: what follows a first byte and begins with bits 10. */
static size_t step(const char *s)
{
    unsigned char first = (unsigned char)s[0];
    size_t most = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1, n = 1;
    while (n < most && ((unsigned char)s[n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* The character where the font may have it: ASCII, and two bytes for Latin-1. */
static uint32_t code_of(const char *s)
{
    unsigned char first = (unsigned char)s[0];
    if (first < 0x80)
        return first;
    if (step(s) == 2)
        return ((uint32_t)first & 0x1F) << 6 | ((unsigned char)s[1] & 0x3F);
    return '?';
}

static void draw_glyph(pl_sketch *c, int x, int y, const uint8_t *rows, pl_rgb v)
{
    for (int j = 0; j < PL_GLYPH_HEIGHT; j++)
        for (int i = 0; i < PL_GLYPH_WIDTH; i++)
            if (rows[j] >> (PL_GLYPH_WIDTH - 1 - i) & 1)
                put(c, x + i, y + j, v);
}

int pl_sketch_text(pl_sketch *c, int x, int y, const char *text, size_t n, pl_rgb v)
{
    for (; n > 0 && *text; n--, text += step(text), x += PL_GLYPH_WIDTH)
        draw_glyph(c, x, y, pl_glyph(code_of(text)), v);
    return x;
}

size_t pl_text_length(const char *text)
{
    size_t n = 0;
    for (; *text; text += step(text))
        n++;
    return n;
}

const char *pl_text_skip(const char *text, size_t n)
{
    for (; n > 0 && *text; n--)
        text += step(text);
    return text;
}

pl_rgb pl_rgb_of(const char *hex)
{
    assert(hex[0] == '#');
    unsigned long v = strtoul(hex + 1, NULL, 16);
    return (pl_rgb){(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
}
