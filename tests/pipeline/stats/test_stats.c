/* Numbers by scripts/oracle/stats.py (scipy, statsmodels). */
#include <math.h>
#include <string.h>

#include "stats/drift.h"
#include "stats/effects.h"
#include "stats/holm.h"
#include "stats/interval.h"
#include "stats/mcnemar.h"
#include "stats/mean.h"
#include "stats/normal.h"
#include "stats/phi.h"
#include "stats/student.h"
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

static void test_compare_pairs_of_nothing(void)
{
    pl_paired r = pl_compare_pairs(&(pl_pairs){0, 0, 0, 0});
    CU_ASSERT(isnan(r.difference) && isnan(r.low) && isnan(r.exact_p));
}

static void test_tails_are_scipys(void)
{
    CU_ASSERT_EQUAL(pl_t_two_sided(0, 3), 1.0);
    CU_ASSERT(tst_near(pl_t_two_sided(2.5, 3), 0.0877066470081, 0, 1e-11));
    CU_ASSERT(tst_near(pl_t_two_sided(-1.1, 9), 0.299882761857, 0, 1e-11));
    CU_ASSERT(tst_near(pl_t_two_sided(12, 1), 0.0529293521192, 0, 1e-11));
    CU_ASSERT(tst_near(pl_t_two_sided(40, 2), 0.000624414672185, 0, 1e-11));
    CU_ASSERT(pl_t_two_sided((double)INFINITY, 2) == 0 && isnan(pl_t_two_sided((double)NAN, 2)));
    CU_ASSERT_EQUAL(pl_normal_two_sided(0), 1.0);
    CU_ASSERT(tst_near(pl_normal_two_sided(1), 0.317310507863, 0, 1e-11));
    CU_ASSERT(tst_near(pl_normal_two_sided(-1.96), 0.0499957902964, 0, 1e-11));
    CU_ASSERT(tst_near(pl_normal_two_sided(6), 1.97317529008e-09, 0, 1e-10));
    CU_ASSERT(tst_near(pl_normal_two_sided(20), 5.50724823721e-89, 0, 1e-10));
}

static void test_wilson_is_statsmodels(void)
{
    static const struct {
        long long right, n;
        double low, high;
    } rows[] = {{0, 10, 0, 0.277532799863},
                {10, 10, 0.722467200137, 1},
                {1, 1, 0.206549314377, 1},
                {0, 1, 0, 0.793450685623},
                {7, 10, 0.396778147461, 0.892208732594},
                {2356, 2448, 0.95413114763, 0.969256452272},
                {38000, 40000, 0.947820631939, 0.952092943537}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_interval w = pl_wilson(rows[i].right, rows[i].n);
        CU_ASSERT(tst_near(w.low, rows[i].low, 0, 1e-11));
        CU_ASSERT(tst_near(w.high, rows[i].high, 0, 1e-11));
    }
    CU_ASSERT(isnan(pl_wilson(0, 0).low) && isnan(pl_wilson(0, 0).high));
    CU_ASSERT(!tst_near(pl_wilson(2355, 2448).low, 0.95413114763, 0, 1e-11)); /* negative */
}

static void test_share_error_of_a_test_set(void)
{
    CU_ASSERT(tst_near(pl_share_error(0.95, 2448), 0.0044049, 0, 1e-4));
    CU_ASSERT(isnan(pl_share_error(0.95, 0)));
}

static void test_holm_is_statsmodels(void)
{
    static const struct {
        size_t n;
        double p[4], want[4];
    } rows[] = {{4, {0.01, 0.04, 0.03, 0.005}, {0.03, 0.06, 0.06, 0.02}},
                {4, {0.2, 0.2, 0.9, 0.001}, {0.6, 0.6, 0.9, 0.004}},
                {1, {0.5}, {0.5}},
                {3, {0.03, 0.03, 0.03}, {0.09, 0.09, 0.09}},
                {3, {1, 0.6, 0.02}, {1, 1, 0.06}}};
    double got[4];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_holm(rows[i].p, rows[i].n, got);
        for (size_t k = 0; k < rows[i].n; k++)
            CU_ASSERT(tst_near(got[k], rows[i].want[k], 0, 1e-12));
    }
}

static void test_holm_does_not_count_what_is_no_test(void)
{
    double p[4] = {0.01, (double)NAN, 0.04, (double)NAN};
    pl_holm(p, 4, p);
    CU_ASSERT(tst_near(p[0], 0.02, 0, 1e-12) && tst_near(p[2], 0.04, 0, 1e-12));
    CU_ASSERT(isnan(p[1]) && isnan(p[3]));
    pl_holm(p, 0, p);
}

static void test_newcombe_is_statsmodels(void)
{
    static const struct {
        long long c[4];
        double want[3];
    } rows[] = {{{56, 70, 48, 80}, {0.2, 0.0524314724024, 0.333872654037}},
                {{9, 10, 3, 10}, {0.6, 0.170522723935, 0.809017973535}},
                {{0, 10, 0, 10}, {0, -0.277532799863, 0.277532799863}},
                {{10, 10, 0, 20}, {1, 0.679086037142, 1}},
                {{1204, 2448, 4900, 10000}, {0.00183006535948, -0.0202406572366, 0.0239203241427}}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const long long *c = rows[i].c;
        pl_share_difference r = pl_newcombe(c[0], c[1], c[2], c[3]);
        CU_ASSERT(tst_near(r.difference, rows[i].want[0], 0, 1e-11));
        CU_ASSERT(tst_near(r.low, rows[i].want[1], 0, 1e-11));
        CU_ASSERT(tst_near(r.high, rows[i].want[2], 0, 1e-11));
    }
    CU_ASSERT(isnan(pl_newcombe(0, 0, 1, 2).difference) && isnan(pl_newcombe(1, 2, 0, 0).low));
}

static void test_kolmogorov_is_scipys(void)
{
    static const double x[6] = {0.2, 0.5, 0.99, 1.0, 1.36, 2.5};
    static const double want[6] = {0.999999999999, 0.963945243665,  0.280873839226,
                                   0.269999671677, 0.0494858767554, 7.45330634416e-06};
    for (int i = 0; i < 6; i++)
        CU_ASSERT(tst_near(pl_kolmogorov(x[i]), want[i], 0, 1e-11));
    CU_ASSERT_EQUAL(pl_kolmogorov(0), 1.0);
}

/* p by Stephens' correction against scipy's finite-sample one: 1 % of it. */
static void test_ks_is_near_scipys(void)
{
    static const struct {
        size_t na, nb, shift;
        double distance, p;
    } rows[] = {{100, 150, 0, 0.0533333333333, 0.992158629025},
                {100, 150, 15, 0.15, 0.121105349506},
                {2448, 2432, 0, 0.0396241830065, 0.0422178098241},
                {2448, 2432, 4, 0.0400326797386, 0.0389832993472},
                {30, 20, 0, 0.116666666667, 0.990278880606}};
    static double a[2448], b[2448];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t k = 0; k < rows[i].na; k++)
            a[k] = (double)(k * 37 % 101);
        for (size_t k = 0; k < rows[i].nb; k++)
            b[k] = (double)(k * 53 % 97 + rows[i].shift);
        pl_ks r = pl_ks_two(a, rows[i].na, b, rows[i].nb);
        CU_ASSERT(tst_near(r.distance, rows[i].distance, 0, 1e-11));
        CU_ASSERT(tst_near(r.p, rows[i].p, 0, 0.01));
    }
    CU_ASSERT(isnan(pl_ks_two(a, 0, b, 3).distance) && isnan(pl_ks_two(a, 3, b, 0).p));
    for (int i = 0; i < 5; i++)
        a[i] = b[i] = i % 2;
    pl_ks same = pl_ks_two(a, 5, b, 5);
    CU_ASSERT(same.distance == 0 && same.p == 1);
}

static void test_phi_is_pearsons_correlation(void)
{
    CU_ASSERT(tst_near(pl_phi(30, 10, 5, 55), 0.684736788017, 0, 1e-11));
    CU_ASSERT(tst_near(pl_phi(1200, 800, 300, 20000), 0.667584312237, 0, 1e-11));
    CU_ASSERT_EQUAL(pl_phi(10, 0, 0, 10), 1.0);
    CU_ASSERT_EQUAL(pl_phi(0, 10, 10, 0), -1.0);
    CU_ASSERT_EQUAL(pl_phi(5, 5, 5, 5), 0.0);
    CU_ASSERT(isnan(pl_phi(5, 5, 0, 0)) && isnan(pl_phi(0, 0, 0, 0)));
}

static void test_effect_of_matched_differences_is_that_of_least_squares(void)
{
    const double d[4] = {0.01, 0.013, 0.008, -0.002};
    pl_effect r = pl_effect_mean(d, 4);
    CU_ASSERT(r.n == 4 && r.df == 3);
    CU_ASSERT(tst_near(r.value, 0.00725, 0, 1e-11));
    CU_ASSERT(tst_near(r.low, -0.00309295049217, 0, 1e-9));
    CU_ASSERT(tst_near(r.high, 0.0175929504922, 0, 1e-9));
    CU_ASSERT(tst_near(r.p, 0.111916534273, 0, 1e-9));
    r = pl_effect_mean(d, 1);
    CU_ASSERT(r.n == 1 && r.df == 0 && r.value == 0.01 && isnan(r.low) && isnan(r.p));
    r = pl_effect_mean(d, 0);
    CU_ASSERT(r.n == 0 && isnan(r.value));
    r = pl_effect_mean((double[]){0.01, 0.01}, 2); /* no spread: no p */
    CU_ASSERT(r.low == 0.01 && r.high == 0.01 && isnan(r.p));
}

static void test_slope_within_blocks_is_that_of_least_squares(void)
{
    const double x[10] = {0, 1, 2, 0, 1, 2, 0, 2, 1, 1};
    const double y[10] = {0.90, 0.92, 0.95, 0.80, 0.83, 0.84, 0.7, 0.76, 0.5, 0.6};
    const int block[10] = {0, 0, 0, 1, 1, 1, 2, 2, 3, 3};
    pl_effect r = pl_effect_slope(x, y, block, 10, 4);
    CU_ASSERT(r.n == 8 && r.df == 4);
    CU_ASSERT(tst_near(r.value, 0.025, 0, 1e-10));
    CU_ASSERT(tst_near(r.low, 0.0173263111125, 0, 1e-9));
    CU_ASSERT(tst_near(r.high, 0.0326736888875, 0, 1e-9));
    CU_ASSERT(tst_near(r.p, 0.000827690618571, 0, 1e-8));
    r = pl_effect_slope(x + 8, y + 8, block, 2, 1); /* one x only */
    CU_ASSERT(r.n == 0 && isnan(r.value));
    r = pl_effect_slope(x, y, block, 2, 1); /* a line through two points */
    CU_ASSERT(r.n == 2 && r.df == 0 && tst_near(r.value, 0.02, 0, 1e-10) && isnan(r.low));
    CU_ASSERT(isnan(pl_effect_slope(x, y, block, 0, 0).value));
}

/* Summed in double in the given order: float sums would lose the small ones. */
static void test_average(void)
{
    const float a[3] = {1.0f, 0.25f, 16777216.0f}, b[3] = {0.0f, 0.5f, 1.0f},
                c[3] = {0.5f, 0.5f, 1.0f};
    const float *const all[3] = {a, b, c};
    const float want[3] = {0.5f, (float)(1.25 / 3), (float)(16777218.0 / 3)};
    float got[3];
    pl_average(all, 3, 3, got);
    CU_ASSERT_EQUAL(memcmp(got, want, sizeof got), 0);
    pl_average(all, 1, 3, got);
    CU_ASSERT_EQUAL(memcmp(got, a, sizeof got), 0);
}

const tst_case tst_stats_stats[] = {
    TST(test_average),
    TST(test_t_quantile_is_scipys),
    TST(test_beta_inc_is_scipys),
    TST(test_summarize_gives_students_interval),
    TST(test_summarize_of_one_and_none),
    TST(test_compare_pairs_is_scipys),
    TST(test_compare_pairs_of_nothing),
    TST(test_tails_are_scipys),
    TST(test_wilson_is_statsmodels),
    TST(test_share_error_of_a_test_set),
    TST(test_holm_is_statsmodels),
    TST(test_holm_does_not_count_what_is_no_test),
    TST(test_newcombe_is_statsmodels),
    TST(test_kolmogorov_is_scipys),
    TST(test_ks_is_near_scipys),
    TST(test_phi_is_pearsons_correlation),
    TST(test_effect_of_matched_differences_is_that_of_least_squares),
    TST(test_slope_within_blocks_is_that_of_least_squares),
    TST_END};
