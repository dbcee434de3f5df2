/* Eyes, brows, nose, mouth, cheeks and facial hair of a drawn face. */
#include "data/faces_parts.h"

static const pl_color dark = {30, 22, 20};

static void draw_eye(const pl_pen *pen, float side)
{
    const pl_face *f = pen->face;
    const pl_person *p = &f->person;
    float x = side * 20.0f, open = p->eye_open * (1.0f - 0.2f * f->smile), w = p->eye_width;
    pl_pen_spot(pen, x, -3.0f, w + 5.0f, 11.0f, 1.0f, pl_color_scale(p->skin, 0.55f), 0.45f);
    if (f->makeup > 0.0f)
        pl_pen_spot(pen, x, -4.0f, w + 4.0f, 9.5f, 1.0f, (pl_color){52, 36, 52}, 0.75f * f->makeup);
    if (f->has[PL_FACE_Bags_Under_Eyes]) {
        const pl_point bag[3] = {{x - 9, 7.5f}, {x, 10.5f}, {x + 9, 7.5f}};
        pl_paint shade = pl_pen_flat(pl_color_scale(p->skin, 0.68f), 0.75f);
        pl_pen_line(pen, bag, 3, 3.0f, 0.2f, 1.0f, &shade);
    }
    const pl_point almond[6] = {{x - w, 0.5f}, {x - 4, -open},        {x + 4, -open},
                                {x + w, 0.5f}, {x + 4, open * 0.75f}, {x - 4, open * 0.75f}};
    pl_paint white = pl_pen_flat((pl_color){232, 228, 224}, 1.0f),
             iris = pl_pen_flat(p->iris, 1.0f);
    pl_paint pupil = pl_pen_flat((pl_color){12, 10, 10}, 1.0f), lid = pl_pen_flat(dark, 0.9f);
    pl_pen_blob(pen, almond, 6, 1.0f, &white);
    float round = open < 5.0f ? open : 5.0f;
    pl_pen_ellipse(pen, x + 2.0f * f->turn, -0.3f, 4.6f, round, 1.0f, &iris);
    pl_pen_ellipse(pen, x + 2.0f * f->turn, -0.3f, 2.0f, 2.0f, 1.0f, &pupil);
    const pl_point lash[5] = {{x - side * w, 1.0f},
                              {x - side * 5, -open},
                              {x + side * 3, -open - 0.4f},
                              {x + side * w, -0.5f},
                              {x + side * (w + 3.5f * f->makeup), -2.5f * f->makeup}};
    pl_pen_line(pen, lash, 5, 1.7f + 1.8f * f->makeup, 0.4f, 1.0f, &lid);
}

static void draw_brow(const pl_pen *pen, float side)
{
    const pl_person *p = &pen->face->person;
    float x = side * 20.0f, y = -p->brow_height, arch = p->brow_arch;
    pl_color color = p->hair_kind == PL_HAIR_GRAY || p->hair_kind == PL_HAIR_BLOND
                         ? pl_color_mix(p->hair, (pl_color){70, 54, 42}, 0.6f)
                         : pl_color_scale(p->hair, 0.8f);
    pl_paint paint = {.color = color,
                      .alpha = 0.92f,
                      .texture = PL_STIPPLE,
                      .amount = 0.35f,
                      .seed = pen->face->seed};
    const pl_point line[4] = {{x - side * 11.5f, y + 1.5f},
                              {x - side * 3, y - 0.4f * arch},
                              {x + side * 6, y - arch},
                              {x + side * 14, y + 2.5f}};
    pl_pen_line(pen, line, 4, p->brow_thick, 0.35f, 1.0f, &paint);
}

static void draw_nose(const pl_pen *pen)
{
    const pl_face *f = pen->face;
    const pl_person *p = &f->person;
    float w = p->nose_width, y = p->nose_length, side = f->light.x > 0.0f ? -1.0f : 1.0f;
    pl_color deep = pl_color_scale(p->skin, 0.6f);
    const pl_point ridge[4] = {
        {side * 5, -6}, {side * 4, 6}, {side * 5, y - 9}, {side * (w - 1), y - 2}};
    pl_paint shade = pl_pen_flat(deep, 0.35f),
             hole = pl_pen_flat(pl_color_scale(p->skin, 0.35f), 0.9f);
    pl_pen_line(pen, ridge, 4, 3.2f, 0.4f, 1.5f, &shade);
    pl_pen_spot(pen, 0, y - 3, w * 0.6f, 6.0f, 1.6f,
                pl_color_mix(p->skin, (pl_color){255, 250, 240}, 0.5f), 0.5f);
    pl_pen_spot(pen, 0, y + 4, w + 2, 6.0f, 1.3f, deep, 0.6f);
    const pl_point base[5] = {
        {-w, y - 3}, {-w * 0.6f, y + 1.5f}, {0, y + 2.5f}, {w * 0.6f, y + 1.5f}, {w, y - 3}};
    pl_paint line = pl_pen_flat(deep, 0.7f);
    pl_pen_line(pen, base, 5, 1.8f, 0.3f, 1.5f, &line);
    pl_pen_ellipse(pen, -w * 0.45f, y, 2.4f, 1.4f, 1.5f, &hole);
    pl_pen_ellipse(pen, w * 0.45f, y, 2.4f, 1.4f, 1.5f, &hole);
}

static void draw_mouth(const pl_pen *pen)
{
    const pl_face *f = pen->face;
    const pl_person *p = &f->person;
    float w = p->mouth_width * (1.0f + 0.22f * f->smile), y = 41.0f, lift = 4.5f * f->smile;
    float gap = f->mouth_open * (2.5f + 4.5f * f->smile), up = p->lip_upper, low = p->lip_lower;
    pl_color lips = f->lipstick ? pl_color_mix((pl_color){168, 22, 44}, f->accessory, 0.12f)
                    : p->male   ? p->lips
                                : pl_color_mix(p->lips, (pl_color){170, 60, 66}, 0.35f);
    pl_paint paint = pl_pen_flat(lips, f->lipstick ? 0.95f : 0.8f);
    const pl_point whole[8] = {{-w, y - lift},
                               {-w * 0.45f, y - up},
                               {0, y - up + 1},
                               {w * 0.45f, y - up},
                               {w, y - lift},
                               {w * 0.5f, y + gap + low - 0.5f},
                               {0, y + gap + low + 0.5f},
                               {-w * 0.5f, y + gap + low - 0.5f}};
    pl_pen_blob(pen, whole, 8, 1.2f, &paint);
    if (gap > 0.8f) {
        const pl_point inside[6] = {
            {-w * 0.85f, y - lift * 0.7f}, {0, y - 0.3f}, {w * 0.85f, y - lift * 0.7f},
            {w * 0.5f, y + gap * 0.7f},    {0, y + gap},  {-w * 0.5f, y + gap * 0.7f}};
        pl_paint teeth =
            pl_pen_flat(f->smile > 0.4f ? (pl_color){236, 232, 226} : (pl_color){70, 26, 26}, 1.0f);
        pl_pen_blob(pen, inside, 6, 1.2f, &teeth);
    } else {
        const pl_point line[5] = {{-w, y - lift},
                                  {-w * 0.5f, y - 0.2f * lift},
                                  {0, y},
                                  {w * 0.5f, y - 0.2f * lift},
                                  {w, y - lift}};
        pl_paint seam = pl_pen_flat(pl_color_scale(lips, 0.45f), 0.85f);
        pl_pen_line(pen, line, 5, 1.6f, 0.5f, 1.2f, &seam);
    }
    pl_pen_spot(pen, 0, y + gap + low + 4, 11.0f, 4.0f, 1.1f, pl_color_scale(p->skin, 0.65f), 0.5f);
}

static void draw_cheeks(const pl_pen *pen)
{
    const pl_face *f = pen->face;
    const pl_person *p = &f->person;
    for (float side = -1.0f; side <= 1.0f; side += 2.0f) {
        if (f->rosy > 0.0f)
            pl_pen_spot(pen, side * 26, 22, 14, 12, 0.8f, (pl_color){226, 96, 96}, 0.7f * f->rosy);
        if (f->has[PL_FACE_High_Cheekbones])
            pl_pen_spot(pen, side * 29, 31, 9, 13, 0.7f, pl_color_scale(p->skin, 0.66f), 0.5f);
        if (f->smile > 0.3f || p->age > 0.6f) {
            float x = side * (p->mouth_width + 6.0f);
            const pl_point fold[3] = {
                {side * (p->nose_width + 3), 23}, {x + side * 2.0f, 32}, {x, 41}};
            pl_paint line = pl_pen_flat(pl_color_scale(p->skin, 0.66f), 0.35f + 0.4f * f->smile);
            pl_pen_line(pen, fold, 3, 1.8f, 0.3f, 1.1f, &line);
        }
    }
}

void pl_face_features(const pl_pen *pen)
{
    draw_cheeks(pen);
    for (float side = -1.0f; side <= 1.0f; side += 2.0f) {
        draw_eye(pen, side);
        draw_brow(pen, side);
    }
    draw_nose(pen);
    const pl_person *p = &pen->face->person;
    if (p->mustache > 0.0f) {
        pl_paint hair = {.color = pl_color_scale(p->hair, 0.85f),
                         .alpha = 0.9f * p->mustache,
                         .texture = PL_STIPPLE,
                         .amount = 0.6f,
                         .seed = pen->face->seed + 5};
        float w = p->mouth_width * 1.05f, lift = 3.0f * pen->face->smile;
        const pl_point shape[6] = {{-w, 41 - lift}, {-w * 0.5f, 33}, {0, 32},
                                   {w * 0.5f, 33},  {w, 41 - lift},  {0, 38}};
        pl_pen_blob(pen, shape, 6, 1.2f, &hair);
    }
    draw_mouth(pen);
}

/* The jaw and upper lip in a darker stipple. */
static void draw_shadow(const pl_pen *pen)
{
    const pl_person *p = &pen->face->person;
    pl_paint stubble = {.color = pl_color_mix(p->hair, (pl_color){60, 56, 58}, 0.5f),
                        .alpha = 0.62f * p->shadow,
                        .texture = PL_STIPPLE,
                        .amount = 0.8f,
                        .seed = pen->face->seed + 7};
    const pl_point half[7] = {{0, 30},           {13, 32},
                              {24, 36},          {p->cheek - 2, 18},
                              {p->jaw, 42},      {p->chin, p->length - 5},
                              {0, p->length - 1}};
    pl_pen_mirrored(pen, half, 7, 0.6f, &stubble);
}

void pl_face_beard(const pl_pen *pen)
{
    const pl_person *p = &pen->face->person;
    if (p->shadow > 0.0f)
        draw_shadow(pen);
    pl_paint hair = {.color = pl_color_scale(p->hair, 0.85f),
                     .texture = PL_STIPPLE,
                     .amount = 0.55f,
                     .seed = pen->face->seed + 9};
    if (p->goatee > 0.0f) {
        hair.alpha = 0.92f * p->goatee;
        float w = p->mouth_width * 0.75f;
        const pl_point half[5] = {
            {0, 46}, {w, 44}, {w, 52}, {p->chin * 0.9f, p->length - 4}, {0, p->length + 3}};
        pl_pen_mirrored(pen, half, 5, 1.0f, &hair);
    }
    if (p->sideburns > 0.0f) {
        hair.alpha = 0.85f * p->sideburns;
        for (float side = -1.0f; side <= 1.0f; side += 2.0f) {
            const pl_point strip[6] = {
                {side * p->half_width, -14}, {side * (p->half_width - 6), -10},
                {side * (p->cheek - 7), 20}, {side * (p->jaw - 6), 44},
                {side * p->jaw, 44},         {side * (p->cheek + 1), 20}};
            pl_pen_blob(pen, strip, 6, 0.2f, &hair);
        }
    }
}
