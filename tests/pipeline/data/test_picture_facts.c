#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/picture_facts.h"
#include "tst.h"

/* The pattern of scripts/oracle/picture_facts.py, which made the numbers below (cv2 5.0.0, numpy 2.4.6). */
static void pattern(uint8_t *out, int w, int h, int c)
{
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int k = 0; k < c; k++)
                *out++ = (uint8_t)((x * 37 + y * 91 + x * y * 13 + k * 53 + x * x * k * 7) % 256);
}

static bool near(const pl_facts *got, const double want[4])
{
    return tst_near(got->brightness, want[0], 0, 1e-12) &&
           tst_near(got->contrast, want[1], 0, 1e-12) &&
           tst_near(got->sharpness, want[2], 0, 1e-12) &&
           tst_near(got->saturation, want[3], 0, 1e-12);
}

static void test_facts_are_those_of_cv2_and_numpy(void)
{
    const double gray[4] = {0.508347338935574, 0.283640211760425, 2.26656181810415, (double)NAN};
    const double rgb[4] = {0.521514161220044, 0.20079670978844, 1.04043933041626,
                           0.507788671023965};
    uint8_t x[9 * 8 * 3];
    pl_facts facts;
    pattern(x, 7, 5, 1);
    pl_picture_facts(x, 7, 5, 1, &facts);
    CU_ASSERT(near(&facts, gray));
    pattern(x, 9, 8, 3);
    pl_picture_facts(x, 9, 8, 3, &facts);
    CU_ASSERT(near(&facts, rgb));
    x[40] ^= 8;
    pl_picture_facts(x, 9, 8, 3, &facts);
    CU_ASSERT(!near(&facts, rgb));
}

static void test_a_plain_picture_has_no_contrast(void)
{
    const double black[4] = {0, 0, 0, 0}, white[4] = {1, 0, 0, 0};
    uint8_t x[4 * 3 * 3];
    pl_facts facts;
    memset(x, 0, sizeof x);
    pl_picture_facts(x, 4, 3, 3, &facts);
    CU_ASSERT(near(&facts, black));
    memset(x, 255, sizeof x);
    pl_picture_facts(x, 4, 3, 3, &facts);
    CU_ASSERT(near(&facts, white));
}

static void test_two_rows_have_no_sharpness(void)
{
    const uint8_t x[] = {0, 255, 0, 255};
    const double want[4] = {0.5, 0.5, (double)NAN, (double)NAN};
    pl_facts facts;
    pl_picture_facts(x, 2, 2, 1, &facts);
    CU_ASSERT(near(&facts, want));
}

/* Smoothing lowers sharpness, leaves brightness. */
static void test_blur_lowers_sharpness(void)
{
    enum { N = 32 };
    uint8_t x[N * N], blurred[N * N];
    pl_facts sharp, soft;
    pattern(x, N, N, 1);
    memcpy(blurred, x, sizeof x);
    for (int i = N + 1; i < N * N - N - 1; i++)
        blurred[i] = (uint8_t)((x[i] + x[i - 1] + x[i + 1] + x[i - N] + x[i + N]) / 5);
    pl_picture_facts(x, N, N, 1, &sharp);
    pl_picture_facts(blurred, N, N, 1, &soft);
    CU_ASSERT(soft.sharpness < sharp.sharpness / 2);
    CU_ASSERT(tst_near(soft.brightness, sharp.brightness, 0.02, 0));
}

const tst_case tst_data_picture_facts[] = {
    TST(test_facts_are_those_of_cv2_and_numpy), TST(test_a_plain_picture_has_no_contrast),
    TST(test_two_rows_have_no_sharpness), TST(test_blur_lowers_sharpness), TST_END};
