/* Test-time augmentation: which views a spec asks for, and that evaluation tells of them. */
#include "stages/views.h"

#include <stdlib.h>
#include <string.h>

#include "stage_rig.h"
#include "tst.h"

static void test_the_image_alone_is_no_view(void)
{
    kn_view view[PL_VIEWS_MAX];
    CU_ASSERT_EQUAL(pl_views_of(&(pl_evaluate_spec){.flip = false}, view), 0);
}

static void test_mirrored(void)
{
    kn_view view[PL_VIEWS_MAX];
    CU_ASSERT_EQUAL_FATAL(pl_views_of(&(pl_evaluate_spec){.flip = true}, view), 2);
    CU_ASSERT_TRUE(!view[0].mirror && view[1].mirror);
    CU_ASSERT_TRUE(view[1].dx == 0 && view[1].dy == 0);
}

/* Each way once, so that the mean of the places is the image's; the image itself comes first. */
static void test_shifted(void)
{
    for (int flip = 0; flip < 2; flip++) {
        kn_view view[PL_VIEWS_MAX];
        const pl_evaluate_spec spec = {.flip = flip, .shift = 0.05f};
        int count = pl_views_of(&spec, view), mirrored = 0;
        float dx = 0, dy = 0;
        CU_ASSERT_EQUAL_FATAL(count, flip ? 10 : 5);
        CU_ASSERT_TRUE(!view[0].mirror && view[0].dx == 0 && view[0].dy == 0);
        for (int i = 0; i < count; i++) {
            mirrored += view[i].mirror;
            dx += view[i].dx;
            dy += view[i].dy;
            CU_ASSERT_TRUE(i % 5 == 0 || (view[i].dx == 0) != (view[i].dy == 0));
            for (int k = 0; k < i; k++)
                CU_ASSERT_TRUE(view[i].mirror != view[k].mirror || view[i].dx != view[k].dx ||
                               view[i].dy != view[k].dy);
        }
        CU_ASSERT_EQUAL(mirrored, flip ? 5 : 0);
        CU_ASSERT_TRUE(dx == 0 && dy == 0);
    }
}

static void test_evaluation_tells_how_often_it_looked(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 48, 16, 16);
    stage_rig_spec(&r, "model.type=cnn\nmodel.filters=[4]\nmodel.units=[6]\ntrain.batch=16\n"
                       "evaluate.tta.flip=true\nevaluate.tta.shift=0.13\n");
    TST_OK(stage_rig_train(&r, "a", e));
    TST_OK(stage_rig_evaluate(&r, "a", e));
    char *log = stage_rig_text("a", "log.txt");
    const char *val = strstr(log, "val: accuracy"), *test = strstr(log, "test: accuracy");
    CU_ASSERT_TRUE_FATAL(val && test);
    CU_ASSERT_PTR_NOT_NULL(strstr(val, " images/s, each seen 10 times\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(test, " images/s, each seen 10 times\n"));
    free(log);
    stage_rig_clear(&r);
}

/* Probability of the first test image, of predictions.csv. */
static double first_test_probability(stage_rig *r)
{
    TST_OK(stage_rig_evaluate(r, "a", e));
    char *text = stage_rig_text("a", "evaluate/predictions.csv");
    const char *at = strstr(text, ",test,");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    double p = strtod(at + strlen(",test,0,"), NULL);
    free(text);
    return p;
}

/* Evaluation takes the mean of the image and of what another view of it alone would give; training knows nothing
 * of views. */
static void test_evaluation_takes_the_mean(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 48, 16, 16);
    stage_rig_spec(&r, "model.type=cnn\nmodel.filters=[4]\nmodel.units=[6]\ntrain.batch=16\n");
    TST_OK(stage_rig_train(&r, "a", e));
    double plain = first_test_probability(&r);
    r.spec.evaluate.flip = true;
    double both = first_test_probability(&r);
    CU_ASSERT_TRUE(both != plain && both > plain / 2 && both < (1 + plain) / 2);
    r.spec.evaluate.flip = false;
    r.spec.evaluate.shift = 0.01f; /* of 8 pixels: no whole one, the same image five times */
    CU_ASSERT_TRUE(tst_near(first_test_probability(&r), plain, 1e-7, 0));
    r.spec.evaluate.shift = 0.2f;
    CU_ASSERT_FALSE(tst_near(first_test_probability(&r), plain, 1e-7, 0));
    stage_rig_clear(&r);
}

const tst_case tst_stages_views[] = {
    TST(test_the_image_alone_is_no_view),
    TST(test_mirrored),
    TST(test_shifted),
    TST(test_evaluation_tells_how_often_it_looked),
    TST(test_evaluation_takes_the_mean),
    TST_END,
};
