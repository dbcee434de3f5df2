#include <string.h>

#include "image/augment_parts.h"

enum { MID_GREY = 128 };

static int within(int v, int high)
{
    return v < 0 ? 0 : v > high ? high : v;
}

/* The square's middle is any pixel; what lies beyond the picture is lost (DeVries and Taylor, "Improved
 * regularization of convolutional neural networks with cutout", 2017). */
void kn_augment_cutout(const kn_augment *a, const kn_draw *d, kn_shape s, uint8_t *y)
{
    uint32_t word[4];
    kn_draw_block(d, KN_DRAW_CUTOUT, word);
    if (kn_draw_between(word[0], 0, 1) >= (double)a->cutout_probability)
        return;
    int side = (int)((double)a->cutout * (s.w < s.h ? s.w : s.h) + 0.5);
    int left = kn_draw_whole(word[1], 0, s.w - 1) - side / 2;
    int top = kn_draw_whole(word[2], 0, s.h - 1) - side / 2;
    int right = within(left + side, s.w), bottom = within(top + side, s.h);
    left = within(left, s.w);
    for (int i = within(top, s.h); i < bottom; i++)
        memset(y + ((size_t)i * (size_t)s.w + (size_t)left) * (size_t)s.c, MID_GREY,
               (size_t)(right - left) * (size_t)s.c);
}
