#include "draw/sheet.h"

#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/sheet_font.h"
#include "util/fs.h"
#include "util/str.h"

enum {
    LEAST_SIDE = 100, /* smaller pictures are enlarged by a whole factor */
    LEAST_CELL = 112, /* room for a name of 18 characters */
    GAP = 8,
    FRAME = 3,
    CHAR_WIDTH = PL_GLYPH_WIDTH + 1,
    LINE_HEIGHT = PL_GLYPH_HEIGHT + 4,
    MOST_COLUMNS = 10
};

typedef struct color {
    uint8_t r, g, b;
} color;

static const color paper = {255, 255, 255}, ink = {30, 30, 30}, red = {200, 40, 50};

/* The picture of one row of cells, rgb. */
typedef struct canvas {
    uint8_t *pixel;
    int width, height;
} canvas;

typedef struct layout {
    int scale, cell_width, cell_height, columns, rows;
} layout;

static layout plan(const pl_sheet *s, size_t count)
{
    layout l;
    int side = s->width > s->height ? s->width : s->height;
    l.scale = side >= LEAST_SIDE ? 1 : (LEAST_SIDE + side - 1) / side;
    int width = s->width * l.scale + 2 * FRAME;
    l.cell_width = (width > LEAST_CELL ? width : LEAST_CELL) + GAP;
    l.cell_height = s->height * l.scale + 2 * FRAME + 2 * LINE_HEIGHT + GAP;
    l.columns = count < MOST_COLUMNS ? (int)count : MOST_COLUMNS;
    if (l.columns == 0)
        l.columns = 1;
    l.rows = (int)((count + (size_t)l.columns - 1) / (size_t)l.columns);
    if (l.rows == 0)
        l.rows = 1;
    return l;
}

static void put(canvas *c, int x, int y, color v)
{
    if (x < 0 || y < 0 || x >= c->width || y >= c->height)
        return;
    uint8_t *p = c->pixel + 3 * ((size_t)y * (size_t)c->width + (size_t)x);
    p[0] = v.r;
    p[1] = v.g;
    p[2] = v.b;
}

static void fill(canvas *c, int x, int y, int width, int height, color v)
{
    for (int j = 0; j < height; j++) {
        for (int i = 0; i < width; i++)
            put(c, x + i, y + j, v);
    }
}

static void draw_text(canvas *c, int x, int y, const char *text, color v)
{
    for (; *text; text++, x += CHAR_WIDTH) {
        const uint8_t *column = pl_glyph(*text);
        for (int i = 0; i < PL_GLYPH_WIDTH; i++) {
            for (int j = 0; j < PL_GLYPH_HEIGHT; j++) {
                if (column[i] >> j & 1)
                    put(c, x + i, y + j, v);
            }
        }
    }
}

/* The text as one byte per character (others than ASCII become ?), at most `room` of them: a longer
 * one loses its head. */
static void shorten(const char *text, size_t room, char *out)
{
    size_t n = 0, skip;
    for (const char *p = text; *p; p++)
        n += ((unsigned char)*p & 0xC0) != 0x80;
    skip = n > room ? n - room + 2 : 0;
    if (skip) {
        memcpy(out, "..", 2);
        out += 2;
    }
    for (; *text; text++) {
        if (((unsigned char)*text & 0xC0) == 0x80)
            continue;
        if (skip)
            skip--;
        else
            *out++ = (unsigned char)*text < 128 ? *text : '?';
    }
    *out = '\0';
}

static void draw_picture(canvas *c, const pl_sheet *s, size_t i, int x, int y, int scale)
{
    const uint8_t *p = s->x + i * (size_t)s->width * (size_t)s->height * (size_t)s->channels;
    for (int v = 0; v < s->height; v++) {
        for (int u = 0; u < s->width; u++, p += s->channels) {
            color k = s->channels == 3 ? (color){p[0], p[1], p[2]} : (color){p[0], p[0], p[0]};
            fill(c, x + u * scale, y + v * scale, scale, scale, k);
        }
    }
}

static void draw_cell(canvas *c, const pl_sheet *s, const layout *l, size_t i, int x)
{
    char text[LEAST_SIDE * 8];
    bool wrong = s->label && s->label[i] >= 0 && (s->probability[i] > 0.5f) != (s->label[i] == 1);
    int width = s->width * l->scale, height = s->height * l->scale;
    int room = l->cell_width - GAP;
    int left = x + GAP / 2 + (room - width) / 2, top = GAP / 2 + FRAME;
    if (wrong)
        fill(c, left - FRAME, top - FRAME, width + 2 * FRAME, height + 2 * FRAME, red);
    draw_picture(c, s, i, left, top, l->scale);
    snprintf(text, sizeof text, "%.3f", (double)s->probability[i]);
    int y = top + height + FRAME + 2;
    draw_text(c, x + (l->cell_width - (int)strlen(text) * CHAR_WIDTH) / 2, y, text,
              wrong ? red : ink);
    size_t most = (size_t)(room / CHAR_WIDTH);
    shorten(s->name[i], most < sizeof text - 3 ? most : sizeof text - 3, text);
    draw_text(c, x + (l->cell_width - (int)strlen(text) * CHAR_WIDTH) / 2, y + LINE_HEIGHT, text,
              ink);
}

static void add_bytes(png_structp png, png_bytep bytes, png_size_t size)
{
    pl_str_add_bytes(png_get_io_ptr(png), bytes, size);
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

/* Encodes row of cells by row of cells; memory is one such row and the PNG. */
static int encode(const pl_sheet *s, const layout *l, size_t count, canvas *c, pl_str *out)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return -1;
    }
    png_set_write_fn(png, out, add_bytes, flush_nothing);
    png_set_IHDR(png, info, (png_uint_32)c->width, (png_uint_32)(c->height * l->rows), 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int row = 0; row < l->rows; row++) {
        fill(c, 0, 0, c->width, c->height, paper);
        for (int k = 0; k < l->columns; k++) {
            size_t i = (size_t)row * (size_t)l->columns + (size_t)k;
            if (i < count)
                draw_cell(c, s, l, i, GAP / 2 + k * l->cell_width);
        }
        for (int y = 0; y < c->height; y++)
            png_write_row(png, c->pixel + 3 * (size_t)y * (size_t)c->width);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return 0;
}

kn_status pl_sheet_write(const char *path, const pl_sheet *sheet, kn_error *e)
{
    size_t count = sheet->count < PL_SHEET_MAX_IMAGES ? sheet->count : PL_SHEET_MAX_IMAGES;
    layout l = plan(sheet, count);
    canvas c = {NULL, l.columns * l.cell_width + GAP, l.cell_height};
    c.pixel = malloc(3 * (size_t)c.width * (size_t)c.height);
    if (!c.pixel)
        return kn_fail(e, KN_ENOMEM, "%s: no memory for a row of %d x %d pixels", path, c.width,
                       c.height);
    pl_str png;
    pl_str_init(&png);
    kn_status rc;
    if (encode(sheet, &l, count, &c, &png) != 0)
        rc = kn_fail(e, KN_EINTERNAL, "%s: libpng cannot encode %d x %d pixels", path, c.width,
                     c.height * l.rows);
    else
        rc = pl_write_file(path, png.text, png.size, e);
    pl_str_clear(&png);
    free(c.pixel);
    return rc;
}
