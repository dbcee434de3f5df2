#include "image/augment.h"

#include <math.h>
#include <string.h>

#include "image/augment_parts.h"

kn_augment kn_augment_none(void)
{
    return (kn_augment){.scale = {1, 1}, .crop = 1, .gamma = {1, 1}};
}

bool kn_augment_does(const kn_augment *a)
{
    return a->flip > 0 || a->shift > 0 || a->scale[0] != 1 || a->scale[1] != 1 || a->rotate > 0 ||
           a->crop < 1 || a->brightness > 0 || a->contrast > 0 || a->gamma[0] != 1 ||
           a->gamma[1] != 1 || a->noise > 0 || a->blur > 0 ||
           (a->cutout > 0 && a->cutout_probability > 0);
}

size_t kn_augment_scratch(kn_shape shape)
{
    return kn_augment_blur_scratch(shape);
}

/* Blocks of a fixed size, so that compilers vectorise. */
static double mean_of(size_t n, const uint8_t *y)
{
    enum { BLOCK = 64 };
    uint64_t sum = 0;
    size_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK) {
        uint32_t part = 0;
        for (size_t k = 0; k < BLOCK; k++)
            part += y[i + k];
        sum += part;
    }
    for (; i < n; i++)
        sum += y[i];
    return (double)sum / (double)n;
}

static double drawn_below(const kn_draw *d, kn_draw_kind kind, float most)
{
    uint32_t word[4];
    kn_draw_block(d, kind, word);
    return kn_draw_between(word[0], 0, (double)most);
}

void kn_augment_apply(const kn_augment *a, kn_shape shape, uint64_t seed, uint64_t epoch,
                      uint32_t image, const uint8_t *x, uint8_t *y, void *scratch)
{
    const kn_draw d = {.seed = seed, .epoch = epoch, .image = image};
    size_t n = kn_shape_size(shape);
    kn_warp map;
    uint8_t table[256];
    if (kn_augment_frame(a, &d, shape, &map))
        kn_warp_u8(&map, KN_BORDER_EDGE, 0, shape, x, shape, y);
    else
        memcpy(y, x, n);
    if (a->blur > 0)
        kn_augment_blur(drawn_below(&d, KN_DRAW_BLUR, a->blur), shape, y, scratch);
    if (kn_augment_tone(a, &d, a->contrast > 0 ? mean_of(n, y) : 0, table))
        for (size_t i = 0; i < n; i++)
            y[i] = table[y[i]];
    if (a->noise > 0)
        kn_augment_noise(&d, drawn_below(&d, KN_DRAW_NOISE, a->noise), n, y);
    if (a->cutout > 0 && a->cutout_probability > 0)
        kn_augment_cutout(a, &d, shape, y);
}

void kn_augment_view(const kn_view *v, kn_shape shape, const uint8_t *x, uint8_t *y)
{
    kn_frame f = {.scale = 1,
                  .dx = round((double)v->dx * shape.w) / shape.w,
                  .dy = round((double)v->dy * shape.h) / shape.h,
                  .mirror = v->mirror};
    kn_warp map = kn_warp_of(&f, shape, shape);
    kn_warp_u8(&map, KN_BORDER_EDGE, 0, shape, x, shape, y);
}
