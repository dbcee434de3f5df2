/* By the tiles of AMX: four of C, two of A, two of B. A product of tiles keeps the unit busy for 16 cycles; the two
 * loads that go with two of them take 8 cycles each where their rows lie in L1. */
#include <immintrin.h>

#include "ops/bf16/bf16_block.h"

/* Palette 1: bytes a row and rows of each of the eight tiles. */
typedef struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_config;

_Static_assert(sizeof(tile_config) == 64, "what LDTILECFG reads");

/* Every tile in full. Static, since the intrinsic of gcc 12 does not tell the compiler that all of it is read. */
static const tile_config full = {
    .palette = 1,
    .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
    .rows = {16, 16, 16, 16, 16, 16, 16, 16},
};

static void begin(void)
{
    _tile_loadconfig(&full);
}

static void end(void)
{
    _tile_release();
}

/* Tiles 0..3: C by rows; 4, 5: A; 6, 7: B. The numbers of tiles are part of the instructions. */
static inline __attribute__((always_inline)) void multiply_block(const kn_bf16_block *m, int rows,
                                                                 int columns)
{
    const size_t c_row = (size_t)m->c_row * sizeof(float), a_row = (size_t)m->a_row;
    const char *a0 = m->a[0], *a1 = m->a[1], *b = m->b;
    if (m->add) {
        _tile_loadd(0, m->c[0], c_row);
        if (columns == 2)
            _tile_loadd(1, m->c[0] + KN_BF16_COLUMNS, c_row);
        if (rows == 2)
            _tile_loadd(2, m->c[1], c_row);
        if (rows == 2 && columns == 2)
            _tile_loadd(3, m->c[1] + KN_BF16_COLUMNS, c_row);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (const kn_bf16_term *t = m->term, *last = t + m->terms; t < last; t++) {
        _tile_loadd(4, a0 + t->a[0], a_row);
        _tile_loadd(6, b + t->b, 64);
        _tile_dpbf16ps(0, 4, 6);
        if (columns == 2) {
            _tile_loadd(7, b + t->b + m->b_next, 64);
            _tile_dpbf16ps(1, 4, 7);
        }
        if (rows == 2) {
            _tile_loadd(5, a1 + t->a[1], a_row);
            _tile_dpbf16ps(2, 5, 6);
        }
        if (rows == 2 && columns == 2)
            _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, m->c[0], c_row);
    if (columns == 2)
        _tile_stored(1, m->c[0] + KN_BF16_COLUMNS, c_row);
    if (rows == 2)
        _tile_stored(2, m->c[1], c_row);
    if (rows == 2 && columns == 2)
        _tile_stored(3, m->c[1] + KN_BF16_COLUMNS, c_row);
}

static void multiply(const kn_bf16_block *m)
{
    if (m->rows == 2 && m->columns == 2)
        multiply_block(m, 2, 2);
    else if (m->rows == 2)
        multiply_block(m, 2, 1);
    else if (m->columns == 2)
        multiply_block(m, 1, 2);
    else
        multiply_block(m, 1, 1);
}

const kn_bf16_ops kn_bf16_ops_amx = {"amx", KN_BF16_AMX, begin, multiply, end};
