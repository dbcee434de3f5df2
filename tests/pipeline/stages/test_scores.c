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

#include "target_scores.inc"

static void check_target(const pl_scores *s, const double w[10])
{
    const double got[9] = {s->accuracy,     s->majority,  s->balanced_accuracy,
                           s->recall[0],    s->recall[1], s->precision[0],
                           s->precision[1], s->f1,        s->auc};
    CU_ASSERT_EQUAL((double)s->count, w[0]);
    for (int i = 0; i < 9; i++)
        CU_ASSERT_TRUE(isnan(w[i + 1]) ? isnan(got[i]) : tst_near(got[i], w[i + 1], 1e-12, 0));
}

static void test_scores_of_several_targets_are_scikit_learns(void)
{
    pl_scores each[TARGETS];
    for (size_t k = 0; k < TARGETS; k++) {
        CU_ASSERT_EQUAL(pl_scores_compute_target(ROWS, TARGETS, k, labels, answers, &each[k]), 0);
        check_target(&each[k], want[k]);
    }
    pl_scores mean = pl_scores_mean(each, TARGETS);
    double none[10] = {0};
    for (int i = 0; i < 9; i++)
        none[i + 1] = want_mean[i];
    check_target(&mean, none);
}

/* A target that is told alone has the same scores whatever stands beside it. */
static void test_a_target_does_not_depend_on_the_others(void)
{
    uint8_t y[ROWS];
    float p[ROWS];
    pl_scores alone, among;
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = labels[i * TARGETS + 1];
        p[i] = answers[i * TARGETS + 1];
    }
    CU_ASSERT_EQUAL(pl_scores_compute_target(ROWS, 1, 0, y, p, &alone), 0);
    CU_ASSERT_EQUAL(pl_scores_compute_target(ROWS, TARGETS, 1, labels, answers, &among), 0);
    CU_ASSERT_TRUE(alone.auc == among.auc && alone.accuracy == among.accuracy &&
                   alone.count == among.count);
}

static void test_json_of_several_has_names_and_means(void)
{
    static const char *const names[TARGETS] = {"a", "b", "c", "bad \xff"};
    pl_scores each[TARGETS];
    for (size_t k = 0; k < TARGETS; k++)
        CU_ASSERT_EQUAL(pl_scores_compute_target(ROWS, TARGETS, k, labels, answers, &each[k]), 0);
    json_t *j = pl_scores_json_several(each, names, TARGETS, ROWS);
    const json_t *targets = json_object_get(j, "targets"), *b = json_object_get(targets, "b");
    CU_ASSERT_EQUAL(json_object_size(targets), TARGETS);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(j, "count")), ROWS);
    CU_ASSERT_PTR_NULL(json_object_get(j, "confusion"));
    CU_ASSERT_TRUE(tst_near(json_number_value(json_object_get(j, "auc")), want_mean[8], 1e-12, 0));
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(b, "count")) +
                        json_integer_value(json_object_get(b, "unknown")),
                    ROWS);
    CU_ASSERT_PTR_NOT_NULL(json_object_get(b, "confusion"));
    CU_ASSERT_PTR_NOT_NULL(json_object_get(targets, "bad ?"));
    json_decref(j);
}

const tst_case tst_stages_scores[] = {
    TST(test_scores_of_several_targets_are_scikit_learns),
    TST(test_a_target_does_not_depend_on_the_others),
    TST(test_json_of_several_has_names_and_means),
    TST(test_scores_of_ten),
    TST(test_one_half_is_class_0_and_one_class_has_no_auc),
    TST_END,
};
