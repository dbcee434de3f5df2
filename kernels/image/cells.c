#include "image/cells.h"

#include <assert.h>
#include <math.h>

#include "image/cells_rows.h"

static const kn_cells_rows *const variants[] = {
/* by kn_isa */
#define KN_VARIANT(suffix, level) &kn_cells_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};

/* Of the divisor: a cell whose differences are 4 grey levels on average is half as strong as a strong one. */
static const float FLOOR = 4 * KN_CELL * KN_CELL, GAIN = 160;

int kn_cells_along(int n)
{
    return n / KN_CELL > 2 ? n / KN_CELL - 2 : 0;
}

/* sums [h/4,w/4,8], the energy of each cell, rows of work */
size_t kn_cells_scratch(int w, int h)
{
    size_t cells = (size_t)(w / KN_CELL) * (size_t)(h / KN_CELL);
    return cells * sizeof(float) + cells * KN_CELL_WAYS * sizeof(int16_t) +
           10 * ((size_t)kn_cells_padded(w) + 2) * sizeof(int16_t);
}

static float strength(const int16_t *sums, int k)
{
    return k % 2 ? (float)(sums[k] * KN_CELLS_ODD) / 256 : (float)sums[k];
}

static void divide(int cw, const int16_t *sums, const float *energy, uint8_t *y)
{
    float around = 0;
    for (int r = -1; r <= 1; r++)
        for (int c = -1; c <= 1; c++)
            around += energy[r * cw + c];
    float factor = GAIN / sqrtf(around / 9 + FLOOR * FLOOR);
    for (int k = 0; k < KN_CELL_WAYS; k++) {
        float v = factor * strength(sums, k) + 0.5f;
        y[k] = (uint8_t)(v < 255 ? v : 255);
    }
}

void kn_cells_u8(int w, int h, const uint8_t *x, uint8_t *y, void *scratch)
{
    assert(kn_cells_along(w) > 0 && kn_cells_along(h) > 0);
    const kn_cells_rows *v = variants[kn_isa_get()];
    int cw = w / KN_CELL, ch = h / KN_CELL;
    float *energy = scratch;
    int16_t *sums = (int16_t *)(energy + (size_t)cw * (size_t)ch);
    int16_t *work = sums + (size_t)cw * (size_t)ch * KN_CELL_WAYS;
    for (int r = 0; r < ch; r++)
        v->sums(w, h, x, r, sums + (size_t)r * (size_t)cw * KN_CELL_WAYS, work);
    for (int i = 0; i < cw * ch; i++) {
        energy[i] = 0;
        for (int k = 0; k < KN_CELL_WAYS; k++) {
            float s = strength(sums + (size_t)i * KN_CELL_WAYS, k);
            energy[i] += s * s;
        }
    }
    for (int r = 1; r < ch - 1; r++)
        for (int c = 1; c < cw - 1; c++, y += KN_CELL_WAYS)
            divide(cw, sums + (size_t)(r * cw + c) * KN_CELL_WAYS, energy + r * cw + c, y);
}

void kn_cells_scan(int w, int h, const uint8_t *y, int side, const int16_t *weight, int32_t *score)
{
    assert(side >= 2 && side <= 16 && side % 2 == 0 && side <= w && side <= h);
    variants[kn_isa_get()]->scan(w, h, y, side, weight, score);
}
