/* Groups against the best. Numbers by scripts/oracle/marks.py (scipy.stats.bootstrap with 200,000 resamples, statsmodels). */
#include "compare/marks.h"

#include <math.h>

#include "compare/test_sides.h"
#include "pipeline/compare/answer_study.h"
#include "tst.h"

enum { IMAGES = 2000 };

static const struct {
    unsigned salt;
    int threshold;
} answers[12] = {{1, 300}, {2, 310}, {3, 320}, {4, 305},  {5, 325},  {6, 330},
                 {7, 400}, {8, 390}, {9, 410}, {10, 450}, {11, 600}, {12, 350}};

static void four_groups(answer_study *s)
{
    answer_study_new(s, 4, 3, IMAGES);
    for (int r = 0; r < 12; r++)
        answer_study_answer(s, r, answers[r].salt, answers[r].threshold);
    answer_study_finish(s);
}

static void test_groups_of_seeds_against_the_best(void)
{
    static const struct {
        double difference, low, high, spread, p, mcnemar;
        bool as_good;
    } want[4] = {
        {0, 0, 0, 0, 0, 0, true},
        {-0.005833333333, -0.0128333, 0.00116667, 0.00356026, 0.10689, 0.349115166377, true},
        {-0.0385, -0.047, -0.0301667, 0.00426828, 0, 1.62654679213e-07, false},
        {-0.07016666667, -0.0795, -0.061, 0.00475359, 0, 3.89064805997e-15, false}};
    answer_study s;
    pl_marks m;
    four_groups(&s);
    pl_marks_make(&s.d, &s.a, &m);
    CU_ASSERT_EQUAL(m.best, 0);
    CU_ASSERT_EQUAL(m.compared, 3);
    CU_ASSERT_EQUAL(m.unpaired, 0);
    CU_ASSERT_EQUAL(m.images, IMAGES);
    CU_ASSERT_EQUAL(m.samples, PL_MARKS_SAMPLES);
    CU_ASSERT(m.group[0].as_good && isnan(m.group[0].difference) && isnan(m.group[0].p_holm));
    for (int g = 1; g < 4; g++) {
        const pl_mark *got = &m.group[g];
        CU_ASSERT(got->paired);
        CU_ASSERT(tst_near(got->difference, want[g].difference, 1e-8, 0));
        CU_ASSERT(tst_near(got->low, want[g].low, 0.1 * want[g].spread, 0));
        CU_ASSERT(tst_near(got->high, want[g].high, 0.1 * want[g].spread, 0));
        CU_ASSERT(tst_near(got->p_bootstrap, want[g].p, 0.02, 0)); /* of 10,000 resamples */
        CU_ASSERT(tst_near(got->p_mcnemar, want[g].mcnemar, 0, 1e-9));
        CU_ASSERT_EQUAL(got->as_good, want[g].as_good);
    }
    /* Holm: the largest p stays, the two that are least are multiplied by 3. */
    CU_ASSERT(tst_near(m.group[1].p_holm, m.group[1].p_bootstrap, 0, 0));
    CU_ASSERT(tst_near(m.group[2].p_holm, 3 * m.group[2].p_bootstrap, 0, 1e-12));
    pl_marks_clear(&m);
    answer_study_clear(&s);
}

/* The same images in another order are the same images. */
static void test_order_of_the_images_does_not_matter(void)
{
    answer_study s, t;
    pl_marks a, b;
    four_groups(&s);
    pl_marks_make(&s.d, &s.a, &a);
    four_groups(&t);
    answer_study_ask(&t, 4, ASK_BACKWARDS);
    answer_study_answer(&t, 4, answers[4].salt, answers[4].threshold);
    answer_study_finish(&t);
    CU_ASSERT_DOUBLE_EQUAL(t.d.run[4].metric[PL_TEST_ACCURACY], s.d.run[4].metric[PL_TEST_ACCURACY],
                           0);
    pl_marks_make(&t.d, &t.a, &b);
    for (int g = 1; g < 4; g++) {
        CU_ASSERT_DOUBLE_EQUAL(a.group[g].difference, b.group[g].difference, 0);
        CU_ASSERT_DOUBLE_EQUAL(a.group[g].p_mcnemar, b.group[g].p_mcnemar, 0);
        CU_ASSERT_DOUBLE_EQUAL(a.group[g].p_bootstrap, b.group[g].p_bootstrap, 0);
    }
    pl_marks_clear(&a);
    pl_marks_clear(&b);
    answer_study_clear(&s);
    answer_study_clear(&t);
}

static void test_other_test_images_are_not_paired(void)
{
    answer_study s;
    pl_marks m;
    four_groups(&s);
    answer_study_ask(&s, 3, ASK_OTHER_NAMES);
    answer_study_ask(&s, 8, ASK_OTHER_LABELS);
    for (int r = 3; r < 9; r += 5)
        answer_study_answer(&s, r, answers[r].salt, answers[r].threshold);
    s.a.run[10].images = NULL; /* no answers */
    answer_study_finish(&s);
    pl_marks_make(&s.d, &s.a, &m);
    CU_ASSERT_EQUAL(m.compared, 0);
    CU_ASSERT_EQUAL(m.unpaired, 3);
    for (int g = 1; g < 4; g++) {
        CU_ASSERT(!m.group[g].paired && !m.group[g].as_good && isnan(m.group[g].difference));
        CU_ASSERT(isnan(m.group[g].p_holm) && isnan(m.group[g].p_mcnemar));
    }
    pl_marks_clear(&m);
    answer_study_clear(&s);
}

/* Different as they are, one of 400 groups is told from the best in spite of the correction. */
static void test_many_groups_leave_power(void)
{
    answer_study s;
    pl_marks m;
    answer_study_new(&s, 400, 1, 300);
    for (int r = 1; r < 400; r++)
        answer_study_answer(&s, r, (unsigned)r, 700);
    answer_study_finish(&s);
    pl_marks_make(&s.d, &s.a, &m);
    CU_ASSERT_EQUAL(m.best, 0);
    CU_ASSERT(m.samples > PL_MARKS_SAMPLES);
    int told = 0;
    for (int g = 1; g < 400; g++)
        told += !m.group[g].as_good;
    CU_ASSERT_EQUAL(told, 399);
    pl_marks_clear(&m);
    answer_study_clear(&s);
}

static void test_edges(void)
{
    answer_study s;
    pl_marks m;
    answer_study_new(&s, 2, 1, 10);
    answer_study_finish(&s); /* all right, alike */
    pl_marks_make(&s.d, &s.a, &m);
    CU_ASSERT(m.best == 0 && m.group[1].as_good && m.group[1].difference == 0);
    CU_ASSERT_DOUBLE_EQUAL(m.group[1].p_holm, 1, 0);
    CU_ASSERT_DOUBLE_EQUAL(m.group[1].p_mcnemar, 1, 0);
    pl_marks_clear(&m);
    for (int g = 0; g < 2; g++)
        s.d.group[g].summary[PL_TEST_ACCURACY].mean = (double)NAN;
    pl_marks_make(&s.d, &s.a, &m);
    CU_ASSERT(m.best == -1 && m.compared == 0 && !m.group[0].as_good);
    pl_marks_clear(&m);
    answer_study_clear(&s);
}

const tst_case tst_compare_marks[] = {TST(test_groups_of_seeds_against_the_best),
                                      TST(test_order_of_the_images_does_not_matter),
                                      TST(test_other_test_images_are_not_paired),
                                      TST(test_many_groups_leave_power),
                                      TST(test_edges),
                                      TST_END};
