/* Draws: reproducible for ever, in their bounds, short, and distributed as they say. */
#include "spec/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tst.h"

enum { DRAWS = 20000 };

/* A study drawn today is the same study in years: these numbers never change. */
static void test_draws_are_what_they_were(void)
{
    static const struct {
        pl_draw draw;
        const char *name;
        double want[3];
    } cases[] = {
        {{PL_DRAW_LOG, 1e-4, 1e-1}, "train.lr", {0.001492, 0.01601, 0.04208}},
        {{PL_DRAW_UNIFORM, 0, 0.5}, "model.dropout", {0.4564, 0.03467, 0.01564}},
        {{PL_DRAW_INT, 1, 5}, "model.kernel", {2, 2, 5}},
        {{PL_DRAW_LOG_INT, 16, 512}, "train.batch", {45, 46, 40}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        for (int i = 0; i < 3; i++) {
            double got = pl_draw_value(&cases[c].draw, pl_draw_unit(1, cases[c].name, i));
            if (got != cases[c].want[i])
                tst_note("%s, point %d: %.17g", cases[c].name, i, got);
            CU_ASSERT_DOUBLE_EQUAL(got, cases[c].want[i], 0);
        }
}

static void test_seed_name_and_point_tell_draws_apart(void)
{
    double u = pl_draw_unit(1, "train.lr", 0);
    CU_ASSERT_DOUBLE_EQUAL(u, pl_draw_unit(1, "train.lr", 0), 0);
    CU_ASSERT(u != pl_draw_unit(2, "train.lr", 0));
    CU_ASSERT(u != pl_draw_unit(1, "train.rl", 0));
    CU_ASSERT(u != pl_draw_unit(1, "train.lr", 1));
}

/* Both ends are reached, nothing is beyond, and the value never falls as u grows. */
static void test_ends_of_every_kind(void)
{
    static const pl_draw draws[] = {
        {PL_DRAW_UNIFORM, -0.3, 0.5}, {PL_DRAW_UNIFORM, 0.12345678, 0.123456789},
        {PL_DRAW_UNIFORM, 2, 2},      {PL_DRAW_LOG, 1.00004e-4, 0.0999996},
        {PL_DRAW_INT, -2, 3},         {PL_DRAW_INT, 0, 9007199254740992.0},
        {PL_DRAW_LOG_INT, 1, 65536},  {PL_DRAW_LOG_INT, 7, 7},
        {PL_DRAW_CHOICE, 0, 4},
    };
    for (size_t c = 0; c < sizeof draws / sizeof draws[0]; c++) {
        double before = draws[c].low;
        for (int i = 0; i <= DRAWS; i++) {
            double got = pl_draw_value(&draws[c], fmin((double)i / DRAWS, 1 - 0x1p-53));
            CU_ASSERT(got >= before && got <= draws[c].high);
            before = got;
        }
        CU_ASSERT_DOUBLE_EQUAL(pl_draw_value(&draws[c], 0), draws[c].low, 0);
        CU_ASSERT_DOUBLE_EQUAL(before, draws[c].high, 1e-15 * fabs(draws[c].high));
    }
}

/* Four digits, more where the range is narrow. */
static void test_reals_are_short(void)
{
    static const struct {
        pl_draw draw;
        int digits;
    } cases[] = {{{PL_DRAW_LOG, 1e-4, 1e-1}, 4},
                 {{PL_DRAW_UNIFORM, 0, 0.5}, 4},
                 {{PL_DRAW_UNIFORM, 100, 110}, 5},
                 {{PL_DRAW_UNIFORM, 0.99991, 0.99999}, 8}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        for (int i = 0; i < 1000; i++) {
            char text[40];
            double got = pl_draw_value(&cases[c].draw, pl_draw_unit(3, "x", i));
            snprintf(text, sizeof text, "%.*g", cases[c].digits, got);
            CU_ASSERT_DOUBLE_EQUAL(strtod(text, NULL), got, 0);
        }
}

/* The share of draws below a value, within four standard deviations of the expected share. */
static void expect_share(const pl_draw *d, double below, double want)
{
    int count = 0;
    for (int i = 0; i < DRAWS; i++)
        count += pl_draw_value(d, pl_draw_unit(1, "share", i)) < below;
    double slack = 4 * sqrt(want * (1 - want) / DRAWS);
    if (!tst_near((double)count / DRAWS, want, slack, 0))
        tst_note("kind %d: %d of %d draws are below %g, not %g", (int)d->kind, count, DRAWS, below,
                 want);
    CU_ASSERT(tst_near((double)count / DRAWS, want, slack, 0));
}

static void test_shares_are_as_the_distribution_says(void)
{
    expect_share(&(pl_draw){PL_DRAW_UNIFORM, 0, 10}, 2.5, 0.25);
    expect_share(&(pl_draw){PL_DRAW_LOG, 1e-4, 1}, 1e-3, 0.25);
    expect_share(&(pl_draw){PL_DRAW_INT, 1, 4}, 2, 0.25);
    expect_share(&(pl_draw){PL_DRAW_CHOICE, 0, 2}, 1, 1.0 / 3);
    expect_share(&(pl_draw){PL_DRAW_LOG_INT, 1, 15}, 2, 0.25); /* log 2 / log 16 */
}

const tst_case tst_spec_draw[] = {TST(test_draws_are_what_they_were),
                                  TST(test_seed_name_and_point_tell_draws_apart),
                                  TST(test_ends_of_every_kind),
                                  TST(test_reals_are_short),
                                  TST(test_shares_are_as_the_distribution_says),
                                  TST_END};
