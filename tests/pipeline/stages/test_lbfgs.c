/* Logistic regression by L-BFGS against scikit-learn's LogisticRegression on the same pixels. */
#include "stage_rig.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "stages/model_file.h"
#include "tst.h"
#include "util/interrupt.h"

static const char settings[] = "model.type=logreg\nmodel.solver=lbfgs\nmodel.max_iter=200\n";

/* w'w / 2 + C sum log(1 + exp(-t (x w + b))) of the model file, over the training images. */
static double objective(const stage_rig *r, const char *name, double c)
{
    pl_model model;
    TST_OK(pl_model_load(stage_rig_path(name, "train/model.safetensors"), &model, e));
    kn_tensor w = kn_net_tensor(model.net, 0, model.block);
    kn_tensor b = kn_net_tensor(model.net, 1, model.block);
    uint32_t features = (uint32_t)kn_tensor_size(&w);
    double loss = 0, norm = 0;
    for (uint32_t k = 0; k < features; k++)
        norm += (double)w.data[k] * (double)w.data[k];
    for (int j = 0; j < r->side[0]; j++) {
        uint32_t image = stage_rig_image(r, 0, j);
        double z = (double)b.data[0];
        for (uint32_t k = 0; k < features; k++)
            z += stage_rig_pixel(image, k) / 255.0 * (double)w.data[k];
        loss += log1p(exp(stage_rig_label(image) ? -z : z));
    }
    pl_model_clear(&model);
    return norm / 2 + c * loss;
}

static json_t *summary(const char *name)
{
    json_t *root = json_load_file(stage_rig_path(name, "train/train.json"), 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    return root;
}

/* What scikit-learn 1.9 reaches with max_iter=200: scripts/oracle/logistic_fit.py. */
static const struct {
    double c, objective;
} reached[] = {
    {1.0, 248.017313073},
    {0.01, 4.77764192199},
    {100.0, 23044.1352838},
};

static void test_as_low_as_scikit_learn(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 900, 50, 50);
    stage_rig_threads(&r, 2);
    for (size_t i = 0; i < sizeof reached / sizeof reached[0]; i++) {
        stage_rig_spec(&r, settings);
        r.spec.model.c = reached[i].c;
        TST_OK(stage_rig_train(&r, "a", e));
        double got = objective(&r, "a", reached[i].c), want = reached[i].objective;
        CU_ASSERT_TRUE(got <= want * (1 + 1e-4));
        CU_ASSERT_TRUE(got >= want * (1 - 1e-3));
        json_t *s = summary("a");
        CU_ASSERT_TRUE(json_is_true(json_object_get(s, "converged")));
        CU_ASSERT_TRUE(json_number_value(json_object_get(s, "epochs")) < 100);
        json_decref(s);
    }
    stage_rig_clear(&r);
}

/* One iteration is not enough: the comparison above would see it. */
static void test_max_iter_ends_it(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 900, 50, 50);
    stage_rig_spec(&r, settings);
    r.spec.model.max_iter = 3;
    TST_OK(stage_rig_train(&r, "a", e));
    CU_ASSERT_TRUE(objective(&r, "a", 1) > reached[0].objective * (1 + 1e-4));
    json_t *s = summary("a");
    CU_ASSERT_TRUE(json_is_false(json_object_get(s, "converged")));
    CU_ASSERT_EQUAL(json_number_value(json_object_get(s, "epochs")), 3);
    json_decref(s);
    char *epochs = stage_rig_text("a", "train/epochs.csv");
    int lines = 0;
    for (const char *p = epochs; *p; p++)
        lines += *p == '\n';
    CU_ASSERT_EQUAL(lines, 4); /* the header and iterations 1, 2, 3 */
    free(epochs);
    stage_rig_clear(&r);
}

static void test_same_for_any_threads(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 900, 50, 50);
    stage_rig_spec(&r, settings);
    static const char *const name[] = {"t1", "t2", "t3"};
    for (int i = 0; i < 3; i++) {
        stage_rig_threads(&r, i + 1);
        TST_OK(stage_rig_train(&r, name[i], e));
        CU_ASSERT_TRUE(stage_rig_same("t1", name[i]));
    }
    stage_rig_clear(&r);
}

static void test_an_interrupted_fit_starts_again(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 300, 50, 50);
    stage_rig_spec(&r, settings);
    TST_OK(stage_rig_train(&r, "whole", e));
    for (int poll = 1; poll < 8; poll += 3) {
        pl_interrupt_at(poll);
        TST_FAILS(KN_EINTERRUPTED, "interrupted", stage_rig_train(&r, "again", e));
        pl_interrupt_set(false);
        TST_OK(stage_rig_train(&r, "again", e));
        CU_ASSERT_TRUE(stage_rig_same("whole", "again"));
    }
    stage_rig_clear(&r);
}

/* Weights of the classes shift the decision towards the heavier one. */
static void test_class_weights(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 300, 0, 50);
    double positive[2];
    for (int i = 0; i < 2; i++) {
        stage_rig_spec(&r, settings);
        r.spec.train.class_weight = PL_WEIGHT_GIVEN;
        r.spec.train.weight[0] = i == 0 ? 10 : 1;
        r.spec.train.weight[1] = i == 0 ? 1 : 10;
        TST_OK(stage_rig_train(&r, "a", e));
        TST_OK(stage_rig_evaluate(&r, "a", e));
        json_t *m = json_load_file(stage_rig_path("a", "evaluate/metrics.json"), 0, NULL);
        const json_t *test = json_object_get(m, "test");
        positive[i] = json_number_value(json_object_get(test, "recall_1"));
        json_decref(m);
    }
    CU_ASSERT_TRUE(positive[1] > positive[0]);
    stage_rig_clear(&r);
}

const tst_case tst_stages_lbfgs[] = {
    TST(test_as_low_as_scikit_learn), TST(test_max_iter_ends_it),
    TST(test_same_for_any_threads),   TST(test_an_interrupted_fit_starts_again),
    TST(test_class_weights),          TST_END,
};
