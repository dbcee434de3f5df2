#include "image/cells_rows.h"

static int clamp(int v, int high)
{
    return v < 0 ? 0 : v > high ? high : v;
}

static void sums(int w, int h, const uint8_t *x, int row, int16_t *sums, int16_t *work)
{
    static const int along[KN_CELL_WAYS] = {1, 1, 0, -1, -1, -1, 0, 1},
                     down[KN_CELL_WAYS] = {0, 1, 1, 1, 0, -1, -1, -1};
    (void)work;
    for (int i = 0; i < w / KN_CELL * KN_CELL_WAYS; i++) {
        int cell = i / KN_CELL_WAYS, k = i % KN_CELL_WAYS, total = 0;
        for (int p = 0; p < KN_CELL * KN_CELL; p++) {
            int px = cell * KN_CELL + p % KN_CELL, py = row * KN_CELL + p / KN_CELL;
            int gx = x[py * w + clamp(px + 1, w - 1)] - x[py * w + clamp(px - 1, w - 1)];
            int gy = x[clamp(py + 1, h - 1) * w + px] - x[clamp(py - 1, h - 1) * w + px];
            int d = gx * along[k] + gy * down[k];
            total += d > 0 ? d : 0;
        }
        sums[i] = (int16_t)total;
    }
}

static void scan(int w, int h, const uint8_t *y, int side, const int16_t *weight, int32_t *score)
{
    for (int py = 0; py <= h - side; py++)
        for (int px = 0; px <= w - side; px++) {
            int64_t total = 0;
            for (int i = 0; i < side; i++)
                for (int j = 0; j < side * KN_CELL_WAYS; j++)
                    total += (int64_t)y[((py + i) * w + px) * KN_CELL_WAYS + j] *
                             weight[i * side * KN_CELL_WAYS + j];
            score[py * (w - side + 1) + px] = (int32_t)total;
        }
}

const kn_cells_rows kn_cells_ref = {"cells_ref", KN_ISA_SCALAR, sums, scan};
