#include <math.h>

#include "image/augment_parts.h"

/* The largest shift in whole pixels: pixels that move by a fraction would be smoothed. */
static int reach(float share, int side)
{
    return (int)((double)share * side + 0.5);
}

/* The frame shows a window of what it showed, a share of its area at a random place. */
static void crop(const kn_augment *a, const kn_draw *d, kn_shape shape, kn_warp *m)
{
    uint32_t word[4];
    kn_draw_block(d, KN_DRAW_CROP, word);
    double side = sqrt(kn_draw_between(word[0], (double)a->crop, 1));
    double x0 = kn_draw_between(word[1], 0, shape.w * (1 - side));
    double y0 = kn_draw_between(word[2], 0, shape.h * (1 - side));
    m->c += m->a * x0 + m->b * y0;
    m->f += m->d * x0 + m->e * y0;
    m->a *= side;
    m->b *= side;
    m->d *= side;
    m->e *= side;
}

bool kn_augment_frame(const kn_augment *a, const kn_draw *d, kn_shape shape, kn_warp *map)
{
    kn_frame f = {.scale = 1};
    uint32_t word[4];
    bool shifts = a->shift > 0, scales = a->scale[0] != 1 || a->scale[1] != 1;
    if (!(a->flip > 0 || shifts || scales || a->rotate > 0 || a->crop < 1))
        return false;
    if (a->flip > 0) {
        kn_draw_block(d, KN_DRAW_FLIP, word);
        f.mirror = kn_draw_between(word[0], 0, 1) < (double)a->flip;
    }
    if (shifts) {
        int across = reach(a->shift, shape.w), down = reach(a->shift, shape.h);
        kn_draw_block(d, KN_DRAW_SHIFT, word);
        f.dx = (double)kn_draw_whole(word[0], -across, across) / shape.w;
        f.dy = (double)kn_draw_whole(word[1], -down, down) / shape.h;
    }
    if (scales) {
        kn_draw_block(d, KN_DRAW_SCALE, word);
        f.scale = kn_draw_between(word[0], (double)a->scale[0], (double)a->scale[1]);
    }
    if (a->rotate > 0) {
        kn_draw_block(d, KN_DRAW_ROTATE, word);
        f.angle = kn_draw_between(word[0], -(double)a->rotate, (double)a->rotate);
    }
    *map = kn_warp_of(&f, shape, shape);
    if (a->crop < 1)
        crop(a, d, shape, map);
    return true;
}
