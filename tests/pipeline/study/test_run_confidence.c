#include "study/run_confidence.h"

#include <math.h>
#include <string.h>

#include "stats/calibration.h"
#include "tst.h"

static void test_what_validation_says(void)
{
    tst_write_text(tst_path("predictions.csv"),
                   "image,split,label,probability\na,val,1,0.9\nb,val,0,0.2\nc,val,1,0.4\n"
                   "d,val,0,0.45\ne,test,1,0.99\nf,test,1,0.3\n");
    pl_run_confidence c;
    TST_OK(pl_run_confidence_read(tst_dir(), &c, e));
    const float p[] = {0.9f, 0.2f, 0.4f, 0.45f};
    const uint8_t label[] = {1, 0, 1, 0};
    CU_ASSERT_EQUAL(c.val.count, 4);
    CU_ASSERT_EQUAL(c.temperature, pl_temperature_fit(p, label, 4));
    CU_ASSERT_DOUBLE_EQUAL(pl_confidence_at(&c, 0.5), 0.8, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(pl_confidence_at(&c, 1), 0.55, 1e-6);
    pl_answered a = pl_answered_at(&c.val, pl_confidence_at(&c, 0.75));
    CU_ASSERT_EQUAL(a.count, 3);
    CU_ASSERT_DOUBLE_EQUAL(a.coverage, 0.75, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(a.accuracy, 2.0 / 3, 1e-12);
    a = pl_answered_at(&c.test, 1.5);
    CU_ASSERT(a.count == 0 && isnan(a.accuracy));
    pl_run_confidence_calibrate(&c);
    CU_ASSERT_EQUAL(c.test.p[0], pl_temperature_apply(0.99f, c.temperature));
    pl_run_confidence_clear(&c);
}

static void test_a_malformed_row(void)
{
    kn_error error;
    pl_run_confidence c;
    tst_write_text(tst_path("predictions.csv"),
                   "image,split,label,probability\na,val,1,0.9\nb,val,2,0.2\n");
    CU_ASSERT_EQUAL(pl_run_confidence_read(tst_dir(), &c, &error), KN_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(error.text, "predictions.csv:3: label '2' and probability '0.2' are no answer"));
}

const tst_case tst_study_run_confidence[] = {
    TST(test_what_validation_says),
    TST(test_a_malformed_row),
    TST_END,
};
