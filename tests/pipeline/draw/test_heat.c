#include "draw/heat.h"

#include <math.h>
#include <string.h>

#include "tst.h"

static uint32_t color(pl_heat_kind kind, double t)
{
    uint8_t c[3];
    pl_heat_color(kind, t, c);
    return (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2];
}

/* matplotlib 3.11.2: colormaps['viridis'](i) for i of 0..255, and PuOr_r interpolated at the classes. */
static void test_colours_are_the_published_ones(void)
{
    CU_ASSERT_EQUAL(color(PL_HEAT_EVEN, 0), 0x440154);
    CU_ASSERT_EQUAL(color(PL_HEAT_EVEN, 127.0 / 255), 0x21908d);
    CU_ASSERT_EQUAL(color(PL_HEAT_EVEN, 1), 0xfde725);
    CU_ASSERT_EQUAL(color(PL_HEAT_SIGNED, -1), 0x2d004b);
    CU_ASSERT_EQUAL(color(PL_HEAT_SIGNED, -0.6), 0x8073ac);
    CU_ASSERT_EQUAL(color(PL_HEAT_SIGNED, 0), 0xf7f7f7);
    CU_ASSERT_EQUAL(color(PL_HEAT_SIGNED, 0.4), 0xfdb863);
    CU_ASSERT_EQUAL(color(PL_HEAT_SIGNED, 0.3), 0xfecc8d); /* half between fee0b6 and fdb863 */
    CU_ASSERT_EQUAL(color(PL_HEAT_SIGNED, 1), 0x7f3b08);
    CU_ASSERT_EQUAL(color(PL_HEAT_EVEN, 7), 0xfde725);
    CU_ASSERT_EQUAL(color(PL_HEAT_SIGNED, -7), 0x2d004b);
    CU_ASSERT_EQUAL(color(PL_HEAT_EVEN, (double)NAN), 0x440154);
}

/* CIE 1976 lightness of an sRGB colour, 0..100. */
static double lightness(uint32_t c)
{
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    double y = 0;
    for (int k = 0; k < 3; k++) {
        double v = (double)(c >> (16 - 8 * k) & 255) / 255;
        y += weight[k] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return y > 216.0 / 24389 ? 116 * cbrt(y) - 16 : y * 24389 / 27;
}

/* So the scale can be read in grey: viridis gets lighter all the way, in near equal steps; PuOr darker to both sides. */
static void test_lightness_runs_one_way(void)
{
    double most = 0, least = 100;
    for (int i = 0; i < 20; i++) {
        double step = lightness(color(PL_HEAT_EVEN, (i + 1) / 20.0)) -
                      lightness(color(PL_HEAT_EVEN, i / 20.0));
        most = fmax(most, step);
        least = fmin(least, step);
        CU_ASSERT(lightness(color(PL_HEAT_SIGNED, i / 20.0)) >
                  lightness(color(PL_HEAT_SIGNED, (i + 1) / 20.0)));
        CU_ASSERT(lightness(color(PL_HEAT_SIGNED, -i / 20.0)) >
                  lightness(color(PL_HEAT_SIGNED, -(i + 1) / 20.0)));
    }
    CU_ASSERT(least > 3.0);
    CU_ASSERT(most < 5.0);
}

static void test_a_map_is_squares(void)
{
    const float v[] = {-2, 0, 1, 2};
    uint8_t rgb[4 * 4 * 3], want[3];
    pl_heat_map(PL_HEAT_SIGNED, v, 2, 2, 2, 2, rgb);
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) {
            pl_heat_color(PL_HEAT_SIGNED, (double)v[y / 2 * 2 + x / 2] / 2, want);
            CU_ASSERT_EQUAL(memcmp(rgb + 3 * (4 * y + x), want, 3), 0);
        }
}

/* 0 leaves the picture as it is, in grey; the strongest number is 70 % colour. */
static void test_an_overlay_shows_the_picture(void)
{
    const float v[] = {0, 1, -1};
    const uint8_t gray[] = {10, 100, 200}, colored[] = {255, 0, 0, 0, 255, 0, 0, 0, 255};
    uint8_t rgb[9];
    pl_heat_overlay(PL_HEAT_EVEN, v, 3, 1, 1, gray, 1, rgb);
    CU_ASSERT(rgb[0] == 10 && rgb[1] == 10 && rgb[2] == 10);
    CU_ASSERT_EQUAL(rgb[3], 207); /* 0.7 * 253 + 0.3 * 100 */
    CU_ASSERT_EQUAL(rgb[4], 192);
    CU_ASSERT_EQUAL(rgb[5], 56);
    pl_heat_overlay(PL_HEAT_SIGNED, v, 3, 1, 1, colored, 3, rgb);
    CU_ASSERT(rgb[0] == 76 && rgb[1] == 76 && rgb[2] == 76);
    CU_ASSERT_EQUAL(rgb[8], 61); /* 0.7 * 75 + 0.3 * 29.07 */
}

static void test_bar_and_enlarged_picture(void)
{
    uint8_t bar[5 * 2 * 3], large[4 * 2 * 3];
    pl_heat_bar(PL_HEAT_SIGNED, 5, 2, bar);
    CU_ASSERT(bar[0] == 0x2d && bar[6] == 0xf7 && bar[12] == 0x7f && bar[15] == 0x2d);
    const uint8_t gray[] = {3, 7}, colored[] = {1, 2, 3, 4, 5, 6};
    pl_heat_enlarge(gray, 2, 1, 1, 2, large);
    CU_ASSERT(large[0] == 3 && large[5] == 3 && large[6] == 7 && large[23] == 7);
    pl_heat_enlarge(colored, 2, 1, 3, 2, large);
    CU_ASSERT(large[3] == 1 && large[5] == 3 && large[6] == 4 && large[23] == 6);
}

static void test_most(void)
{
    const float v[] = {1, -3, 2};
    CU_ASSERT_EQUAL(pl_heat_most(v, 3), 3.0);
    CU_ASSERT_EQUAL(pl_heat_most(v, 0), 0.0);
}

const tst_case tst_draw_heat[] = {
    TST(test_colours_are_the_published_ones),
    TST(test_lightness_runs_one_way),
    TST(test_a_map_is_squares),
    TST(test_an_overlay_shows_the_picture),
    TST(test_bar_and_enlarged_picture),
    TST(test_most),
    TST_END,
};
