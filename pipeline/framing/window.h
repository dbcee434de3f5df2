/* What is looked at of a frame: a window of 10 x 10 cells (image/cells.h), the middle 80 % of the frame at 50 pixels a side. The rim is
 * left out because it is where pictures are cut. */
#ifndef PL_FRAMING_WINDOW_H
#define PL_FRAMING_WINDOW_H

#include "framing/place.h"
#include "image/cells.h"

enum {
    PL_FRAME_PIXELS = 50, /* a frame's width and height where windows are looked at */
    PL_WINDOW_CELLS = 10,
    PL_WINDOW_MARGIN = KN_CELL, /* pixels around it that its cells are divided by */
    PL_WINDOW_PIXELS = PL_WINDOW_CELLS * KN_CELL + 2 * PL_WINDOW_MARGIN,
    PL_WINDOW_FEATURES = PL_WINDOW_CELLS * PL_WINDOW_CELLS * KN_CELL_WAYS
};

typedef struct pl_window_scratch {
    uint8_t pixels[PL_WINDOW_PIXELS * PL_WINDOW_PIXELS];
    _Alignas(16) uint8_t cells[1 << 14];
} pl_window_scratch;

/* The cells of the window at a place. level: grey, about PL_FRAME_PIXELS to the frame; beyond it its edge goes on. */
void pl_window_features(const pl_raster *level, const pl_face_place *place, double tall,
                        uint8_t out[PL_WINDOW_FEATURES], pl_window_scratch *scratch);

/* weight . x / 255 + bias */
typedef struct pl_linear {
    float weight[PL_WINDOW_FEATURES], bias;
} pl_linear;

double pl_linear_score(const pl_linear *l, const uint8_t x[PL_WINDOW_FEATURES]);

/* A hidden layer: out . max(0, weight' x / 255 + bias) + out_bias */
enum { PL_JUDGE_UNITS = 32 };

typedef struct pl_judge {
    float weight[PL_WINDOW_FEATURES][PL_JUDGE_UNITS], bias[PL_JUDGE_UNITS], out[PL_JUDGE_UNITS],
        out_bias;
} pl_judge;

double pl_judge_score(const pl_judge *j, const uint8_t x[PL_WINDOW_FEATURES]);

#endif
