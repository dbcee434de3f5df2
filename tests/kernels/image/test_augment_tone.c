/* The changes of levels: table, noise, blur, cutout, against plain formulas and the library's functions. */
#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "image/augment_parts.h"

enum { SEED = 11, DRAWS = 4000 };

/* The word that decides a change: what augment_parts.h says of streams and counters. */
static double drawn(uint32_t image, uint32_t kind, double low, double high)
{
    uint32_t word[4];
    kn_rng_block(SEED, ((uint64_t)1 << 62) + 3, ((uint64_t)image << 32) + kind, word);
    return low + (high - low) * (word[0] / 4294967296.0);
}

static kn_draw draw_of(uint32_t image)
{
    return (kn_draw){SEED, 3, image};
}

static void test_two_to_is_exp2(void)
{
    for (int i = 0; i <= 100000; i++) {
        double e = -i / 997.0;
        CU_ASSERT_TRUE_FATAL(fabs(kn_two_to(e) / exp2(e) - 1) < 1e-10);
    }
    CU_ASSERT_EQUAL(kn_two_to(0), 1);
    CU_ASSERT_EQUAL(kn_two_to(-1001), 0);
}

static void test_whole_numbers_are_uniform(void)
{
    int count[7] = {0};
    for (uint32_t i = 0; i < 70000; i++)
        count[kn_draw_whole((uint32_t)(i * 2654435761u), -3, 3) + 3]++;
    for (int i = 0; i < 7; i++)
        CU_ASSERT_TRUE(abs(count[i] - 10000) < 50);
    CU_ASSERT_EQUAL(kn_draw_whole(0, -3, 3), -3);
    CU_ASSERT_EQUAL(kn_draw_whole(UINT32_MAX, -3, 3), 3);
    CU_ASSERT_EQUAL(kn_draw_whole(UINT32_MAX, 5, 5), 5);
}

/* The formula by the library's pow; a level that is half-way between two may go either way. */
static bool table_is(const uint8_t table[256], double mean, double gamma, double factor, double add)
{
    double low = 255 * pow(floor(mean) / 255, gamma), high = 255 * pow(ceil(mean) / 255, gamma);
    double pivot = low + (mean - floor(mean)) * (high - low);
    for (int i = 0; i < 256; i++) {
        double v = pivot + factor * (255 * pow(i / 255.0, gamma) - pivot) + add;
        v = v < 0 ? 0 : v > 255 ? 255 : v;
        if (fabs(table[i] - v) > 0.5 + 1e-6)
            return false;
    }
    return true;
}

static void test_gamma_contrast_and_brightness_are_the_formula(void)
{
    for (uint32_t image = 0; image < 300; image++) {
        double mean = image * 0.85;
        double gamma = drawn(image, KN_DRAW_GAMMA, 0.5f, 2.0f);
        double factor = drawn(image, KN_DRAW_CONTRAST, 1 - (double)0.4f, 1 + (double)0.4f);
        double add = 255 * drawn(image, KN_DRAW_BRIGHTNESS, -(double)0.3f, (double)0.3f);
        for (int on = 1; on < 8; on++) {
            kn_augment a = kn_augment_none();
            kn_draw d = draw_of(image);
            uint8_t table[256];
            if (on & 1)
                a.gamma[0] = 0.5f, a.gamma[1] = 2;
            a.contrast = on & 2 ? 0.4f : 0;
            a.brightness = on & 4 ? 0.3f : 0;
            CU_ASSERT_TRUE(kn_augment_tone(&a, &d, mean, table));
            CU_ASSERT_TRUE(
                table_is(table, mean, on & 1 ? gamma : 1, on & 2 ? factor : 1, on & 4 ? add : 0));
            table[100] = (uint8_t)(table[100] ^ 2);
            CU_ASSERT_FALSE(
                table_is(table, mean, on & 1 ? gamma : 1, on & 2 ? factor : 1, on & 4 ? add : 0));
        }
    }
    uint8_t table[256];
    kn_augment none = kn_augment_none();
    CU_ASSERT_FALSE(kn_augment_tone(&none, &(kn_draw){SEED, 3, 0}, 100, table));
}

/* Contrast keeps the mean where nothing is cut off; the mean is the image's own. */
static void test_contrast_is_about_the_images_mean(void)
{
    enum { N = 1000 };
    uint8_t x[N], y[N];
    kn_augment a = kn_augment_none();
    a.contrast = 0.5f;
    for (int level = 60; level <= 180; level += 40)
        for (uint32_t image = 0; image < 50; image++) {
            double sum = 0;
            for (int i = 0; i < N; i++)
                x[i] = (uint8_t)(level + i % 41 - 20);
            kn_augment_apply(&a, (kn_shape){10, N / 10, 1}, SEED, 3, image, x, y, NULL);
            for (int i = 0; i < N; i++)
                sum += (double)y[i] - x[i];
            CU_ASSERT_TRUE(fabs(sum / N) < 0.3);
        }
}

/* Slices of equal likelihood: erf of the middle, within a thousandth of it. */
static void test_noise_is_normal(void)
{
    enum { N = 100000 };
    static uint8_t y[N];
    kn_draw d = draw_of(1);
    double sum = 0, square = 0, fourth = 0;
    int below = 0, largest = 0;
    memset(y, 128, N);
    kn_augment_noise(&d, 20 / 255.0, N, y);
    for (int i = 0; i < N; i++) {
        double v = (y[i] - 128) / 20.0;
        sum += v;
        square += v * v;
        fourth += v * v * v * v;
        below += fabs(v) < 1;
        largest = abs(y[i] - 128) > largest ? abs(y[i] - 128) : largest;
    }
    CU_ASSERT_TRUE(fabs(sum / N) < 5 / sqrt((double)N));
    CU_ASSERT_TRUE(fabs(square / N - 1) < 0.02);
    CU_ASSERT_TRUE(fabs(fourth / N - 3) < 0.1);
    CU_ASSERT_TRUE(fabs(below / (double)N - 0.6763) < 0.02); /* |v| <= 19.5 of 20 */
    CU_ASSERT_EQUAL(largest, 66);                            /* 3.3 deviations */
}

static void test_noise_is_cut_off_and_the_same_for_a_longer_image(void)
{
    uint8_t dark[100] = {0}, bright[100], longer[131] = {0};
    kn_draw d = draw_of(2);
    memset(bright, 255, sizeof bright);
    kn_augment_noise(&d, 0.5, sizeof dark, dark);
    kn_augment_noise(&d, 0.5, sizeof bright, bright);
    kn_augment_noise(&d, 0.5, sizeof longer, longer);
    CU_ASSERT_EQUAL(memcmp(dark, longer, sizeof dark), 0);
    for (int i = 0; i < 100; i++)
        CU_ASSERT_TRUE(dark[i] == 0 || bright[i] == 255); /* one side is always cut off */
    kn_augment_noise(&d, 0, sizeof longer, longer);
    CU_ASSERT_EQUAL(memcmp(dark, longer, sizeof dark), 0);
}

/* The deviation of the noise is uniform: its mean square over images is a third of the largest's. */
static void test_noise_and_blur_fill_their_ranges(void)
{
    enum { N = 64 };
    kn_augment a = kn_augment_none();
    double square = 0, want = 0;
    a.noise = 0.1f;
    for (uint32_t image = 0; image < DRAWS; image++) {
        uint8_t x[N], y[N];
        memset(x, 128, N);
        kn_augment_apply(&a, (kn_shape){8, 8, 1}, SEED, 3, image, x, y, NULL);
        double deviation = 255 * drawn(image, KN_DRAW_NOISE, 0, 0.1f);
        want += deviation * deviation * N;
        for (int i = 0; i < N; i++)
            square += (y[i] - 128) * (y[i] - 128);
    }
    CU_ASSERT_TRUE(fabs(square / want - 1) < 0.02);
    CU_ASSERT_TRUE(fabs(want / (DRAWS * N) / (25.5 * 25.5 / 3) - 1) < 0.1);
}

/* ---- blur ---- */

static double gauss_at(const double *line, int n, int at, int step, double deviation)
{
    double sum = 0, total = 0;
    for (int k = -24; k <= 24; k++) {
        int from = at + k < 0 ? 0 : at + k >= n ? n - 1 : at + k;
        double w = exp(-k * k / (2 * deviation * deviation));
        sum += w * line[from * step];
        total += w;
    }
    return sum / total;
}

/* The plain twin: a Gaussian in double, across and then down, the edge's pixel beyond the edge. */
static void plain_blur(double deviation, kn_shape s, const uint8_t *x, double *y)
{
    size_t n = kn_shape_size(s);
    double *a = malloc(n * sizeof *a), *b = malloc(n * sizeof *b);
    CU_ASSERT_TRUE_FATAL(a && b);
    for (size_t i = 0; i < n; i++)
        a[i] = x[i];
    for (int i = 0; i < s.h; i++)
        for (int j = 0; j < s.w * s.c; j++)
            b[i * s.w * s.c + j] =
                gauss_at(a + i * s.w * s.c + j % s.c, s.w, j / s.c, s.c, deviation);
    for (int i = 0; i < s.h; i++)
        for (int j = 0; j < s.w * s.c; j++)
            y[i * s.w * s.c + j] = gauss_at(b + j, s.h, i, s.w * s.c, deviation);
    free(a);
    free(b);
}

/* Two roundings to whole levels and the tails beyond three deviations: 1.5 levels at most. */
static void test_blur_is_a_gaussian(void)
{
    static const kn_shape sizes[] = {{1, 1, 1}, {1, 5, 3}, {30, 23, 1}, {17, 40, 3}, {50, 50, 1}};
    static const double deviations[] = {0.2, 0.5, 1, 2.3, 8};
    for (size_t i = 0; i < 25; i++) {
        kn_shape s = sizes[i / 5];
        size_t n = kn_shape_size(s);
        double deviation = deviations[i % 5], worst = 0, *want = malloc(n * sizeof *want);
        uint8_t *x = malloc(n), *y = malloc(n);
        void *scratch = malloc(kn_augment_blur_scratch(s));
        CU_ASSERT_TRUE_FATAL(want && x && y && scratch);
        kn_rng rng;
        kn_rng_init(&rng, i, 0);
        for (size_t k = 0; k < n; k++)
            y[k] = x[k] = (uint8_t)kn_rng_below(&rng, 256);
        kn_augment_blur(deviation, s, y, scratch);
        plain_blur(deviation, s, x, want);
        for (size_t k = 0; k < n; k++)
            worst = fabs(y[k] - want[k]) > worst ? fabs(y[k] - want[k]) : worst;
        if (worst > 1.5)
            tst_note("%dx%dx%d, deviation %g: off by %g", s.w, s.h, s.c, deviation, worst);
        CU_ASSERT_TRUE(worst <= 1.5);
        memset(y, 201, n);
        kn_augment_blur(deviation, s, y, scratch);
        for (size_t k = 0; k < n; k++)
            CU_ASSERT_EQUAL_FATAL(y[k], 201);
        free(want);
        free(x);
        free(y);
        free(scratch);
    }
}

/* ---- cutout ---- */

/* One rectangle of 128, at most the square, and the rest untouched. */
static bool is_one_rectangle(const uint8_t *y, kn_shape s, int side, int *area)
{
    int left = s.w, right = -1, top = s.h, bottom = -1;
    *area = 0;
    for (int i = 0; i < s.h; i++)
        for (int j = 0; j < s.w * s.c; j++)
            if (y[i * s.w * s.c + j] == 128) {
                left = j / s.c < left ? j / s.c : left;
                right = j / s.c > right ? j / s.c : right;
                top = i < top ? i : top;
                bottom = i;
                *area += j % s.c == 0;
            }
    return *area == (right - left + 1) * (bottom - top + 1) && right - left < side &&
           bottom - top < side;
}

static void test_cutout_is_a_square_at_any_place(void)
{
    for (int c = 1; c <= 3; c += 2) {
        kn_shape s = {20, 30, c};
        kn_augment a = {.cutout = 0.25f, .cutout_probability = 0.5f};
        int cut = 0, whole = 0, at[600] = {0};
        for (uint32_t image = 0; image < DRAWS; image++) {
            uint8_t y[20 * 30 * 3] = {0};
            int area = 0;
            kn_draw d = draw_of(image);
            kn_augment_cutout(&a, &d, s, y);
            if (!memchr(y, 128, sizeof y))
                continue;
            CU_ASSERT_TRUE_FATAL(is_one_rectangle(y, s, 5, &area)); /* a quarter of 20 */
            cut++;
            whole += area == 25;
            for (int i = 0; i < 600; i++)
                at[i] += y[i * c] == 128;
        }
        CU_ASSERT_TRUE(abs(cut - DRAWS / 2) < 160);
        CU_ASSERT_TRUE(abs(whole - cut * 16 * 26 / 600) < 120);
        for (int i = 0; i < 600; i++) /* in the corners 9 of 600 places reach, in the middle 25 */
            CU_ASSERT_TRUE(at[i] > 5 && at[i] < 150);
    }
}

static void test_a_cutout_of_everything(void)
{
    kn_augment a = {.cutout = 1, .cutout_probability = 1};
    for (uint32_t image = 0; image < 50; image++) {
        uint8_t y[1] = {3};
        kn_draw d = draw_of(image);
        kn_augment_cutout(&a, &d, (kn_shape){1, 1, 1}, y);
        CU_ASSERT_EQUAL(y[0], 128);
    }
}

const tst_case tst_image_augment_tone[] = {
    TST(test_two_to_is_exp2),
    TST(test_whole_numbers_are_uniform),
    TST(test_gamma_contrast_and_brightness_are_the_formula),
    TST(test_contrast_is_about_the_images_mean),
    TST(test_noise_is_normal),
    TST(test_noise_is_cut_off_and_the_same_for_a_longer_image),
    TST(test_noise_and_blur_fill_their_ranges),
    TST(test_blur_is_a_gaussian),
    TST(test_cutout_is_a_square_at_any_place),
    TST(test_a_cutout_of_everything),
    TST_END,
};
