/* Body and head of a drawn face. */
#include "data/faces_parts.h"

static pl_paint skin_paint(const pl_pen *pen, pl_color color, float y)
{
    const pl_face *f = pen->face;
    return (pl_paint){.color = color,
                      .alpha = 1.0f,
                      .texture = PL_ROUND,
                      .amount = 0.22f,
                      .size = 62.0f * f->scale,
                      .center = pl_pen_map(pen, 0.0f, y, 1.0f),
                      .light = f->light};
}

static void draw_tie(const pl_pen *pen, float top)
{
    pl_paint white = pl_pen_flat((pl_color){228, 228, 232}, 1.0f);
    pl_paint tie = pl_pen_flat(pen->face->accessory, 1.0f);
    const pl_point shirt[5] = {{-26, top}, {26, top}, {14, 130}, {0, 140}, {-14, 130}};
    pl_pen_polygon(pen, shirt, 5, 0.0f, &white);
    const pl_point knot[7] = {{-6, top + 4}, {6, top + 4},   {4, top + 13}, {11, 150},
                              {-11, 150},    {-4, top + 13}, {-6, top + 4}};
    pl_pen_polygon(pen, knot, 7, 0.0f, &tie);
}

void pl_face_body(const pl_pen *pen)
{
    const pl_face *f = pen->face;
    const pl_person *p = &f->person;
    float chin = p->length, half = p->neck_width;
    pl_paint clothes = {.color = f->clothes,
                        .alpha = 1.0f,
                        .texture = PL_STRANDS,
                        .amount = 0.15f,
                        .size = 5.0f,
                        .slant = 0.3f,
                        .seed = f->seed};
    float slope = p->male ? 7.0f : 12.0f;
    const pl_point shoulders[6] = {{-half - 4, chin + 22},
                                   {half + 4, chin + 22},
                                   {74 + slope, chin + 34 + slope},
                                   {110, 170},
                                   {-110, 170},
                                   {-74 - slope, chin + 34 + slope}};
    pl_pen_polygon(pen, shoulders, 6, 0.0f, &clothes);
    pl_paint neck = skin_paint(pen, pl_color_scale(p->skin, 0.86f), 60.0f);
    float drop = f->collar ? 22.0f : p->male ? 27.0f : 38.0f;
    const pl_point throat[5] = {
        {0, 30}, {half - 1, 34}, {half, chin + 12}, {half + 4, chin + 24}, {0, chin + drop}};
    pl_pen_mirrored(pen, throat, 5, 0.0f, &neck);
    pl_pen_spot(pen, 0.0f, chin + 2.0f, 34.0f, 16.0f, 0.3f, pl_color_scale(p->skin, 0.45f), 0.55f);
    if (f->necktie)
        draw_tie(pen, chin + 20.0f);
    if (f->collar) {
        pl_paint collar = pl_pen_flat(
            f->necktie ? (pl_color){240, 240, 242} : pl_color_scale(f->clothes, 0.8f), 1.0f);
        for (float side = -1.0f; side <= 1.0f; side += 2.0f) {
            const pl_point flap[4] = {{side * (half + 1), chin + 10},
                                      {side * (half + 8), chin + 22},
                                      {side * 14, chin + 38},
                                      {side * 3, chin + 24}};
            pl_pen_polygon(pen, flap, 4, 0.0f, &collar);
        }
    }
    if (f->necklace) {
        const pl_point chain[5] = {{-half - 1, chin + 16},
                                   {-half * 0.6f, chin + 27},
                                   {0, chin + 32},
                                   {half * 0.6f, chin + 27},
                                   {half + 1, chin + 16}};
        pl_paint metal =
            pl_pen_flat(pl_color_mix(f->accessory, (pl_color){240, 220, 160}, 0.7f), 1.0f);
        pl_pen_line(pen, chain, 5, 2.6f, 0.9f, 0.0f, &metal);
    }
}

static void draw_ear(const pl_pen *pen, float side)
{
    const pl_face *f = pen->face;
    const pl_person *p = &f->person;
    float x = side * (p->half_width + 1.0f);
    pl_paint ear = pl_pen_flat(pl_color_scale(p->skin, 0.92f), 1.0f),
             inner = pl_pen_flat(pl_color_scale(p->skin, 0.68f), 0.7f);
    pl_pen_ellipse(pen, x, 8.0f, 5.5f, 11.5f, 0.0f, &ear);
    pl_pen_ellipse(pen, x + side, 8.0f, 2.6f, 7.0f, 0.0f, &inner);
}

static void draw_earring(const pl_pen *pen, float side)
{
    const pl_face *f = pen->face;
    pl_paint metal = pl_pen_flat(pl_color_mix(f->accessory, (pl_color){250, 235, 190}, 0.6f), 1.0f);
    float size = 2.2f + 2.4f * f->person.grooming;
    pl_pen_ellipse(pen, side * (f->person.half_width + 2.5f), 20.0f + size, size, size * 1.5f, 0.0f,
                   &metal);
}

void pl_face_head(const pl_pen *pen)
{
    const pl_face *f = pen->face;
    const pl_person *p = &f->person;
    for (float side = -1.0f; side <= 1.0f; side += 2.0f)
        draw_ear(pen, side);
    float w = p->half_width;
    const pl_point half[8] = {
        {0, -60},       {w * 0.6f, -54}, {w * 0.93f, -32},         {w, -4},
        {p->cheek, 20}, {p->jaw, 43},    {p->chin, p->length - 5}, {0, p->length}};
    pl_paint skin = skin_paint(pen, p->skin, 5.0f);
    pl_pen_mirrored(pen, half, 8, 0.25f, &skin);
    if (f->earrings && (p->hair_end < 25.0f || p->tied_back || p->grooming > 0.4f))
        for (float side = -1.0f; side <= 1.0f; side += 2.0f)
            draw_earring(pen, side);
    if (p->chubby) {
        const pl_point fold[3] = {{-20, p->length - 2}, {0, p->length + 7}, {20, p->length - 2}};
        pl_paint line = pl_pen_flat(pl_color_scale(p->skin, 0.62f), 0.7f);
        pl_pen_line(pen, fold, 3, 2.2f, 0.2f, 0.3f, &line);
    }
    if (p->age > 0.6f) {
        pl_paint wrinkle = pl_pen_flat(pl_color_scale(p->skin, 0.72f), 0.9f * p->age);
        for (int i = 0; i < 3; i++) {
            float y = -40.0f + 6.5f * (float)i;
            const pl_point line[3] = {{-20, y}, {0, y - 1.5f}, {20, y}};
            pl_pen_line(pen, line, 3, 1.3f, 0.2f, 1.0f, &wrinkle);
        }
    }
}
