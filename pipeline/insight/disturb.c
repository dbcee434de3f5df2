#include "insight/disturb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/decode.h"
#include "data/faces_jpeg.h"
#include "image/augment_parts.h"
#include "image/warp.h"

enum { SEED = 22 };

const pl_disturbance_kind pl_disturbances[PL_DISTURB_COUNT] = {
    {"scale", "size of the face (factor)", {0.6, 0.7, 0.8, 0.9, 1, 1.15, 1.3, 1.45, 1.6}, 1},
    {"shift_x",
     "shift to the right (widths)",
     {-0.2, -0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2},
     0},
    {"shift_y", "shift down (heights)", {-0.2, -0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15, 0.2}, 0},
    {"rotate", "rotation (degrees clockwise)", {-30, -20, -10, -5, 0, 5, 10, 20, 30}, 0},
    {"blur", "blur (standard deviation, pixels)", {0, 0.4, 0.8, 1.2, 1.6, 2, 2.5, 3, 4}, 0},
    {"noise",
     "noise (standard deviation, share of white)",
     {0, 0.02, 0.04, 0.06, 0.08, 0.12, 0.16, 0.2, 0.3},
     0},
    {"jpeg", "JPEG quality (101: not compressed)", {2, 5, 10, 15, 20, 30, 50, 80, 101}, 101},
    {"brightness",
     "brightness (added, share of white)",
     {-0.5, -0.35, -0.2, -0.1, 0, 0.1, 0.2, 0.35, 0.5},
     0},
};

size_t pl_disturb_scratch(kn_shape shape)
{
    return kn_augment_blur_scratch(shape) + 1;
}

static void warp(const kn_frame *f, kn_shape shape, const uint8_t *x, uint8_t *y)
{
    kn_warp m = kn_warp_of(f, shape, shape);
    kn_warp_u8(&m, KN_BORDER_EDGE, 0, shape, x, shape, y);
}

static void brighten(double by, size_t n, uint8_t *y)
{
    int added = (int)lrint(by * 255);
    for (size_t i = 0; i < n; i++) {
        int v = y[i] + added;
        y[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

/* There and back. */
static kn_status compress(int quality, kn_shape shape, const uint8_t *x, uint8_t *y, kn_error *e)
{
    pl_jpeg_buffer jpeg = {0};
    pl_image image = {0};
    kn_status rc = pl_jpeg_encode_at(x, shape.w, shape.h, shape.c, quality, &jpeg, e);
    if (rc == KN_OK)
        rc = pl_decode(jpeg.bytes, jpeg.size, shape.c, &image, e);
    if (rc == KN_OK)
        memcpy(y, image.pixels, kn_shape_size(shape));
    pl_image_clear(&image);
    free(jpeg.bytes);
    return rc;
}

kn_status pl_disturb(pl_disturbance kind, double amount, kn_shape shape, uint32_t image,
                     const uint8_t *x, uint8_t *y, void *scratch, kn_error *e)
{
    const kn_draw draw = {.seed = SEED, .image = image};
    kn_frame frame = {.scale = 1};
    size_t n = kn_shape_size(shape);
    memcpy(y, x, n);
    if (amount == pl_disturbances[kind].none)
        return KN_OK;
    switch (kind) {
    case PL_DISTURB_SCALE:
        frame.scale = amount;
        break;
    case PL_DISTURB_SHIFT_X:
        frame.dx = amount;
        break;
    case PL_DISTURB_SHIFT_Y:
        frame.dy = amount;
        break;
    case PL_DISTURB_ROTATE:
        frame.angle = amount;
        break;
    case PL_DISTURB_BLUR:
        kn_augment_blur(amount, shape, y, scratch);
        return KN_OK;
    case PL_DISTURB_NOISE:
        kn_augment_noise(&draw, amount, n, y);
        return KN_OK;
    case PL_DISTURB_JPEG:
        return compress((int)amount, shape, x, y, e);
    case PL_DISTURB_BRIGHTNESS:
        brighten(amount, n, y);
        return KN_OK;
    case PL_DISTURB_COUNT:
        break;
    }
    warp(&frame, shape, x, y);
    return KN_OK;
}
