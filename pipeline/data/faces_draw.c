#include "data/faces_draw.h"

#include "data/faces_parts.h"

static pl_color random_color(const pl_face *f, uint32_t i)
{
    float r = pl_canvas_hash(i, f->seed), g = pl_canvas_hash(i + 1, f->seed),
          b = pl_canvas_hash(i + 2, f->seed);
    float level = 20.0f + 215.0f * pl_canvas_hash(i + 3, f->seed);
    return (pl_color){level * 0.75f + 65.0f * r, level * 0.75f + 65.0f * g,
                      level * 0.75f + 65.0f * b};
}

/* A gradient over four corners near one colour, with some shapes and stripes on it. */
static void background(pl_canvas *canvas, const pl_face *face)
{
    pl_color base = random_color(face, 1), corner[4];
    for (uint32_t i = 0; i < 4; i++)
        corner[i] = pl_color_mix(base, random_color(face, 10 + 4 * i), 0.3f);
    pl_canvas_gradient(canvas, corner);
    uint32_t shapes = (uint32_t)(pl_canvas_hash(40, face->seed) * 7.0f);
    for (uint32_t i = 0; i < shapes; i++) {
        uint32_t at = 50 + 16 * i;
        float x = PL_CANVAS_W * pl_canvas_hash(at, face->seed),
              y = PL_CANVAS_H * pl_canvas_hash(at + 1, face->seed);
        float w = 8.0f + 50.0f * pl_canvas_hash(at + 2, face->seed),
              h = 8.0f + 90.0f * pl_canvas_hash(at + 3, face->seed);
        float lean = 60.0f * pl_canvas_hash(at + 4, face->seed) - 30.0f;
        pl_paint paint = {.color = random_color(face, at + 5),
                          .alpha = 0.2f + 0.5f * pl_canvas_hash(at + 9, face->seed),
                          .texture =
                              pl_canvas_hash(at + 10, face->seed) < 0.2f ? PL_STRANDS : PL_FLAT,
                          .amount = 0.5f,
                          .size = 1.5f + 4.0f * pl_canvas_hash(at + 11, face->seed),
                          .wave = 8.0f * pl_canvas_hash(at + 12, face->seed),
                          .slant = lean / 60.0f,
                          .seed = face->seed + i};
        const pl_point box[4] = {{x - w + lean, y - h},
                                 {x + w + lean, y - h},
                                 {x + w - lean, y + h},
                                 {x - w - lean, y + h}};
        pl_canvas_fill(canvas, box, 4, &paint);
    }
}

static uint8_t to_byte(float v)
{
    return v <= 0.0f ? 0 : v >= 255.0f ? 255 : (uint8_t)(v + 0.5f);
}

/* Exposure, side light, contrast, colour cast, sensor noise (triangular, a generator per row). */
static void develop(const pl_face *f, const pl_canvas *canvas, uint8_t *rgb)
{
    for (int y = 0; y < PL_CANVAS_H; y++) {
        uint32_t state = (f->seed ^ (uint32_t)(y + 1) * 0x9E3779B1u) | 1u;
        float v = ((float)y - 109.0f) / 109.0f;
        for (int x = 0; x < PL_CANVAS_W; x++) {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            float u = ((float)x - 89.0f) / 89.0f;
            float light =
                f->gain * f->contrast * (1.0f + 0.28f * (f->light.x * u + f->light.y * v));
            float grain = f->noise * ((float)(state & 255u) + (float)(state >> 24) - 255.0f) *
                          (1.0f / 128.0f);
            float lift = 110.0f * (1.0f - f->contrast) + grain;
            const float *px = canvas->rgb[y][x];
            *rgb++ = to_byte(px[0] * light * f->cast.r + lift);
            *rgb++ = to_byte(px[1] * light * f->cast.g + lift);
            *rgb++ = to_byte(px[2] * light * f->cast.b + lift);
        }
    }
}

void pl_face_draw(const pl_face *face, pl_canvas *canvas, uint8_t *rgb)
{
    pl_pen pen;
    pl_pen_init(&pen, canvas, face);
    background(canvas, face);
    pl_face_hair_behind(&pen);
    pl_face_body(&pen);
    pl_face_head(&pen);
    pl_face_beard(&pen);
    pl_face_features(&pen);
    pl_face_hair_front(&pen);
    pl_face_wear(&pen);
    if (face->blur > 0)
        pl_canvas_blur(canvas, face->blur);
    develop(face, canvas, rgb);
}
