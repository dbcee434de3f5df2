/* Numbers by scripts/oracle/ranking.py (scikit-learn; DeLong over all pairs). */
#include "stats/roc.h"

#include <math.h>

#include "ranked.h"
#include "tst.h"

static float p[RANKED], q[RANKED];
static uint8_t label[RANKED];

static double sum(const double *v, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i++)
        s += v[i];
    return s;
}

static void test_delong_is_that_of_all_pairs(void)
{
    ranked_make(p, q, label);
    pl_auc a = pl_delong(p, label, RANKED);
    CU_ASSERT(tst_near(a.auc, 0.760854341737, 0, 1e-11));
    CU_ASSERT(tst_near(a.low, 0.694500201461, 0, 1e-11));
    CU_ASSERT(tst_near(a.high, 0.827208482012, 0, 1e-11));
    CU_ASSERT(tst_near(a.se, 0.0338547752913, 0, 1e-11));
    a = pl_delong(q, label, RANKED);
    CU_ASSERT(tst_near(a.auc, 0.752551020408, 0, 1e-11));
    CU_ASSERT(tst_near(a.se, 0.0344884728827, 0, 1e-11));
    /* negative: one pair in another order is told apart */
    p[0] += 0.015f;
    CU_ASSERT(!tst_near(pl_delong(p, label, RANKED).auc, 0.760854341737, 0, 1e-11));
}

static void test_delong_pair_takes_the_correlation_in(void)
{
    ranked_make(p, q, label);
    pl_auc_pair r = pl_delong_pair(p, q, label, RANKED);
    CU_ASSERT(tst_near(r.auc[0], 0.760854341737, 0, 1e-11));
    CU_ASSERT(tst_near(r.auc[1], 0.752551020408, 0, 1e-11));
    CU_ASSERT(tst_near(r.difference, 0.00830332132853, 0, 1e-10));
    CU_ASSERT(tst_near(r.se, 0.0116429691002, 0, 1e-10));
    CU_ASSERT(tst_near(r.low, -0.014516478781, 0, 1e-10));
    CU_ASSERT(tst_near(r.high, 0.0311231214381, 0, 1e-10));
    CU_ASSERT(tst_near(r.p, 0.4757456133, 0, 1e-9));
    r = pl_delong_pair(p, p, label, RANKED);
    CU_ASSERT(r.difference == 0 && r.p == 1);
}

static void test_delong_at_the_edges(void)
{
    const float s[4] = {0.1f, 0.4f, 0.6f, 0.9f}, flat[4] = {0.5f, 0.5f, 0.5f, 0.5f};
    const uint8_t right[4] = {0, 0, 1, 1}, none[4] = {0, 0, 0, 0}, one[4] = {0, 0, 0, 1};
    pl_auc a = pl_delong(s, right, 4);
    CU_ASSERT(a.auc == 1 && a.se == 0 && a.low == 1 && a.high == 1);
    a = pl_delong(flat, right, 4);
    CU_ASSERT(a.auc == 0.5 && a.se == 0);
    a = pl_delong(s, one, 4);
    CU_ASSERT(a.auc == 1 && isnan(a.se) && isnan(a.low) && isnan(a.high));
    CU_ASSERT(isnan(pl_delong(s, none, 4).auc));
    CU_ASSERT(isnan(pl_delong(s, right, 0).auc));
    CU_ASSERT(isnan(pl_delong_pair(s, flat, none, 4).difference));
    const float turned[4] = {0.9f, 0.6f, 0.4f, 0.1f};
    pl_auc_pair r = pl_delong_pair(s, turned, right, 4);
    CU_ASSERT(r.difference == 1 && r.se == 0 && isnan(r.p));
}

static void test_roc_is_scikit_learns(void)
{
    ranked_make(p, q, label);
    pl_roc r;
    pl_roc_new(p, label, RANKED, &r);
    CU_ASSERT_EQUAL_FATAL(r.n, 48);
    CU_ASSERT(tst_near(sum(r.fpr, r.n), 21.112244898, 0, 1e-10));
    CU_ASSERT(tst_near(sum(r.tpr, r.n), 31.7352941176, 0, 1e-10));
    CU_ASSERT(tst_near(sum(r.threshold + 1, r.n - 1), 20.6900000572, 0, 1e-10));
    CU_ASSERT(tst_near(r.fpr[7], 0.0510204081633, 0, 1e-10));
    CU_ASSERT(tst_near(r.tpr[7], 0.245098039216, 0, 1e-10));
    CU_ASSERT(tst_near(r.threshold[7], 0.860000014305, 0, 1e-10));
    CU_ASSERT(r.fpr[0] == 0 && r.tpr[0] == 0 && isinf(r.threshold[0]));
    CU_ASSERT(r.fpr[47] == 1 && r.tpr[47] == 1);
    double area = 0;
    for (size_t i = 1; i < r.n; i++)
        area += (r.fpr[i] - r.fpr[i - 1]) * 0.5 * (r.tpr[i] + r.tpr[i - 1]);
    CU_ASSERT(tst_near(area, 0.760854341737, 0, 1e-11));
    pl_roc_free(&r);
}

static void test_roc_of_one_class_and_of_none(void)
{
    const float s[3] = {0.1f, 0.4f, 0.6f};
    const uint8_t ones[3] = {1, 1, 1};
    pl_roc r;
    pl_roc_new(s, ones, 3, &r);
    CU_ASSERT(r.n == 3 && isnan(r.fpr[2]) && r.tpr[2] == 1);
    pl_roc_free(&r);
    pl_roc_new(s, ones, 0, &r);
    CU_ASSERT_EQUAL(r.n, 0);
    pl_roc_free(&r);
}

static void test_precision_recall_is_scikit_learns(void)
{
    ranked_make(p, q, label);
    pl_pr r;
    pl_pr_new(p, label, RANKED, &r);
    CU_ASSERT_EQUAL_FATAL(r.n, 102);
    CU_ASSERT(tst_near(sum(r.precision, r.n), 72.7678417419, 0, 1e-10));
    CU_ASSERT(tst_near(sum(r.recall, r.n), 63.9901960784, 0, 1e-10));
    CU_ASSERT(tst_near(r.precision[10], 0.544444444444, 0, 1e-10));
    CU_ASSERT(tst_near(r.recall[10], 0.960784313725, 0, 1e-10));
    CU_ASSERT(tst_near(r.threshold[10], 0.10000000149, 0, 1e-10));
    CU_ASSERT(r.recall[101] == 0 && r.precision[101] == 1 && isinf(r.threshold[101]));
    pl_pr_free(&r);
    CU_ASSERT(tst_near(pl_average_precision(p, label, RANKED), 0.76888418616, 0, 1e-10));
    CU_ASSERT(tst_near(pl_average_precision(q, label, RANKED), 0.736722807578, 0, 1e-10));
}

static void test_average_precision_at_the_edges(void)
{
    const float s[3] = {0.1f, 0.4f, 0.6f}, flat[3] = {0.5f, 0.5f, 0.5f};
    const uint8_t none[3] = {0, 0, 0}, right[3] = {0, 1, 1};
    CU_ASSERT(isnan(pl_average_precision(s, none, 3)));
    CU_ASSERT(isnan(pl_average_precision(s, right, 0)));
    CU_ASSERT_EQUAL(pl_average_precision(s, right, 3), 1.0);
    CU_ASSERT(tst_near(pl_average_precision(flat, right, 3), 2.0 / 3, 0, 1e-15));
}

const tst_case tst_stats_roc[] = {TST(test_delong_is_that_of_all_pairs),
                                  TST(test_delong_pair_takes_the_correlation_in),
                                  TST(test_delong_at_the_edges),
                                  TST(test_roc_is_scikit_learns),
                                  TST(test_roc_of_one_class_and_of_none),
                                  TST(test_precision_recall_is_scikit_learns),
                                  TST(test_average_precision_at_the_edges),
                                  TST_END};
