/* Hair, eyeglasses and hats of a drawn face. */
#include "data/faces_parts.h"

static pl_paint hair_paint(const pl_pen *pen, float level)
{
    const pl_face *f = pen->face;
    const pl_person *p = &f->person;
    return (pl_paint){.color = pl_color_scale(p->hair, level),
                      .alpha = 1.0f,
                      .texture = PL_STRANDS,
                      .amount = 0.7f,
                      .size = 2.2f * f->scale,
                      .wave = p->hair_wave,
                      .slant = 0.1f * f->turn,
                      .seed = f->seed + 11};
}

void pl_face_hair_behind(const pl_pen *pen)
{
    const pl_person *p = &pen->face->person;
    if (p->bald || p->tied_back || p->hair_end < 20.0f)
        return;
    pl_paint hair = hair_paint(pen, 0.82f);
    float w = p->half_width + 2.0f + p->hair_volume, end = p->hair_end,
          flare = 0.06f * end + 0.6f * p->hair_wave;
    const pl_point half[7] = {{0, -62 - p->hair_volume},
                              {w * 0.7f, -54 - p->hair_volume},
                              {w, -25},
                              {w + 1, 5},
                              {w + flare, end * 0.6f},
                              {w - 2 + flare, end},
                              {0, end - 6}};
    pl_pen_mirrored(pen, half, 7, 0.0f, &hair);
}

/* What is left on a bald head: a fringe above each ear. */
static void draw_fringe(const pl_pen *pen)
{
    const pl_person *p = &pen->face->person;
    pl_paint hair = hair_paint(pen, 0.9f);
    hair.alpha = 0.75f;
    for (float side = -1.0f; side <= 1.0f; side += 2.0f) {
        float w = side * p->half_width;
        const pl_point strip[5] = {
            {w * 0.95f, -24}, {w * 1.07f, -20}, {w * 1.09f, 0}, {w * 1.0f, 4}, {w * 0.94f, -6}};
        pl_pen_blob(pen, strip, 5, 0.0f, &hair);
    }
}

/* The hair on the skull: outside from ear to ear over the top, inside along the hairline. */
static void draw_cap(const pl_pen *pen)
{
    const pl_person *p = &pen->face->person;
    pl_paint hair = hair_paint(pen, 1.0f);
    float w = p->half_width, v = p->hair_volume,
          line = -36.0f + p->hair_line - (p->receding ? 9.0f : 0.0f);
    float side = p->hair_end > 20.0f && !p->tied_back ? 14.0f : p->hair_end > 0.0f ? 6.0f : -6.0f;
    float temple = p->receding ? 0.52f : 0.72f;
    const pl_point half[11] = {{0, -61 - v},
                               {w * 0.55f, -55.5f - v},
                               {w * 0.9f + 0.6f * v, -42},
                               {w + 0.5f * v, -16},
                               {w + 0.3f * v, side},
                               {w - 3, side - 2},
                               {w * 0.93f, -14},
                               {w * 0.84f, -26},
                               {w * temple, line + 2},
                               {w * 0.3f, line - 1},
                               {0, line}};
    pl_pen_mirrored(pen, half, 11, 0.1f, &hair);
}

static void draw_bangs(const pl_pen *pen)
{
    const pl_person *p = &pen->face->person;
    pl_paint hair = hair_paint(pen, 1.06f);
    float w = p->half_width, part = pen->face->seed & 1 ? 0.35f : -0.35f,
          low = -17.0f + p->hair_line;
    const pl_point shape[8] = {{-w * 0.9f, -34},    {-w * 0.4f, -54},     {w * 0.4f, -54},
                               {w * 0.9f, -34},     {w * 0.88f, low + 6}, {w * 0.4f, low},
                               {w * part, low - 5}, {-w * 0.6f, low + 1}};
    pl_pen_blob(pen, shape, 8, 0.4f, &hair);
}

/* Long hair falls before the edge of the face. */
static void draw_locks(const pl_pen *pen)
{
    const pl_person *p = &pen->face->person;
    pl_paint hair = hair_paint(pen, 0.95f);
    float w = p->half_width, v = p->hair_volume, end = p->hair_end;
    for (float side = -1.0f; side <= 1.0f; side += 2.0f) {
        const pl_point lock[7] = {{side * w * 0.75f, -40},      {side * (w + 0.6f * v), -20},
                                  {side * (w + v), end * 0.5f}, {side * (w + v - 3), end},
                                  {side * (w - 7), end * 0.9f}, {side * (w - 1.5f), end * 0.45f},
                                  {side * (w * 0.93f), 0}};
        pl_pen_blob(pen, lock, 7, 0.0f, &hair);
    }
}

void pl_face_hair_front(const pl_pen *pen)
{
    const pl_person *p = &pen->face->person;
    if (p->bald) {
        draw_fringe(pen);
        return;
    }
    if (p->hair_end >= 20.0f && !p->tied_back)
        draw_locks(pen);
    draw_cap(pen);
    if (p->bangs)
        draw_bangs(pen);
}

static void draw_hat(const pl_pen *pen)
{
    const pl_face *f = pen->face;
    const pl_person *p = &f->person;
    pl_paint felt = {.color = pl_color_mix(f->accessory, (pl_color){110, 104, 98}, 0.45f),
                     .alpha = 1.0f,
                     .texture = PL_STRANDS,
                     .amount = 0.2f,
                     .size = 3.0f,
                     .seed = f->seed + 3};
    pl_paint band = pl_pen_flat(pl_color_scale(felt.color, 0.45f), 1.0f);
    float w = p->half_width + 0.4f * p->hair_volume, brim = f->seed & 2 ? 1.12f : 1.5f;
    const pl_point crown[6] = {{0, -92},         {w * 0.7f, -86}, {w, -56},
                               {w * 1.06f, -30}, {w * 0.5f, -25}, {0, -24}};
    pl_pen_mirrored(pen, crown, 6, 0.2f, &felt);
    const pl_point edge[5] = {
        {-w * brim, -27}, {-w * 0.6f, -25}, {0, -22}, {w * 0.6f, -25}, {w * brim, -27}};
    pl_pen_line(pen, edge, 5, 7.0f, 0.5f, 0.5f, &band);
}

static void draw_glasses(const pl_pen *pen)
{
    const pl_face *f = pen->face;
    pl_paint frame = pl_pen_flat(pl_color_scale(f->accessory, 0.35f), 1.0f);
    pl_paint glass =
        pl_pen_flat(f->dark_glasses ? (pl_color){22, 22, 26} : (pl_color){210, 220, 226},
                    f->dark_glasses ? 0.93f : 0.12f);
    float w = 15.5f, h = f->seed & 4 ? 10.0f : 12.5f, thick = f->seed & 8 ? 2.0f : 3.2f;
    for (float side = -1.0f; side <= 1.0f; side += 2.0f) {
        float x = side * 20.0f;
        pl_pen_ellipse(pen, x, 1.0f, w, h, 1.1f, &glass);
        const pl_point rim[9] = {
            {x - w, 1}, {x - w * 0.75f, 1 - h * 0.75f}, {x, 1 - h}, {x + w * 0.75f, 1 - h * 0.75f},
            {x + w, 1}, {x + w * 0.75f, 1 + h * 0.75f}, {x, 1 + h}, {x - w * 0.75f, 1 + h * 0.75f},
            {x - w, 1}};
        pl_pen_line(pen, rim, 9, thick, 1.0f, 1.1f, &frame);
        const pl_point arm[2] = {{side * 35.0f, -1}, {side * (f->person.half_width + 2.0f), 2}};
        pl_pen_line(pen, arm, 2, thick, 1.0f, 0.4f, &frame);
    }
    const pl_point bridge[3] = {{-5, 0}, {0, -2.5f}, {5, 0}};
    pl_pen_line(pen, bridge, 3, thick, 1.0f, 1.2f, &frame);
}

void pl_face_wear(const pl_pen *pen)
{
    if (pen->face->glasses)
        draw_glasses(pen);
    if (pen->face->hat)
        draw_hat(pen);
}
