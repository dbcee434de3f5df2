#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/heat.h"
#include "draw/sheet.h"
#include "draw/sheet_canvas.h"
#include "draw/sheet_font.h"
#include "insight/weights.h"

enum {
    ONE = 400,   /* side of a single picture */
    FILTER = 36, /* of a filter */
    UNIT = 100,  /* of a unit's picture */
    WIDTH = 700, /* of the grid, unless one is wider */
    LEAST = 260, /* of the bar with its numbers */
    GAP = 6,
    BAR = 10
};

static const pl_rgb paper = {255, 255, 255}, ink = {30, 30, 30}, edge = {205, 205, 205};

typedef struct layout {
    int scale, cell_w, cell_h, columns, rows, width, height;
} layout;

static layout plan(const pl_weights *w)
{
    layout l;
    int wanted = w->count == 1 ? ONE : w->kind == PL_WEIGHTS_FILTERS ? FILTER : UNIT;
    int side = w->w > w->h ? w->w : w->h;
    l.scale = side < wanted ? (wanted + side - 1) / side : 1;
    /* the channels with a line between them, a line around */
    l.cell_w = w->channels * (w->w * l.scale + 1) + 1;
    l.cell_h = w->h * l.scale + 2;
    l.columns = (WIDTH + GAP) / (l.cell_w + GAP);
    l.columns = l.columns < 1 ? 1 : l.columns > w->count ? w->count : l.columns;
    l.rows = (w->count + l.columns - 1) / l.columns;
    int width = l.columns * (l.cell_w + GAP) - GAP;
    l.width = width > LEAST ? width : LEAST;
    l.height = l.rows * (l.cell_h + GAP) + BAR + 1 + PL_GLYPH_HEIGHT;
    return l;
}

/* One channel of number k. */
static void draw_one(pl_sketch *c, const pl_weights *w, int scale, int k, int channel, int x, int y,
                     float *v, uint8_t *rgb)
{
    int n = w->w * w->h;
    const float *from = w->v + (ptrdiff_t)k * n * w->channels + channel;
    for (int i = 0; i < n; i++)
        v[i] = from[(ptrdiff_t)i * w->channels];
    pl_heat_map(PL_HEAT_SIGNED, v, w->w, w->h, w->most > 0 ? w->most : 1, scale, rgb);
    pl_sketch_picture(c, x, y, rgb, w->w * scale, w->h * scale, 3, 1);
}

static void draw_bar(pl_sketch *c, const pl_weights *w, int y, uint8_t *rgb)
{
    char high[32], low[33];
    snprintf(high, sizeof high, "%.3g", w->most);
    snprintf(low, sizeof low, "%s%s", w->most > 0 ? "-" : "", high);
    pl_heat_bar(PL_HEAT_SIGNED, c->width, BAR, rgb);
    pl_sketch_picture(c, 0, y, rgb, c->width, BAR, 3, 1);
    y += BAR + 1;
    pl_sketch_text(c, 0, y, low, strlen(low), ink);
    pl_sketch_text(c, (c->width - PL_GLYPH_WIDTH) / 2, y, "0", 1, ink);
    pl_sketch_text(c, c->width - (int)strlen(high) * PL_GLYPH_WIDTH, y, high, strlen(high), ink);
}

static void draw_grid(pl_sketch *c, const pl_weights *w, const layout *l, float *v, uint8_t *rgb)
{
    pl_sketch_fill(c, 0, 0, c->width, c->height, paper);
    int left = (c->width - l->columns * (l->cell_w + GAP) + GAP) / 2;
    for (int k = 0; k < w->count; k++) {
        int x = left + k % l->columns * (l->cell_w + GAP), y = k / l->columns * (l->cell_h + GAP);
        pl_sketch_fill(c, x, y, l->cell_w, l->cell_h, edge);
        for (int channel = 0; channel < w->channels; channel++)
            draw_one(c, w, l->scale, k, channel, x + 1 + channel * (w->w * l->scale + 1), y + 1, v,
                     rgb);
    }
    draw_bar(c, w, l->rows * (l->cell_h + GAP), rgb);
}

static void add_title(const pl_weights *w, const char *run, const char *target, pl_str *s)
{
    if (w->kind == PL_WEIGHTS_OUTPUT) {
        pl_str_addf(s,
                    "%s: the weight of every pixel. Orange: brighter there argues for %s, purple: "
                    "against it",
                    run, target);
    } else {
        const char *what = w->kind == PL_WEIGHTS_FILTERS ? "filters" : "units";
        if (w->count < w->all)
            pl_str_addf(s, "%s: the first %d of the %d %s of %s", run, w->count, w->all, what,
                        w->layer);
        else
            pl_str_addf(s, "%s: the %d %s of %s", run, w->all, what, w->layer);
        pl_str_addf(s, ", %d x %d, all on one scale. Orange: above 0, purple: below", w->w, w->h);
    }
    pl_str_add(s, w->channels == 3 ? "; red, green, blue side by side." : ".");
}

kn_status pl_weights_sheet(const pl_weights *w, const char *run, const char *target, pl_str *png,
                           kn_error *e)
{
    layout l = plan(w);
    size_t grid = 3 * (size_t)l.width * (size_t)l.height, n = (size_t)w->w * (size_t)w->h;
    size_t one = 3 * n * (size_t)l.scale * (size_t)l.scale, bar = 3 * (size_t)l.width * BAR;
    pl_sketch c = {malloc(grid), l.width, l.height};
    float *v = malloc(n * sizeof *v);
    uint8_t *rgb = malloc(one > bar ? one : bar);
    pl_str title;
    pl_str_init(&title);
    add_title(w, run, target, &title);
    const pl_tile tile = {.x = c.pixel};
    const pl_band band = {title.text, &tile, 1};
    const pl_sheet sheet = {
        .width = l.width, .height = l.height, .channels = 3, .band = &band, .bands = 1};
    kn_status rc;
    if (!c.pixel || !v || !rgb) {
        rc = kn_fail(e, KN_ENOMEM, "no memory for a picture of %d x %d", l.width, l.height);
    } else {
        draw_grid(&c, w, &l, v, rgb);
        rc = pl_sheet_png(&sheet, png, e);
    }
    pl_str_clear(&title);
    free(c.pixel);
    free(v);
    free(rgb);
    return rc;
}
