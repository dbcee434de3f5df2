/* Training faces framed otherwise: cut, padded, turned, put before drawn textures. What a framer learns from; all of it follows from
 * a seed and a number. */
#ifndef PL_FRAMING_SCENES_H
#define PL_FRAMING_SCENES_H

#include <stddef.h>

#include "base/rng.h"
#include "framing/window.h"

enum { PL_SCENE_SIDE = 150, PL_TEXTURE_SIDE = 160 };

typedef struct pl_scenes {
    const uint8_t
        *face; /* grey [faces, PL_FRAME_PIXELS, PL_FRAME_PIXELS], framed as they should be */
    size_t faces;
    const uint8_t *texture; /* grey [textures, PL_TEXTURE_SIDE, PL_TEXTURE_SIDE] */
    size_t textures;
    double tall; /* of a frame */
    uint64_t seed;
} pl_scenes;

typedef struct pl_scene {
    pl_raster level; /* x is pixels; qy is 1 / tall, so that the picture's pixels are square */
    pl_face_place truth;
    uint8_t pixels[PL_SCENE_SIDE * PL_SCENE_SIDE];
    uint8_t beyond[PL_SCENE_SIDE *
                   PL_SCENE_SIDE]; /* how much of a pixel is not of the face's picture, of 255 */
} pl_scene;

/* Stream of random numbers for the i-th sample of a purpose (0..255). */
kn_rng pl_scenes_rng(const pl_scenes *s, int purpose, size_t i);

/* A face, mirrored or not, every other time blurred, lit otherwise or partly covered, turned by up to 15 degrees: its frame 0.6 to 1.6 times as wide as what is seen of the scene, up to 20 % beside
 * its middle, the rest filled by its edge or one grey; or anywhere before a texture. */
void pl_scene_draw(const pl_scenes *s, kn_rng *rng, size_t face, pl_scene *out);

/* A picture of nothing: part of a texture, 40 to PL_SCENE_SIDE pixels wide and high, no face. truth is not set. */
void pl_scene_draw_empty(const pl_scenes *s, kn_rng *rng, pl_scene *out);

/* A place up to so far from another; uniform. */
pl_face_place pl_place_shaken(const pl_face_place *p, double tall, double scale, double shift,
                              double turn, kn_rng *rng);

#endif
