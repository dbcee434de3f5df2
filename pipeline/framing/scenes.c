#include "framing/scenes.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "image/augment.h"

enum { FACE_BYTES = PL_FRAME_PIXELS * PL_FRAME_PIXELS };

static double between(kn_rng *r, double low, double high)
{
    return low + (high - low) * kn_rng_uniform64(r);
}

kn_rng pl_scenes_rng(const pl_scenes *s, int purpose, size_t i)
{
    kn_rng r;
    kn_rng_init(&r, s->seed, ((uint64_t)purpose << 48) + i);
    return r;
}

/* What pictures from outside have more of than training pictures: little light or contrast, blur, noise, and hands, hair and
 * hats before a part of the face. */
static const kn_augment harder = {.scale = {1, 1},
                                  .crop = 1,
                                  .brightness = 0.15f,
                                  .contrast = 0.6f,
                                  .gamma = {0.6f, 1.8f},
                                  .noise = 0.03f,
                                  .blur = 1.2f,
                                  .cutout = 0.3f,
                                  .cutout_probability = 0.3f};

/* The face as it is, or made harder to see. */
static const uint8_t *seen_face(const pl_scenes *s, kn_rng *rng, size_t face,
                                uint8_t out[FACE_BYTES])
{
    static const kn_shape shape = {PL_FRAME_PIXELS, PL_FRAME_PIXELS, 1};
    _Alignas(float) uint8_t scratch[8 * FACE_BYTES];
    const uint8_t *as_is = s->face + face * FACE_BYTES;
    uint32_t draw = kn_rng_below(rng, UINT32_MAX);
    assert(kn_augment_scratch(shape) <= sizeof scratch);
    if (draw % 2 == 0)
        return as_is;
    kn_augment_apply(&harder, shape, s->seed, draw, (uint32_t)face, as_is, out, scratch);
    return out;
}

/* The map from the scene's pixels to the face's. */
static kn_warp face_map(const pl_scene *scene, double tall, bool mirror)
{
    enum { SIDE = PL_FRAME_PIXELS };
    kn_warp frame = pl_place_map(&scene->truth, tall, 1, &scene->level, SIDE, SIDE);
    double det = frame.a * frame.e - frame.b * frame.d;
    kn_warp m = {.a = frame.e / det, .b = -frame.b / det, .d = -frame.d / det, .e = frame.a / det};
    m.c = -(m.a * frame.c + m.b * frame.f);
    m.f = -(m.d * frame.c + m.e * frame.f);
    if (mirror) {
        m.a = -m.a;
        m.b = -m.b;
        m.c = SIDE - m.c;
    }
    return m;
}

static void cut_texture(const pl_scenes *s, kn_rng *rng, const pl_raster *level, uint8_t *out)
{
    const uint8_t *from = s->texture + kn_rng_below(rng, (uint32_t)s->textures) *
                                           (size_t)PL_TEXTURE_SIDE * PL_TEXTURE_SIDE;
    uint32_t x = kn_rng_below(rng, (uint32_t)(PL_TEXTURE_SIDE - level->w + 1));
    uint32_t y = kn_rng_below(rng, (uint32_t)(PL_TEXTURE_SIDE - level->h + 1));
    for (int r = 0; r < level->h; r++)
        memcpy(out + r * level->w, from + (y + (uint32_t)r) * PL_TEXTURE_SIDE + x,
               (size_t)level->w);
}

static void set_level(pl_scene *out, double tall, int w, int h)
{
    out->level = (pl_raster){.w = w, .h = h, .c = 1, .qx = 1, .qy = 1 / tall, .x = out->pixels};
}

static void before_texture(const pl_scenes *s, kn_rng *rng, const kn_warp *map, const uint8_t *face,
                           pl_scene *out)
{
    static const uint8_t full[FACE_BYTES];
    const kn_shape in = {PL_FRAME_PIXELS, PL_FRAME_PIXELS, 1}, to = {out->level.h, out->level.w, 1};
    uint8_t behind[PL_SCENE_SIDE * PL_SCENE_SIDE];
    cut_texture(s, rng, &out->level, behind);
    kn_warp_u8(map, KN_BORDER_EDGE, 0, in, face, to, out->pixels);
    kn_warp_u8(map, KN_BORDER_FILL, 255, in, full, to, out->beyond);
    for (int i = 0; i < to.w * to.h; i++)
        out->pixels[i] =
            (uint8_t)((out->pixels[i] * (255 - out->beyond[i]) + behind[i] * out->beyond[i] + 127) /
                      255);
}

void pl_scene_draw(const pl_scenes *s, kn_rng *rng, size_t face, pl_scene *out)
{
    double kind = kn_rng_uniform64(rng);
    bool textured = kind < 0.45;
    double wide = textured ? between(rng, 62, PL_SCENE_SIDE)
                           : PL_FRAME_PIXELS / (0.6 * pow(1.6 / 0.6, kn_rng_uniform64(rng)));
    double high = textured ? between(rng, 62, PL_SCENE_SIDE) : wide;
    double off = textured ? 0.25 : 0.2;
    set_level(out, s->tall, (int)wide, (int)high);
    out->truth.x = wide * between(rng, 0.5 - off, 0.5 + off);
    out->truth.y = high * s->tall * between(rng, 0.5 - off, 0.5 + off);
    out->truth.side = PL_FRAME_PIXELS;
    out->truth.turn = between(rng, -15, 15);
    kn_warp map = face_map(out, s->tall, kn_rng_below(rng, 2));
    uint8_t made[FACE_BYTES];
    const uint8_t *pixels = seen_face(s, rng, face, made);
    const kn_shape in = {PL_FRAME_PIXELS, PL_FRAME_PIXELS, 1}, to = {out->level.h, out->level.w, 1};
    if (textured)
        before_texture(s, rng, &map, pixels, out);
    else
        kn_warp_u8(&map, kind < 0.75 ? KN_BORDER_EDGE : KN_BORDER_FILL,
                   (uint8_t)kn_rng_below(rng, 256), in, pixels, to, out->pixels);
}

void pl_scene_draw_empty(const pl_scenes *s, kn_rng *rng, pl_scene *out)
{
    set_level(out, s->tall, 40 + (int)kn_rng_below(rng, PL_SCENE_SIDE - 39),
              40 + (int)kn_rng_below(rng, PL_SCENE_SIDE - 39));
    cut_texture(s, rng, &out->level, out->pixels);
}

pl_face_place pl_place_shaken(const pl_face_place *p, double tall, double scale, double shift,
                              double turn, kn_rng *rng)
{
    pl_move by = {.scale = between(rng, -scale, scale)};
    by.dx = between(rng, -shift, shift);
    by.dy = between(rng, -shift, shift);
    by.turn = between(rng, -turn, turn);
    return pl_place_moved(p, tall, &by);
}
