/* The colours of figures.h by numbers. The least distances are those of colorspacious 1.1.2 (scripts/oracle/palette.py):
 * L* 8.82; CIELAB 35.55, 21.32 (deuteranopia), 14.66 (protanopia), 22.95 (tritanopia). */
#include <math.h>
#include <stdio.h>

#include "draw/figures.h"
#include "tst.h"

enum { COLORS = 8, KINDS = 4 };

static const char *const palette[COLORS] = {PL_COLOR_1, PL_COLOR_2, PL_COLOR_3, PL_COLOR_4,
                                            PL_COLOR_5, PL_COLOR_6, PL_COLOR_7, PL_COLOR_8};

/* Linear RGB as an eye sees it that is normal, or without green, red, blue cones: Machado, Oliveira and Fernandes, "A
 * Physiologically-based Model for Simulation of Color Vision Deficiency", 2009, severity 1. */
static const double vision[KINDS][3][3] = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
                                           {{0.367322, 0.860646, -0.227968},
                                            {0.280085, 0.672501, 0.047413},
                                            {-0.011820, 0.042940, 0.968881}},
                                           {{0.152286, 1.052583, -0.204868},
                                            {0.114503, 0.786281, 0.099216},
                                            {-0.003882, -0.048116, 1.051998}},
                                           {{1.255528, -0.076749, -0.178779},
                                            {-0.078411, 0.930809, 0.147602},
                                            {0.004733, 0.691367, 0.303900}}};

static void linear_of(const char *color, double out[3])
{
    unsigned v[3];
    CU_ASSERT_EQUAL_FATAL(sscanf(color, "#%2x%2x%2x", &v[0], &v[1], &v[2]), 3);
    for (int i = 0; i < 3; i++) {
        double c = v[i] / 255.0;
        out[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
}

static double curve(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIELAB under D65, IEC 61966-2-1. */
static void lab_of(const char *color, int kind, double out[3])
{
    static const double xyz[3][3] = {{0.4124564, 0.3575761, 0.1804375},
                                     {0.2126729, 0.7151522, 0.0721750},
                                     {0.0193339, 0.1191920, 0.9503041}};
    static const double white[3] = {0.95047, 1, 1.08883};
    double rgb[3], seen[3], f[3];
    linear_of(color, rgb);
    for (int i = 0; i < 3; i++) {
        const double *m = vision[kind][i];
        seen[i] = fmin(1, fmax(0, m[0] * rgb[0] + m[1] * rgb[1] + m[2] * rgb[2]));
    }
    for (int i = 0; i < 3; i++)
        f[i] = curve((xyz[i][0] * seen[0] + xyz[i][1] * seen[1] + xyz[i][2] * seen[2]) / white[i]);
    out[0] = 116 * f[1] - 16;
    out[1] = 500 * (f[0] - f[1]);
    out[2] = 200 * (f[1] - f[2]);
}

/* The least over all pairs: of L* alone where kind < 0. */
static double least(const char *const *color, int kind)
{
    double best = HUGE_VAL;
    for (int i = 0; i < COLORS; i++) {
        for (int j = i + 1; j < COLORS; j++) {
            double a[3], b[3], sum = 0;
            lab_of(color[i], kind < 0 ? 0 : kind, a);
            lab_of(color[j], kind < 0 ? 0 : kind, b);
            for (int k = 0; k < (kind < 0 ? 1 : 3); k++)
                sum += (a[k] - b[k]) * (a[k] - b[k]);
            best = fmin(best, sqrt(sum));
        }
    }
    return best;
}

static void test_colours_differ_in_grey_and_to_every_eye(void)
{
    static const double want[KINDS] = {35.55, 21.32, 14.66, 22.95};
    CU_ASSERT(tst_near(least(palette, -1), 8.82, 0.05, 0));
    for (int k = 0; k < KINDS; k++)
        CU_ASSERT(tst_near(least(palette, k), want[k], 0.1, 0));
}

/* Okabe and Ito's own are fine in colour, but two of them are one grey. */
static void test_a_palette_that_fails_in_grey_is_told(void)
{
    static const char *const okabe_ito[COLORS] = {"#000000", "#e69f00", "#56b4e9", "#009e73",
                                                  "#f0e442", "#0072b2", "#d55e00", "#cc79a7"};
    CU_ASSERT(tst_near(least(okabe_ito, -1), 0.78, 0.05, 0));
    CU_ASSERT(tst_near(least(okabe_ito, 1), 17.03, 0.1, 0));
}

static double contrast(const char *a, const char *b)
{
    double y[2], rgb[3];
    for (int k = 0; k < 2; k++) {
        linear_of(k ? b : a, rgb);
        y[k] = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    }
    return (fmax(y[0], y[1]) + 0.05) / (fmin(y[0], y[1]) + 0.05);
}

/* WCAG 2.1: 4.5 for text. */
static void test_text_is_to_be_read(void)
{
    static const bool dark[COLORS] = {true, false, false, true, true, false, true, false};
    for (int i = 0; i < COLORS; i++)
        CU_ASSERT(contrast(palette[i], dark[i] ? "#ffffff" : "#000000") >= 4.5);
    CU_ASSERT(contrast(PL_COLOR_SOFT, "#ffffff") >= 4.5);
    CU_ASSERT(contrast(PL_COLOR_DARK, "#ffffff") >= 4.5);
    CU_ASSERT(contrast(PL_COLOR_LIGHT, "#ffffff") < 4.5);
}

const tst_case tst_draw_palette[] = {TST(test_colours_differ_in_grey_and_to_every_eye),
                                     TST(test_a_palette_that_fails_in_grey_is_told),
                                     TST(test_text_is_to_be_read), TST_END};
