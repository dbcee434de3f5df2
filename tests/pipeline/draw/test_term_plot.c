#include "draw/term_plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "tst.h"

enum { MOST = 40 };

/* The plot's lines as one text, each of which must have exactly the width. */
static char *drawn(const pl_term_plot *p)
{
    pl_str line[MOST], all;
    pl_str_init(&all);
    for (size_t i = 0; i < p->height; i++)
        pl_str_init(&line[i]);
    pl_term_plot_draw(p, line);
    for (size_t i = 0; i < p->height; i++) {
        if (!p->color)
            CU_ASSERT_EQUAL(pl_text_width(line[i].text), p->width);
        pl_str_addf(&all, "%s|\n", line[i].text);
        pl_str_clear(&line[i]);
    }
    return pl_str_take(&all);
}

static const double x[5] = {1, 2, 3, 4, 5}, up[5] = {50, 75, 80, 90, 100},
                    down[5] = {100, 75, 70, 60, 50};

static pl_term_plot plot_of(const pl_term_series *s, size_t count)
{
    return (pl_term_plot){.title = "accuracy (%)",
                          .xlabel = "epoch",
                          .series = s,
                          .count = count,
                          .width = 40,
                          .height = 12,
                          .x_low = 1,
                          .x_high = 5,
                          .decimals = 2};
}

static void test_ascii(void)
{
    const pl_term_series s[2] = {{"train", x, up, 5, "34", false}, {"val", x, down, 5, "33", true}};
    pl_term_plot p = plot_of(s, 2);
    char *got = drawn(&p);
    TST_TEXT(got, "         accuracy (%)                   |\n"
                  "    100 +o                    *** train |\n"
                  "        | oo              ****          |\n"
                  "        |   oo       *****              |\n"
                  "     80 +     ooo*****                  |\n"
                  "        |    **  oooooo                 |\n"
                  "     60 +   *          oooo             |\n"
                  "        | **               ooooo        |\n"
                  "        |*                      o val   |\n"
                  "     40 +                               |\n"
                  "        +------------------------       |\n"
                  "         1        epoch         5       |\n");
    free(got);
}

static void test_braille_and_colour(void)
{
    const double flat[2] = {0.5, 0.5}, at[2] = {1, 2};
    const pl_term_series s[1] = {{"val", at, flat, 2, "33", false}};
    pl_term_plot p = plot_of(s, 1);
    p.height = PL_TERM_LEAST_HEIGHT;
    p.width = PL_TERM_LEAST_WIDTH;
    p.x_high = 2;
    p.unicode = true;
    char *got = drawn(&p);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "\xE2\xA0")); /* braille */
    CU_ASSERT_PTR_NOT_NULL(strstr(got, " val "));
    CU_ASSERT_PTR_NULL(strstr(got, "\033"));
    free(got);
    p.color = true;
    got = drawn(&p);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "\033[33m"));
    free(got);
}

static void test_without_values(void)
{
    const double none[2] = {(double)NAN, HUGE_VAL};
    const pl_term_series s[2] = {{"train", x, none, 2, "34", false}, {"val", x, up, 0, "33", true}};
    pl_term_plot p = plot_of(s, 2);
    p.height = 7;
    char *got = drawn(&p);
    TST_TEXT(got, "         accuracy (%)                   |\n"
                  "        |                               |\n"
                  "        |                               |\n"
                  "        |  no values yet                |\n"
                  "        |                               |\n"
                  "        +------------------------       |\n"
                  "         1        epoch         5       |\n");
    free(got);
}

/* Sizes, ranges and gaps of every kind stay inside the canvas (sanitizers see more). */
static void test_any_size_and_range(void)
{
    static const double huge[5] = {1e300, -1e300, 0, 1e-300, 5}, tiny[5] = {1e-9, 2e-9, 0, 3e-9, 0};
    const double gaps[5] = {1, (double)NAN, 3, (double)NAN, 2};
    const double *const values[4] = {up, huge, tiny, gaps};
    for (size_t k = 0; k < 16; k++) {
        const pl_term_series s[2] = {{"train", x, values[k % 4], 5, "34", false},
                                     {"validation", x, values[k / 4], 5, "33", true}};
        pl_term_plot p = plot_of(s, 2);
        for (p.width = PL_TERM_LEAST_WIDTH; p.width < 70; p.width += 13)
            for (p.height = PL_TERM_LEAST_HEIGHT; p.height < MOST; p.height += 7) {
                p.unicode = p.height % 2 == 0;
                p.x_high = k % 2 ? 5 : 3; /* points behind the range are left out */
                free(drawn(&p));
            }
    }
}

const tst_case tst_draw_term_plot[] = {TST(test_ascii), TST(test_braille_and_colour),
                                       TST(test_without_values), TST(test_any_size_and_range),
                                       TST_END};
