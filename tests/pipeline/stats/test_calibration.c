/* Numbers by scripts/oracle/ranking.py (scikit-learn, scipy). */
#include "stats/calibration.h"

#include <math.h>
#include <stdlib.h>

#include "ranked.h"
#include "stats/threshold.h"
#include "tst.h"

static float p[RANKED], q[RANKED];
static uint8_t label[RANKED];

static void test_reliability_bins_are_scikit_learns(void)
{
    static const long long count[10] = {20, 20, 19, 20, 22, 18, 21, 18, 22, 20};
    static const double mean[10] = {0.0449999999255, 0.145000000298, 0.243684208707, 0.345000001788,
                                    0.449999998916,  0.549999992053, 0.650476194563, 0.75,
                                    0.849999996749,  0.955000007153};
    static const double share[10] = {0.2,
                                     0.25,
                                     0.263157894737,
                                     0.4,
                                     0.409090909091,
                                     0.5,
                                     0.666666666667,
                                     0.722222222222,
                                     0.772727272727,
                                     0.9};
    pl_bin bin[10];
    ranked_make(p, q, label);
    pl_reliability(p, label, RANKED, 10, bin);
    for (int k = 0; k < 10; k++) {
        CU_ASSERT_EQUAL(bin[k].count, count[k]);
        CU_ASSERT(tst_near(bin[k].mean, mean[k], 0, 1e-11));
        CU_ASSERT(tst_near(bin[k].share, share[k], 0, 1e-11));
    }
    CU_ASSERT(tst_near(pl_ece(bin, 10), 0.0605499990657, 0, 1e-10));
    label[0] ^= 1; /* negative: one label less */
    pl_reliability(p, label, RANKED, 10, bin);
    CU_ASSERT(!tst_near(pl_ece(bin, 10), 0.0605499990657, 0, 1e-10));
}

static void test_edges_belong_to_the_bin_below(void)
{
    const float s[4] = {0.0f, 0.5f, 1.0f, 0.25f};
    const uint8_t l[4] = {0, 1, 1, 0};
    pl_bin bin[4];
    pl_reliability(s, l, 4, 4, bin);
    CU_ASSERT(bin[0].count == 2 && bin[1].count == 1 && bin[2].count == 0 && bin[3].count == 1);
    CU_ASSERT(isnan(bin[2].mean) && isnan(bin[2].share));
    CU_ASSERT(tst_near(pl_ece(bin, 4), (2 * 0.125 + 0.5) / 4, 0, 1e-12));
    pl_reliability(s, l, 0, 4, bin);
    CU_ASSERT(isnan(pl_ece(bin, 4)));
}

static void test_brier_and_log_loss(void)
{
    ranked_make(p, q, label);
    CU_ASSERT(tst_near(pl_brier(p, label, RANKED), 0.2034375002, 0, 1e-9));
    CU_ASSERT(tst_near(pl_log_loss(p, label, RANKED), 0.67415870853, 0, 1e-10));
    CU_ASSERT(isnan(pl_brier(p, label, 0)) && isnan(pl_log_loss(p, label, 0)));
    CU_ASSERT(tst_near(pl_log_loss((float[]){0.0f}, (uint8_t[]){1}, 1), -log(1e-7), 0, 1e-9));
    CU_ASSERT_EQUAL(pl_brier((float[]){1.0f, 0.0f}, (uint8_t[]){1, 0}, 2), 0.0);
}

static void test_temperature_makes_the_log_loss_least(void)
{
    ranked_make(p, q, label);
    CU_ASSERT(tst_near(pl_temperature_fit(q, label, RANKED), 1.83521915897, 0, 1e-9));
    CU_ASSERT(tst_near(pl_temperature_fit(p, label, RANKED), 2.19091606059, 0, 1e-9));
    float cooled[RANKED];
    for (int i = 0; i < RANKED; i++)
        cooled[i] = pl_temperature_apply(q[i], 1.83521915897);
    CU_ASSERT(tst_near(pl_log_loss(cooled, label, RANKED), 0.64428666698, 0, 1e-7));
    CU_ASSERT(tst_near((double)pl_temperature_apply(0.9f, 2), 0.749999975165, 0, 1e-7));
}

static void test_temperature_at_the_edges(void)
{
    const float s[4] = {0.1f, 0.4f, 0.6f, 0.9f}, flat[4] = {0.5f, 0.5f, 0.5f, 0.5f};
    const uint8_t right[4] = {0, 0, 1, 1}, wrong[4] = {1, 1, 0, 0};
    CU_ASSERT(tst_near(pl_temperature_fit(s, right, 4), 0.01, 0, 1e-12));
    CU_ASSERT(tst_near(pl_temperature_fit(s, wrong, 4), 100, 0, 1e-12));
    CU_ASSERT_EQUAL(pl_temperature_fit(flat, right, 4), 1.0);
    CU_ASSERT(isnan(pl_temperature_fit(s, right, 0)));
    /* no answer changes sides */
    CU_ASSERT(pl_temperature_apply(nextafterf(0.5f, 1), 100) > 0.5f);
    CU_ASSERT(!(pl_temperature_apply(0.5f, 0.01) > 0.5f));
    CU_ASSERT(!(pl_temperature_apply(nextafterf(0.5f, 0), 100) > 0.5f));
}

static void test_threshold_rows_are_scikit_learns(void)
{
    static const double t[5] = {0.0, 0.25, 0.5, 0.735, 1.0};
    static const double want[5][4] = {{0.51, 0.0102040816327, 0.990196078431, 0.500200080032},
                                      {0.65, 0.408163265306, 0.882352941176, 0.645258103241},
                                      {0.705, 0.714285714286, 0.696078431373, 0.705182072829},
                                      {0.66, 0.897959183673, 0.43137254902, 0.664665866347},
                                      {0.49, 1, 0, 0.5}};
    pl_threshold_row row[5];
    ranked_make(p, q, label);
    pl_thresholds_at(p, label, RANKED, t, 5, row);
    for (int k = 0; k < 5; k++) {
        const double got[4] = {row[k].accuracy, row[k].recall_0, row[k].recall_1, row[k].balanced};
        CU_ASSERT_EQUAL(row[k].threshold, t[k]);
        for (int i = 0; i < 4; i++)
            CU_ASSERT(tst_near(got[i], want[k][i], 1e-12, 1e-11));
    }
}

static void test_best_threshold_of_all_that_make_a_difference(void)
{
    size_t rows;
    ranked_make(p, q, label);
    pl_threshold_row *row = pl_thresholds_new(p, label, RANKED, &rows);
    CU_ASSERT_EQUAL(rows, 102);
    const pl_threshold_row *best = pl_threshold_best(row, rows, PL_BY_BALANCED);
    CU_ASSERT(best && tst_near(best->balanced, 0.706982793117, 0, 1e-11));
    CU_ASSERT(best && tst_near(best->threshold, 0.594999998808, 0, 1e-11));
    best = pl_threshold_best(row, rows, PL_BY_ACCURACY); /* 13 thresholds share it */
    CU_ASSERT(best && tst_near(best->accuracy, 0.705, 0, 1e-11));
    CU_ASSERT(best && tst_near(best->threshold, 0.495000004768, 0, 1e-11));
    free(row);
    const uint8_t ones[3] = {1, 1, 1};
    row = pl_thresholds_new(p, ones, 3, &rows);
    CU_ASSERT_PTR_NULL(pl_threshold_best(row, rows, PL_BY_BALANCED));
    best = pl_threshold_best(row, rows, PL_BY_ACCURACY);
    CU_ASSERT(best && best->recall_1 == best->accuracy && isnan(best->recall_0));
    free(row);
    row = pl_thresholds_new(p, ones, 0, &rows);
    CU_ASSERT(rows == 2 && isnan(row[0].accuracy));
    CU_ASSERT_PTR_NULL(pl_threshold_best(row, rows, PL_BY_ACCURACY));
    free(row);
}

const tst_case tst_stats_calibration[] = {TST(test_reliability_bins_are_scikit_learns),
                                          TST(test_edges_belong_to_the_bin_below),
                                          TST(test_brier_and_log_loss),
                                          TST(test_temperature_makes_the_log_loss_least),
                                          TST(test_temperature_at_the_edges),
                                          TST(test_threshold_rows_are_scikit_learns),
                                          TST(test_best_threshold_of_all_that_make_a_difference),
                                          TST_END};
