/* Numbers by scripts/oracle/stats.py: the exact distribution of a resampled mean, to which percentiles of 10,000 resamples come
 * near; scipy.stats.bootstrap gives the same interval for the first. */
#include "stats/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "tst.h"

static int8_t d[40000];
static float f[40000];

static size_t fill(int minus, int zero, int plus)
{
    size_t n = 0;
    for (int i = 0; i < minus; i++)
        d[n++] = -1;
    for (int i = 0; i < zero; i++)
        d[n++] = 0;
    for (int i = 0; i < plus; i++)
        d[n++] = 1;
    return n;
}

static void test_interval_is_near_the_exact_one(void)
{
    static const struct {
        int c[3];
        double want[4], spread; /* difference, low, high, p; standard deviation */
    } rows[] = {{{60, 2298, 90},
                 {0.0122549019608, 0.00245098039216, 0.0220588235294, 0.0154504255078},
                 0.00499690784792},
                {{300, 39300, 400}, {0.0025, 0.0012, 0.0038, 0.000162873343433}, 0.000661325291194},
                {{3, 14, 3}, {0, -0.25, 0.25, 1}, 0.122474487139}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const double *w = rows[i].want;
        size_t n = fill(rows[i].c[0], rows[i].c[1], rows[i].c[2]);
        pl_boot r = pl_paired_bootstrap(d, n, 10000, 1);
        CU_ASSERT(tst_near(r.difference, w[0], 1e-15, 1e-10));
        CU_ASSERT(tst_near(r.low, w[1], 0.1 * rows[i].spread, 0));
        CU_ASSERT(tst_near(r.high, w[2], 0.1 * rows[i].spread, 0));
        /* four standard errors of a share of 10,000, and its + 1 */
        CU_ASSERT(tst_near(r.p, w[3], 8 * sqrt(w[3] / 2 / 10000) + 2e-4, 0));
        CU_ASSERT(!tst_near(r.low, w[1] + rows[i].spread, 0.1 * rows[i].spread, 0));
    }
}

static void test_groups_of_seeds_draw_counts_too(void)
{
    static const int count[7] = {10, 20, 60, 2200, 90, 40, 28};
    size_t n = 0;
    for (int v = 0; v < 7; v++)
        for (int i = 0; i < count[v]; i++)
            f[n++] = (float)(v - 3) / 3.0f;
    pl_boot r = pl_paired_bootstrap_f(f, n, 10000, 1);
    CU_ASSERT(tst_near(r.difference, 0.0168845315904, 0, 1e-6));
    CU_ASSERT(tst_near(r.low, 0.00980392156863, 0.1 * 0.00366818786187, 0));
    CU_ASSERT(tst_near(r.high, 0.0241013071895, 0.1 * 0.00366818786187, 0));
    CU_ASSERT(tst_near(r.p, 2.0 / 10001, 0, 1e-9)); /* none of 10,000 at or below 0 */
}

static void test_many_values_are_drawn_image_by_image(void)
{
    for (int i = 0; i < 300; i++)
        f[i] = (float)i;
    pl_boot r = pl_paired_bootstrap_f(f, 300, 2000, 1);
    double sd = sqrt((300.0 * 300.0 - 1) / 12 / 300);
    CU_ASSERT_EQUAL(r.difference, 149.5);
    CU_ASSERT(tst_near(r.low, 149.5 - 1.96 * sd, 0.15 * sd, 0));
    CU_ASSERT(tst_near(r.high, 149.5 + 1.96 * sd, 0.15 * sd, 0));
}

static void test_the_seed_and_the_counts_alone_decide(void)
{
    size_t n = fill(60, 2298, 90);
    pl_boot r = pl_paired_bootstrap(d, n, 2000, 1);
    for (size_t i = 0; i < n / 2; i++) {
        int8_t swap = d[i];
        d[i] = d[n - 1 - i];
        d[n - 1 - i] = swap;
    }
    pl_boot again = pl_paired_bootstrap(d, n, 2000, 1), other = pl_paired_bootstrap(d, n, 2000, 2);
    CU_ASSERT(memcmp(&r, &again, sizeof r) == 0);
    CU_ASSERT(memcmp(&r, &other, sizeof r) != 0);
    for (size_t i = 0; i < n; i++)
        f[i] = (float)d[i];
    again = pl_paired_bootstrap_f(f, n, 2000, 1);
    CU_ASSERT(memcmp(&r, &again, sizeof r) == 0);
}

static void test_bootstrap_at_the_edges(void)
{
    CU_ASSERT(isnan(pl_paired_bootstrap(d, 0, 100, 1).difference));
    CU_ASSERT(isnan(pl_paired_bootstrap_f(f, 0, 100, 1).p));
    pl_boot r = pl_paired_bootstrap(d, fill(0, 50, 0), 100, 1);
    CU_ASSERT(r.difference == 0 && r.low == 0 && r.high == 0 && r.p == 1);
    r = pl_paired_bootstrap(d, fill(0, 0, 50), 99, 1);
    CU_ASSERT(r.difference == 1 && r.low == 1 && r.high == 1 && tst_near(r.p, 0.02, 0, 1e-12));
    r = pl_paired_bootstrap(d, fill(0, 0, 1), 99, 1);
    CU_ASSERT(r.difference == 1 && r.low == 1);
    /* thirds that cancel are a 0 */
    const float third[6] = {1.0f / 3, 1.0f / 3, 1.0f / 3, -1.0f / 3, -1.0f / 3, -1.0f / 3};
    CU_ASSERT(pl_paired_bootstrap_f(third, 6, 1000, 1).p > 0.9);
}

static void test_binomial_draws_have_mean_and_variance(void)
{
    static const struct {
        long long n;
        double p, mean, variance;
        long long low, high; /* 0.001 and 0.999 quantiles */
    } rows[] = {{10, 0.3, 3, 2.1, 0, 8},
                {2448, 0.04, 97.92, 94.0032, 69, 129},
                {40000, 0.5, 20000, 10000, 19691, 20309}};
    enum { DRAWS = 20000 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kn_rng rng;
        double sum = 0, squares = 0;
        int outside = 0;
        kn_rng_init(&rng, 7, i);
        for (int k = 0; k < DRAWS; k++) {
            long long v = pl_binomial_draw(rows[i].n, rows[i].p, kn_rng_uniform64(&rng));
            sum += (double)v - rows[i].mean;
            squares += ((double)v - rows[i].mean) * ((double)v - rows[i].mean);
            outside += v < rows[i].low || v > rows[i].high;
        }
        CU_ASSERT(fabs(sum / DRAWS) < 4 * sqrt(rows[i].variance / DRAWS));
        CU_ASSERT(tst_near(squares / DRAWS, rows[i].variance, 0, 0.05));
        CU_ASSERT(outside < 80);
    }
    CU_ASSERT(pl_binomial_draw(0, 0.5, 0.3) == 0 && pl_binomial_draw(5, 0, 0.3) == 0);
    CU_ASSERT(pl_binomial_draw(5, 1, 0.3) == 5);
    long long last = pl_binomial_draw(100, 0.2, nextafter(1.0, 0.0));
    CU_ASSERT(last >= 0 && last <= 100);
}

const tst_case tst_stats_bootstrap[] = {TST(test_interval_is_near_the_exact_one),
                                        TST(test_groups_of_seeds_draw_counts_too),
                                        TST(test_many_values_are_drawn_image_by_image),
                                        TST(test_the_seed_and_the_counts_alone_decide),
                                        TST(test_bootstrap_at_the_edges),
                                        TST(test_binomial_draws_have_mean_and_variance),
                                        TST_END};
