#include "insight/explain_sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/heat.h"
#include "draw/sheet.h"
#include "draw/sheet_canvas.h"
#include "draw/sheet_font.h"
#include "insight/gradcam.h"

enum {
    PANEL = 150, /* pictures are enlarged by a whole factor to at least this side */
    GAP = 6,
    BAR = 8,
    COLUMNS = 2
};

static const pl_rgb paper = {255, 255, 255}, ink = {30, 30, 30};

/* A tile: [picture | map | map], below each map its bar and numbers. */
typedef struct layout {
    int w, h, channels, scale, panel_w, panel_h, panels, width, height;
} layout;

static layout plan(const pl_explainer *x)
{
    kn_shape s = kn_net_input(x->predictions.model->net);
    layout l = {.w = s.w, .h = s.h, .channels = s.c, .scale = 1, .panels = 1};
    int side = s.w > s.h ? s.w : s.h;
    if (side < PANEL)
        l.scale = (PANEL + side - 1) / side;
    for (int k = 0; k < PL_MAPS; k++)
        l.panels += x->options.map[k];
    l.panel_w = s.w * l.scale;
    l.panel_h = s.h * l.scale;
    l.width = l.panels * (l.panel_w + GAP) - GAP;
    l.height = l.panel_h + 2 + BAR + 1 + PL_GLYPH_HEIGHT;
    return l;
}

static pl_heat_kind heat_of(int map)
{
    return map == PL_MAP_GRADCAM ? PL_HEAT_EVEN : PL_HEAT_SIGNED;
}

static void frame(pl_sketch *c, int x, int y, int side)
{
    pl_sketch_fill(c, x, y, side, 1, ink);
    pl_sketch_fill(c, x, y + side - 1, side, 1, ink);
    pl_sketch_fill(c, x, y, 1, side, ink);
    pl_sketch_fill(c, x + side - 1, y, 1, side, ink);
}

/* Copies rgb [height,width,3] into the canvas. */
static void place(pl_sketch *c, int x, int y, const uint8_t *rgb, int width, int height)
{
    pl_sketch_picture(c, x, y, rgb, width, height, 3, 1);
}

static void draw_scale(pl_sketch *c, const layout *l, pl_heat_kind kind, double most, int x,
                       uint8_t *room)
{
    char low[32], high[32];
    int y = l->panel_h + 2;
    if (most <= 0) {
        pl_sketch_text(c, x, y + BAR + 1, "empty", 5, ink);
        return;
    }
    pl_heat_bar(kind, l->panel_w, BAR, room);
    place(c, x, y, room, l->panel_w, BAR);
    y += BAR + 1;
    snprintf(high, sizeof high, "%.3g", most);
    snprintf(low, sizeof low, kind == PL_HEAT_SIGNED ? "-%.3g" : "0", most);
    pl_sketch_text(c, x, y, low, strlen(low), ink);
    if (kind == PL_HEAT_SIGNED)
        pl_sketch_text(c, x + (l->panel_w - PL_GLYPH_WIDTH) / 2, y, "0", 1, ink);
    pl_sketch_text(c, x + l->panel_w - (int)strlen(high) * PL_GLYPH_WIDTH, y, high, strlen(high),
                   ink);
}

/* Memory of a panel. */
typedef struct panel {
    uint8_t *large, *rgb; /* the picture enlarged; the map over it */
    float *v;
} panel;

static void draw_map(pl_sketch *c, const layout *l, const pl_explainer *e, const pl_explained *r,
                     int map, int x, panel *p)
{
    const pl_pixel_map *m = &r->map[map];
    double most = m->most > 0 ? m->most : 1;
    pl_stretch(m->v, l->h, l->w, p->v, l->panel_h, l->panel_w);
    pl_heat_overlay(heat_of(map), p->v, l->panel_w, l->panel_h, most, p->large, 3, p->rgb);
    place(c, x, 0, p->rgb, l->panel_w, l->panel_h);
    if (map == PL_MAP_OCCLUSION)
        frame(c, x + r->patch_x * l->scale, r->patch_y * l->scale, e->options.patch * l->scale);
    draw_scale(c, l, heat_of(map), m->most, x, p->rgb);
}

static void draw_tile(const layout *l, const pl_explainer *e, const pl_explained *r,
                      const uint8_t *pixels, uint8_t *tile, panel *p)
{
    pl_sketch c = {tile, l->width, l->height};
    pl_sketch_fill(&c, 0, 0, l->width, l->height, paper);
    pl_heat_enlarge(pixels, l->w, l->h, l->channels, l->scale, p->large);
    place(&c, 0, 0, p->large, l->panel_w, l->panel_h);
    int x = l->panel_w + GAP;
    for (int k = 0; k < PL_MAPS; k++) {
        if (!r->map[k].v)
            continue;
        draw_map(&c, l, e, r, k, x, p);
        x += l->panel_w + GAP;
    }
}

/* "Male 0.9871, with the square 0.3120": of class 1. */
static char *probability_line(const pl_explainer *e, const pl_explained *r)
{
    const char *target = pl_predictions_target(&e->predictions);
    char *cls = pl_class_name(e, r->cls);
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "%s %.4f", target, (double)r->probability);
    if (r->map[PL_MAP_OCCLUSION].v)
        pl_str_addf(&s, ", with the square %.4f", (double)r->covered);
    pl_str_addf(&s, "; maps of %s", cls);
    free(cls);
    return pl_str_take(&s);
}

static void add_title(const pl_explainer *e, const char *run, pl_str *s)
{
    const pl_explain_options *o = &e->options;
    const kn_net *net = e->predictions.model->net;
    pl_str_addf(
        s, "%s: probability of %s, and what it comes from. Left the picture as the model sees it",
        run, pl_predictions_target(&e->predictions));
    if (o->map[PL_MAP_GRADCAM])
        pl_str_addf(s,
                    "; Grad-CAM of %s, the lighter the more it argues for the class (empty: "
                    "nothing there does)",
                    kn_net_layer(net, e->layer)->name);
    if (o->map[PL_MAP_INPUT])
        pl_str_add(s, "; gradient times input, orange for the class, purple against it");
    if (o->map[PL_MAP_OCCLUSION])
        pl_str_addf(
            s,
            "; occlusion: how far the log-odds of the class fall (orange) or rise (purple) where a "
            "square of %d x %d in the picture's mean colour lies, the framed one takes most",
            o->patch, o->patch);
    pl_str_add(s, ". Each map has a scale of its own.");
}

static kn_status make_panel(const layout *l, panel *p, kn_error *e)
{
    size_t pixels = (size_t)l->panel_w * (size_t)l->panel_h;
    size_t bar = (size_t)l->panel_w * BAR;
    p->large = malloc(3 * pixels);
    p->rgb = malloc(3 * (pixels > bar ? pixels : bar));
    p->v = malloc(pixels * sizeof *p->v);
    if (p->large && p->rgb && p->v)
        return KN_OK;
    return kn_fail(e, KN_ENOMEM, "no memory for a picture of %d x %d", l->panel_w, l->panel_h);
}

/* The tiles of a sheet, and their lines and pixels. */
typedef struct tiles {
    pl_tile *tile;
    char **line;
    uint8_t *rgb;
    size_t count;
} tiles;

static void clear_tiles(tiles *t)
{
    for (size_t i = 0; t->line && i < t->count; i++)
        free(t->line[i]);
    free(t->line);
    free(t->tile);
    free(t->rgb);
}

static kn_status draw_tiles(const pl_explanations *all, const layout *l, tiles *t, kn_error *e)
{
    size_t bytes = 3 * (size_t)l->width * (size_t)l->height;
    size_t row = (size_t)l->w * (size_t)l->h * (size_t)l->channels;
    panel p = {0};
    t->count = all->count;
    t->tile = calloc(all->count + 1, sizeof *t->tile);
    t->line = calloc(all->count + 1, sizeof *t->line);
    t->rgb = calloc(all->count + 1, bytes);
    kn_status rc = make_panel(l, &p, e);
    if (rc == KN_OK && (!t->tile || !t->line || !t->rgb))
        rc = kn_fail(e, KN_ENOMEM, "no memory for a sheet of %zu pictures", all->count);
    for (size_t i = 0; rc == KN_OK && i < all->count; i++) {
        draw_tile(l, all->explainer, &all->explained[i], all->x + i * row, t->rgb + i * bytes, &p);
        t->line[i] = probability_line(all->explainer, &all->explained[i]);
        t->tile[i] = (pl_tile){.x = t->rgb + i * bytes, .line = {all->name[i], t->line[i]}};
    }
    free(p.large);
    free(p.rgb);
    free(p.v);
    return rc;
}

kn_status pl_explain_sheet(const pl_explanations *all, pl_str *png, kn_error *e)
{
    layout l = plan(all->explainer);
    tiles t = {0};
    kn_status rc = draw_tiles(all, &l, &t, e);
    pl_str title;
    pl_str_init(&title);
    add_title(all->explainer, all->run, &title);
    const pl_band band = {title.text, t.tile, t.count};
    const pl_sheet sheet = {.width = l.width,
                            .height = l.height,
                            .channels = 3,
                            .columns = COLUMNS,
                            .band = &band,
                            .bands = 1};
    if (rc == KN_OK)
        rc = pl_sheet_png(&sheet, png, e);
    pl_str_clear(&title);
    clear_tiles(&t);
    return rc;
}
