/* Numbers by scripts/oracle/stats.py (scipy). */
#include <math.h>

#include "stats/stats.h"
#include "tst.h"

static void test_t_quantile_is_scipys(void)
{
    static const struct {
        double df, want[3];
    } rows[] = {{1, {3.07768353718, 12.7062047362, 63.6567411629}},
                {2, {1.88561808316, 4.30265272975, 9.92484320092}},
                {3, {1.6377443537, 3.18244630528, 5.84090930973}},
                {4, {1.53320627406, 2.7764451052, 4.60409487135}},
                {9, {1.3830287384, 2.2621571628, 3.24983554159}},
                {29, {1.3114336473, 2.04522964213, 2.75638590367}},
                {100, {1.29007476135, 1.98397151852, 2.62589052144}}};
    static const double p[3] = {0.9, 0.975, 0.995};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int k = 0; k < 3; k++) {
            CU_ASSERT(tst_near(pl_t_quantile(p[k], rows[i].df), rows[i].want[k], 0, 1e-10));
            CU_ASSERT(tst_near(pl_t_quantile(1 - p[k], rows[i].df), -rows[i].want[k], 0, 1e-9));
        }
    }
    /* negative: the neighbouring degree of freedom is told apart */
    CU_ASSERT(!tst_near(pl_t_quantile(0.975, 101), 1.98397151852, 0, 1e-10));
}

static void test_beta_inc_is_scipys(void)
{
    CU_ASSERT(tst_near(pl_beta_inc(0.5, 0.5, 0.3), 0.369010119566, 0, 1e-11));
    CU_ASSERT(tst_near(pl_beta_inc(2, 3, 0.9), 0.9963, 0, 1e-11));
    CU_ASSERT(tst_near(pl_beta_inc(50, 0.5, 0.99), 0.317304397874, 0, 1e-11));
    CU_ASSERT(tst_near(pl_beta_inc(500, 480, 0.5), 0.261356006468, 0, 1e-10));
    CU_ASSERT_EQUAL(pl_beta_inc(1, 1, 0), 0.0);
    CU_ASSERT_EQUAL(pl_beta_inc(1, 1, 1), 1.0);
}

static void test_summarize_gives_students_interval(void)
{
    pl_summary s = pl_summarize((const double[]){0.962, 0.963, 0.961}, 3);
    CU_ASSERT_EQUAL(s.n, 3);
    CU_ASSERT(tst_near(s.mean, 0.962, 0, 1e-12));
    CU_ASSERT(tst_near(s.std, 0.001, 0, 1e-10));
    CU_ASSERT(tst_near(s.low, 0.959515862288, 0, 1e-10));
    CU_ASSERT(tst_near(s.high, 0.964484137712, 0, 1e-10));
    s = pl_summarize((const double[]){0.872, 0.896, 0.887, 0.9, 0.85}, 5);
    CU_ASSERT(tst_near(s.std, 0.0203960780544, 0, 1e-10));
    CU_ASSERT(tst_near(s.low, 0.855674924175, 0, 1e-10));
    s = pl_summarize((const double[]){0.95, (double)NAN, 0.96}, 3);
    CU_ASSERT_EQUAL(s.n, 2);
    CU_ASSERT(tst_near(s.high, 1.01853102368, 0, 1e-10));
}

static void test_summarize_of_one_and_none(void)
{
    pl_summary s = pl_summarize((const double[]){0.95}, 1);
    CU_ASSERT_EQUAL(s.n, 1);
    CU_ASSERT_EQUAL(s.mean, 0.95);
    CU_ASSERT(isnan(s.std) && isnan(s.low) && isnan(s.high));
    s = pl_summarize(NULL, 0);
    CU_ASSERT(s.n == 0 && isnan(s.mean));
}

static void test_compare_pairs_is_scipys(void)
{
    static const struct {
        pl_pairs c;
        double want[5]; /* difference, low, high, exact p, mid-p */
    } rows[] = {
        {{90, 5, 1, 4}, {0.04, -0.0110504546744, 0.0894818272235, 0.21875, 0.125}},
        {{2000, 60, 90, 298},
         {-0.0122549019608, -0.0220633171327, -0.00242647878569, 0.0175976919288, 0.014359642888}},
        {{10, 0, 0, 2}, {0, -0.139997427467, 0.139997427467, 1, 1}},
        {{50, 7, 7, 3}, {0, -0.110013157555, 0.110013157555, 1, 0.895263671875}},
        {{0, 9, 0, 0}, {1, 0.528875404146, 1, 0.00390625, 0.001953125}},
        {{15000, 1200, 1100, 2000},
         {0.00518134715026, 0.000310516130426, 0.010051104427, 0.0389668526838, 0.0370744063385}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_paired r = pl_compare_pairs(&rows[i].c);
        const double got[5] = {r.difference, r.low, r.high, r.exact_p, r.mid_p};
        for (int k = 0; k < 5; k++)
            CU_ASSERT(tst_near(got[k], rows[i].want[k], 1e-13, 1e-9));
    }
    pl_paired r = pl_compare_pairs(&rows[0].c);
    CU_ASSERT(tst_near(r.accuracy[0], 0.95, 0, 1e-12) && tst_near(r.accuracy[1], 0.91, 0, 1e-12));
}

static void test_share_error_of_a_test_set(void)
{
    CU_ASSERT(tst_near(pl_share_error(0.95, 2448), 0.0044049, 0, 1e-4));
    CU_ASSERT(isnan(pl_share_error(0.95, 0)));
}

const tst_case tst_stats_stats[] = {TST(test_t_quantile_is_scipys),
                                    TST(test_beta_inc_is_scipys),
                                    TST(test_summarize_gives_students_interval),
                                    TST(test_summarize_of_one_and_none),
                                    TST(test_compare_pairs_is_scipys),
                                    TST(test_share_error_of_a_test_set),
                                    TST_END};
