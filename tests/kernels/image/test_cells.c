#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/rng.h"
#include "image/cells_rows.h"

enum { GUARD = 64, CANARY = 0xA5 };

static const kn_cells_rows *const variants[] = {
#define KN_VARIANT(suffix, level) &kn_cells_##suffix,
#include "simd/variants.def"
#undef KN_VARIANT
};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

/* In memory of exactly its size, so that sanitizers see a byte read beyond it. */
static uint8_t *bytes(size_t n, uint64_t seed)
{
    uint8_t *x = malloc(n);
    kn_rng rng;
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    kn_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < n; i++)
        x[i] = (uint8_t)kn_rng_below(&rng, 256);
    return x;
}

/* The equation of cells.h in double, by the angle. */
static double strength(const uint8_t *x, int w, int h, int cx, int cy, int k)
{
    double total = 0, angle = k * 3.14159265358979323846 / 4;
    for (int py = cy * 4; py < cy * 4 + 4; py++)
        for (int px = cx * 4; px < cx * 4 + 4; px++) {
            int left = px > 0 ? px - 1 : 0, right = px < w - 1 ? px + 1 : px;
            int up = py > 0 ? py - 1 : 0, down = py < h - 1 ? py + 1 : py;
            double d = (x[py * w + right] - x[py * w + left]) * cos(angle) +
                       (x[down * w + px] - x[up * w + px]) * sin(angle);
            total += d > 0 ? d : 0;
        }
    return total;
}

static double equation(const uint8_t *x, int w, int h, int cx, int cy, int k)
{
    double energy = 0;
    for (int r = -1; r <= 1; r++)
        for (int c = -1; c <= 1; c++)
            for (int way = 0; way < KN_CELL_WAYS; way++)
                energy += pow(strength(x, w, h, cx + c, cy + r, way), 2);
    double v = 160 * strength(x, w, h, cx, cy, k) / sqrt(energy / 9 + 64 * 64);
    return v < 255 ? v : 255;
}

/* Cells of x with canaries around. */
static void run(int w, int h, const uint8_t *x, uint8_t *y, size_t n)
{
    uint8_t *base = malloc(n + 2 * GUARD);
    void *scratch = malloc(kn_cells_scratch(w, h));
    CU_ASSERT_FATAL(base && scratch);
    memset(base, CANARY, n + 2 * GUARD);
    kn_cells_u8(w, h, x, base + GUARD, scratch);
    for (size_t i = 0; i < GUARD; i++)
        CU_ASSERT_TRUE_FATAL(base[i] == CANARY && base[GUARD + n + i] == CANARY);
    memcpy(y, base + GUARD, n);
    free(scratch);
    free(base);
}

static double worst_of(int w, int h, const uint8_t *x, const uint8_t *y)
{
    double worst = 0;
    int cw = kn_cells_along(w), ch = kn_cells_along(h);
    for (int i = 0; i < cw * ch * KN_CELL_WAYS; i++) {
        int cell = i / KN_CELL_WAYS;
        double want = equation(x, w, h, cell % cw + 1, cell / cw + 1, i % KN_CELL_WAYS);
        worst = fmax(worst, fabs(y[i] - want));
    }
    return worst;
}

/* Half a level of rounding, and 181/256 for cos 45: 0.01 of 255. */
static const double CLOSE = 0.55;

static void test_it_is_the_equation(void)
{
    static const int sizes[][2] = {{12, 12}, {13, 15}, {31, 17}, {32, 16}, {33, 12}, {67, 29}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int w = sizes[i][0], h = sizes[i][1];
        size_t n = (size_t)kn_cells_along(w) * (size_t)kn_cells_along(h) * KN_CELL_WAYS;
        uint8_t *x = bytes((size_t)w * (size_t)h, i), *y = malloc(n);
        run(w, h, x, y, n);
        CU_ASSERT_TRUE(worst_of(w, h, x, y) < CLOSE);
        y[n / 2] = (uint8_t)(y[n / 2] ^ 2);
        CU_ASSERT_FALSE(worst_of(w, h, x, y) < CLOSE); /* a wrong cell is seen */
        free(x);
        free(y);
    }
}

static void test_variants_give_the_references_bytes(void)
{
    static const int widths[] = {4, 12, 31, 32, 33, 64, 65, 101};
    for (int v = 0; v < VARIANTS; v++) {
        if (variants[v]->isa > kn_isa_detect())
            continue;
        for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
            int w = widths[i], h = 13, n = w / KN_CELL * KN_CELL_WAYS;
            uint8_t *x = bytes((size_t)w * (size_t)h, i);
            int16_t want[300], got[300], *work = malloc(kn_cells_scratch(w, h));
            for (int row = 0; row < h / KN_CELL; row++) {
                kn_cells_ref.sums(w, h, x, row, want, work);
                variants[v]->sums(w, h, x, row, got, work);
                CU_ASSERT_EQUAL(memcmp(want, got, (size_t)n * sizeof *got), 0);
            }
            free(work);
            free(x);
        }
    }
}

static void test_a_scan_is_the_references(void)
{
    static const int cases[][3] = {{2, 2, 2}, {3, 5, 2}, {10, 10, 10}, {23, 11, 10}, {17, 16, 16}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int w = cases[i][0], h = cases[i][1], side = cases[i][2];
        size_t places = (size_t)(w - side + 1) * (size_t)(h - side + 1);
        size_t n = (size_t)side * (size_t)side * KN_CELL_WAYS;
        uint8_t *y = bytes((size_t)w * (size_t)h * KN_CELL_WAYS, i);
        int16_t *weight = malloc(n * sizeof *weight);
        int32_t *want = malloc(places * sizeof *want), *got = malloc(places * sizeof *got);
        kn_rng rng;
        kn_rng_init(&rng, 3, i);
        for (size_t k = 0; k < n; k++)
            weight[k] = (int16_t)((int)kn_rng_below(&rng, 8001) - 4000);
        kn_cells_ref.scan(w, h, y, side, weight, want);
        for (int v = 0; v < VARIANTS; v++) {
            if (variants[v]->isa > kn_isa_detect())
                continue;
            variants[v]->scan(w, h, y, side, weight, got);
            CU_ASSERT_EQUAL(memcmp(want, got, places * sizeof *got), 0);
        }
        free(got);
        free(want);
        free(weight);
        free(y);
    }
}

/* A ramp rises one way; light and contrast do not matter to a strong one. */
static void test_directions_and_light(void)
{
    enum { W = 20 };
    uint8_t x[W * W], y[3 * 3 * KN_CELL_WAYS], dim[3 * 3 * KN_CELL_WAYS];
    for (int way = 0; way < 2; way++) {
        for (int i = 0; i < W * W; i++)
            x[i] = (uint8_t)(12 * (way ? i / W : i % W));
        run(W, W, x, y, sizeof y);
        for (int k = 0; k < KN_CELL_WAYS; k++)
            CU_ASSERT_TRUE(k == 2 * way ? y[k] > 90 : y[k] <= y[2 * way]);
        CU_ASSERT_EQUAL(y[2 * way + 4], 0);
        for (int i = 0; i < W * W; i++)
            x[i] = (uint8_t)(x[i] / 2 + 100);
        run(W, W, x, dim, sizeof dim);
        CU_ASSERT_TRUE(abs(dim[2 * way] - y[2 * way]) < 8);
    }
    memset(x, 77, sizeof x);
    run(W, W, x, y, sizeof y);
    for (size_t i = 0; i < sizeof y; i++)
        CU_ASSERT_EQUAL(y[i], 0);
}

const tst_case tst_image_cells[] = {
    TST(test_it_is_the_equation),
    TST(test_variants_give_the_references_bytes),
    TST(test_a_scan_is_the_references),
    TST(test_directions_and_light),
    TST_END,
};
