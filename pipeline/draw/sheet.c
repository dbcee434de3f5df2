#include "draw/sheet.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "draw/figures.h"
#include "draw/sheet_canvas.h"
#include "draw/sheet_font.h"
#include "draw/sheet_palette.h"
#include "util/fs.h"

enum {
    LEAST_SIDE = 100, /* smaller pictures are enlarged by a whole factor */
    LEAST_CELL = 16 * PL_GLYPH_WIDTH,
    MOST_TEXT = 28 * PL_GLYPH_WIDTH, /* a cell grows with its text up to this */
    GAP = 8,
    FRAME = 3,
    BAR = 7,
    LINE_HEIGHT = PL_GLYPH_HEIGHT + 1,
    TITLE_LINE = PL_GLYPH_HEIGHT + 3
};

static const pl_rgb paper = {255, 255, 255}, ink = {30, 30, 30}, pale = {205, 205, 205};

typedef struct layout {
    int scale, cell_width, cell_height, columns, lines, width;
    pl_rgb mark;
} layout;

/* A sheet is made strip by strip, from the top: titles and rows of pictures. */
typedef struct strip {
    size_t band, first; /* first: of its tiles; SIZE_MAX: the title */
    int height;
} strip;

static void measure_text(const pl_sheet *s, layout *l, int *longest)
{
    for (size_t b = 0; b < s->bands; b++)
        for (size_t i = 0; i < s->band[b].count; i++)
            for (int k = 0; k < PL_TILE_LINES; k++) {
                const char *text = s->band[b].tile[i].line[k];
                if (!text)
                    continue;
                l->lines = k + 1 > l->lines ? k + 1 : l->lines;
                if (k == 0 && s->named)
                    continue;
                int width = (int)pl_text_length(text) * PL_GLYPH_WIDTH;
                *longest = width > *longest ? width : *longest;
            }
}

static layout plan(const pl_sheet *s)
{
    layout l = {.scale = 1};
    int side = s->width > s->height ? s->width : s->height, text = 0;
    size_t most = 1;
    if (side < LEAST_SIDE)
        l.scale = (LEAST_SIDE + side - 1) / side;
    measure_text(s, &l, &text);
    text = text > MOST_TEXT ? MOST_TEXT : text < LEAST_CELL ? LEAST_CELL : text;
    int picture = s->width * l.scale + 2 * FRAME;
    l.cell_width = (picture > text ? picture : text) + GAP;
    l.cell_height =
        s->height * l.scale + 2 * FRAME + (s->bars ? BAR + 2 : 0) + l.lines * LINE_HEIGHT + GAP + 2;
    for (size_t b = 0; b < s->bands; b++)
        most = s->band[b].count > most ? s->band[b].count : most;
    l.columns = s->columns > 0 ? s->columns : PL_SHEET_COLUMNS;
    l.columns = most < (size_t)l.columns ? (int)most : l.columns;
    l.width = l.columns * l.cell_width + GAP;
    l.mark = s->channels == 3 ? pl_rgb_of(PL_COLOR_BAD) : ink;
    return l;
}

/* How many characters of a title stand on its next line, which ends at a space where one is there. */
static size_t title_line(const char *text, size_t room)
{
    size_t n = 0, fit = 0;
    for (; *text && n < room; text = pl_text_skip(text, 1), n++)
        if (*text == ' ')
            fit = n;
    return *text && *text != ' ' && fit > 0 ? fit : n;
}

/* Draws a title where c is not NULL; returns the height of all its lines. */
static int draw_title(pl_sketch *c, const layout *l, const char *text)
{
    size_t room = (size_t)((l->width - 2 * GAP) / PL_GLYPH_WIDTH);
    int y = GAP;
    while (text && *text) {
        size_t n = title_line(text, room);
        if (c)
            pl_sketch_text(c, GAP, y, text, n, ink);
        text = pl_text_skip(text, n);
        while (*text == ' ')
            text++;
        y += TITLE_LINE;
    }
    if (!text)
        return GAP / 2;
    if (c)
        pl_sketch_fill(c, GAP, y, l->width - 2 * GAP, 1, pale);
    return y + GAP / 2;
}

/* In the middle of the cell; a text that is too long loses its head. */
static void draw_line(pl_sketch *c, int x, int y, int room, const char *text)
{
    size_t n = pl_text_length(text), fit = (size_t)(room / PL_GLYPH_WIDTH);
    int left = x + (room - (int)(n < fit ? n : fit) * PL_GLYPH_WIDTH) / 2;
    if (n > fit) {
        left = pl_sketch_text(c, left, y, "..", 2, ink);
        text = pl_text_skip(text, n - fit + 2);
    }
    pl_sketch_text(c, left, y, text, n, ink);
}

static void draw_bar(pl_sketch *c, int x, int y, int width, float share)
{
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    pl_sketch_fill(c, x, y, width, BAR, pale);
    pl_sketch_fill(c, x, y + 1, (int)(share * (float)width + 0.5f), BAR - 2, ink);
    pl_sketch_fill(c, x + width / 2 - 1, y, 2, BAR, paper);
    pl_sketch_fill(c, x + width / 2 - 1, y + BAR - 2, 2, 2, ink);
}

static void draw_tile(pl_sketch *c, const pl_sheet *s, const layout *l, const pl_tile *t, int x)
{
    int width = s->width * l->scale, height = s->height * l->scale, room = l->cell_width - GAP;
    int left = x + (room - width) / 2, y = GAP / 2 + FRAME;
    if (t->marked)
        pl_sketch_fill(c, left - FRAME, y - FRAME, width + 2 * FRAME, height + 2 * FRAME, l->mark);
    pl_sketch_picture(c, left, y, t->x, s->width, s->height, s->channels, l->scale);
    y += height + FRAME + 1;
    if (s->bars) {
        draw_bar(c, left, y, width, t->bar);
        y += BAR + 2;
    }
    for (int k = 0; k < PL_TILE_LINES; k++, y += LINE_HEIGHT)
        if (t->line[k])
            draw_line(c, x, y, room, t->line[k]);
}

static void draw_strip(pl_sketch *c, const pl_sheet *s, const layout *l, const strip *at)
{
    const pl_band *band = &s->band[at->band];
    c->height = at->height;
    pl_sketch_fill(c, 0, 0, c->width, c->height, paper);
    if (at->first == SIZE_MAX) {
        draw_title(c, l, band->title);
        return;
    }
    for (int k = 0; k < l->columns && at->first + (size_t)k < band->count; k++)
        draw_tile(c, s, l, &band->tile[at->first + (size_t)k], GAP + k * l->cell_width);
}

static strip *plan_strips(const pl_sheet *s, const layout *l, size_t *count, int *height,
                          int *tallest)
{
    size_t room = 0, n = 0, columns = (size_t)l->columns;
    for (size_t b = 0; b < s->bands; b++)
        room += 1 + (s->band[b].count + columns - 1) / columns;
    strip *all = malloc((room + 1) * sizeof *all);
    if (!all)
        abort();
    for (size_t b = 0; b < s->bands; b++) {
        all[n++] = (strip){b, SIZE_MAX, draw_title(NULL, l, s->band[b].title)};
        for (size_t i = 0; i < s->band[b].count; i += columns)
            all[n++] = (strip){b, i, l->cell_height};
    }
    for (size_t i = 0; i < n; i++) {
        *height += all[i].height;
        *tallest = all[i].height > *tallest ? all[i].height : *tallest;
    }
    *count = n;
    return all;
}

static void add_bytes(png_structp png, png_bytep bytes, png_size_t size)
{
    pl_str_add_bytes(png_get_io_ptr(png), bytes, size);
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

/* A row of the canvas as the PNG has it, in place. */
static void pack_row(uint8_t *row, int width, int type, const pl_palette *palette)
{
    if (type == PNG_COLOR_TYPE_RGB)
        return;
    for (int x = 0; x < width; x++)
        row[x] = palette ? pl_palette_of(palette, row + (size_t)3 * (size_t)x) : row[3 * (size_t)x];
}

typedef struct encoding {
    const pl_sheet *sheet;
    const layout *l;
    const strip *strips;
    size_t count;
    int height;
    pl_sketch canvas;
    pl_palette *palette; /* NULL: gray or all colours */
} encoding;

static void write_head(png_structp png, png_infop info, const encoding *w, int type)
{
    png_set_IHDR(png, info, (png_uint_32)w->l->width, (png_uint_32)w->height, 8, type,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (w->palette) {
        png_color colors[PL_PALETTE];
        for (int i = 0; i < w->palette->count; i++) {
            const pl_rgb *v = &w->palette->color[i];
            colors[i] = (png_color){v->r, v->g, v->b};
        }
        png_set_PLTE(png, info, colors, w->palette->count);
        png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    }
    png_set_compression_level(png, 9);
    png_write_info(png, info);
}

static int encode(encoding *w, pl_str *out)
{
    int type = w->palette                ? PNG_COLOR_TYPE_PALETTE
               : w->sheet->channels == 1 ? PNG_COLOR_TYPE_GRAY
                                         : PNG_COLOR_TYPE_RGB;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return -1;
    }
    png_set_write_fn(png, out, add_bytes, flush_nothing);
    write_head(png, info, w, type);
    for (size_t i = 0; i < w->count; i++) {
        draw_strip(&w->canvas, w->sheet, w->l, &w->strips[i]);
        for (int y = 0; y < w->strips[i].height; y++) {
            uint8_t *row = w->canvas.pixel + 3 * (size_t)y * (size_t)w->l->width;
            pack_row(row, w->l->width, type, w->palette);
            png_write_row(png, row);
        }
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return 0;
}

static pl_palette *choose_colors(const pl_sheet *s, const layout *l)
{
    const pl_rgb fixed[] = {paper, ink, pale, l->mark};
    pl_palette *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    for (size_t b = 0; b < s->bands; b++)
        for (size_t i = 0; i < s->band[b].count; i++)
            pl_palette_add(p, s->band[b].tile[i].x, (size_t)s->width * (size_t)s->height);
    pl_palette_choose(p, fixed, sizeof fixed / sizeof fixed[0]);
    return p;
}

kn_status pl_sheet_png(const pl_sheet *sheet, pl_str *png, kn_error *e)
{
    static const pl_band nothing = {"no pictures", NULL, 0};
    pl_sheet s = *sheet;
    if (s.bands == 0) {
        s.band = &nothing;
        s.bands = 1;
    }
    layout l = plan(&s);
    size_t count = 0;
    int height = 0, tallest = 0;
    strip *strips = plan_strips(&s, &l, &count, &height, &tallest);
    kn_status rc = KN_OK;
    encoding w = {.sheet = &s, .l = &l, .strips = strips, .count = count, .height = height};
    w.canvas = (pl_sketch){malloc(3 * (size_t)l.width * (size_t)tallest), l.width, 0};
    if (s.channels == 3 && s.small)
        w.palette = choose_colors(&s, &l);
    if (!w.canvas.pixel)
        rc = kn_fail(e, KN_ENOMEM, "no memory for a row of %d x %d pixels", l.width, tallest);
    else if (encode(&w, png) != 0)
        rc = kn_fail(e, KN_EINTERNAL, "libpng cannot encode %d x %d pixels", l.width, height);
    free(w.palette);
    free(w.canvas.pixel);
    free(strips);
    return rc;
}

kn_status pl_sheet_write(const char *path, const pl_sheet *sheet, kn_error *e)
{
    pl_str png;
    pl_str_init(&png);
    kn_status rc = pl_sheet_png(sheet, &png, e);
    if (rc == KN_OK)
        rc = pl_write_file_if_changed(path, png.text, png.size, e);
    pl_str_clear(&png);
    return rc;
}
