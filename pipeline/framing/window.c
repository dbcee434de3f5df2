#include "framing/window.h"

#include <assert.h>

void pl_window_features(const pl_raster *level, const pl_face_place *place, double tall,
                        uint8_t out[PL_WINDOW_FEATURES], pl_window_scratch *scratch)
{
    enum { SIDE = PL_WINDOW_PIXELS };
    const kn_shape in = {level->h, level->w, 1}, window = {SIDE, SIDE, 1};
    assert(level->c == 1 && kn_cells_scratch(SIDE, SIDE) <= sizeof scratch->cells);
    kn_warp map = pl_place_map(place, tall, (double)SIDE / PL_FRAME_PIXELS, level, SIDE, SIDE);
    kn_warp_u8(&map, KN_BORDER_EDGE, 0, in, level->x, window, scratch->pixels);
    kn_cells_u8(SIDE, SIDE, scratch->pixels, out, scratch->cells);
}

double pl_linear_score(const pl_linear *l, const uint8_t x[PL_WINDOW_FEATURES])
{
    enum { LANES = 8 };
    float sum[LANES] = {0}, total = 0;
    for (int i = 0; i < PL_WINDOW_FEATURES; i += LANES)
        for (int k = 0; k < LANES; k++)
            sum[k] += l->weight[i + k] * (float)x[i + k];
    for (int k = 0; k < LANES; k++)
        total += sum[k];
    return (double)(total / 255) + (double)l->bias;
}

double pl_judge_score(const pl_judge *j, const uint8_t x[PL_WINDOW_FEATURES])
{
    float unit[PL_JUDGE_UNITS] = {0}, total = 0;
    for (int i = 0; i < PL_WINDOW_FEATURES; i++) {
        float v = x[i];
        for (int k = 0; k < PL_JUDGE_UNITS; k++)
            unit[k] += v * j->weight[i][k];
    }
    for (int k = 0; k < PL_JUDGE_UNITS; k++) {
        float v = unit[k] / 255 + j->bias[k];
        total += v > 0 ? v * j->out[k] : 0;
    }
    return (double)(total + j->out_bias);
}
