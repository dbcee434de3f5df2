#include "tst.h"

#include <math.h>

#include "stages/scores.h"

/* scikit-learn 1.9 on these ten: accuracy 0.7, balanced_accuracy 0.708333..., recall [0.75,
 * 0.666...], precision [0.6, 0.8], f1 0.727272..., roc_auc_score 0.791666... */
static const uint8_t label[10] = {1, 1, 1, 1, 1, 1, 0, 0, 0, 0};
static const float probability[10] = {0.9f, 0.8f, 0.7f, 0.6f, 0.4f, 0.2f, 0.7f, 0.3f, 0.2f, 0.1f};

static void test_scores_of_ten(void)
{
    pl_scores s;
    CU_ASSERT_EQUAL(pl_scores_compute(10, label, probability, &s), 0);
    CU_ASSERT_TRUE(tst_near(s.accuracy, 0.7, 1e-12, 0));
    CU_ASSERT_TRUE(tst_near(s.majority, 0.6, 1e-12, 0));
    CU_ASSERT_TRUE(tst_near(s.recall[0], 0.75, 1e-12, 0));
    CU_ASSERT_TRUE(tst_near(s.recall[1], 2.0 / 3, 1e-12, 0));
    CU_ASSERT_TRUE(tst_near(s.balanced_accuracy, (0.75 + 2.0 / 3) / 2, 1e-12, 0));
    CU_ASSERT_TRUE(tst_near(s.precision[0], 0.6, 1e-12, 0));
    CU_ASSERT_TRUE(tst_near(s.precision[1], 0.8, 1e-12, 0));
    CU_ASSERT_TRUE(tst_near(s.f1, 8.0 / 11, 1e-12, 0));
    CU_ASSERT_TRUE(tst_near(s.auc, 19.0 / 24, 1e-12, 0)); /* two ties among the 24 pairs */
    CU_ASSERT_EQUAL(s.confusion[0][1], 1);
    CU_ASSERT_EQUAL(s.confusion[1][0], 2);
}

static void test_one_half_is_class_0_and_one_class_has_no_auc(void)
{
    const uint8_t ones[2] = {1, 1};
    const float half[2] = {0.5f, 0.500001f};
    pl_scores s;
    CU_ASSERT_EQUAL(pl_scores_compute(2, ones, half, &s), 0);
    CU_ASSERT_EQUAL(s.confusion[1][0], 1);
    CU_ASSERT_EQUAL(s.confusion[1][1], 1);
    CU_ASSERT_TRUE(isnan(s.auc));
    CU_ASSERT_TRUE(isnan(s.recall[0]));
    json_t *j = pl_scores_json(&s);
    CU_ASSERT_TRUE(json_is_null(json_object_get(j, "auc")));
    CU_ASSERT_TRUE(tst_near(json_real_value(json_object_get(j, "accuracy")), 0.5, 0, 0));
    json_decref(j);
}

const tst_case tst_stages_scores[] = {
    TST(test_scores_of_ten),
    TST(test_one_half_is_class_0_and_one_class_has_no_auc),
    TST_END,
};
