/* The train stage: it learns, gives the same bytes for any number of threads, and says what is
 * wrong. */
#include "stage_rig.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "tst.h"

static const char small_cnn[] = "model.type=cnn\nmodel.filters=[8]\nmodel.units=[8]\n"
                                "train.batch=16\ntrain.epochs=4\ntrain.lr=0.01\ntrain.seed=3\n";
static const char small_rnn[] = "model.type=rnn\nmodel.hidden=[8, 8]\nmodel.units=[8]\n"
                                "train.batch=16\ntrain.epochs=2\ntrain.lr=0.01\n";
static const char logreg[] = "model.type=logreg\nmodel.solver=adam\n"
                             "train.batch=16\ntrain.epochs=20\ntrain.lr=0.01\n";

/* Column of the last row of epochs.csv; NaN where the field is empty. */
static double last_value(const char *name, size_t column)
{
    pl_csv table;
    TST_OK(pl_csv_read(stage_rig_path(name, "train/epochs.csv"), &table, e));
    const char *text = pl_csv_get(&table, table.rows - 1, column);
    double value = *text ? strtod(text, NULL) : (double)NAN;
    pl_csv_clear(&table);
    return value;
}

static size_t epoch_rows(const char *name)
{
    pl_csv table;
    TST_OK(pl_csv_read(stage_rig_path(name, "train/epochs.csv"), &table, e));
    size_t rows = table.rows - 1;
    pl_csv_clear(&table);
    return rows;
}

static json_t *summary(const char *name)
{
    json_t *root = json_load_file(stage_rig_path(name, "train/train.json"), 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    return root;
}

static double summary_number(const char *name, const char *key)
{
    json_t *root = summary(name);
    const json_t *value = json_object_get(root, key);
    double number = json_is_boolean(value) ? json_is_true(value) : json_number_value(value);
    CU_ASSERT_PTR_NOT_NULL(value);
    json_decref(root);
    return number;
}

static void test_logreg_learns(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 240, 40, 40);
    stage_rig_spec(&r, logreg);
    TST_OK(stage_rig_train(&r, "a", e));
    CU_ASSERT_EQUAL(epoch_rows("a"), 20);
    CU_ASSERT_TRUE(last_value("a", 2) > 0.8);
    CU_ASSERT_TRUE(last_value("a", 4) > 0.7);
    CU_ASSERT_TRUE(tst_near(last_value("a", 5), 0.01, 0, 1e-6));
    CU_ASSERT_EQUAL(summary_number("a", "epochs"), 20);
    CU_ASSERT_EQUAL(summary_number("a", "best_epoch"), 20);
    CU_ASSERT_EQUAL(summary_number("a", "params"), 65);
    CU_ASSERT_EQUAL(summary_number("a", "train_images"), 240);
    CU_ASSERT_EQUAL(summary_number("a", "stopped_early"), 0);
    CU_ASSERT_TRUE(summary_number("a", "images_per_second") > 0);
    stage_rig_clear(&r);
}

static void test_cnn_learns(void)
{
    stage_rig r;
    stage_rig_init(&r, 10, 240, 40, 40);
    stage_rig_spec(&r, small_cnn);
    TST_OK(stage_rig_train(&r, "a", e));
    CU_ASSERT_TRUE(last_value("a", 2) > 0.85);
    CU_ASSERT_TRUE(last_value("a", 4) > 0.75);
    stage_rig_clear(&r);
}

static void same_for_threads(const char *settings)
{
    stage_rig r;
    stage_rig_init(&r, 10, 70, 11, 11);
    stage_rig_spec(&r, settings);
    r.spec.train.epochs = 2;
    r.spec.train.batch = 27;
    static const char *const name[] = {"t1", "t2", "t3"};
    for (int i = 0; i < 3; i++) {
        stage_rig_threads(&r, i + 1);
        TST_OK(stage_rig_train(&r, name[i], e));
        CU_ASSERT_TRUE(stage_rig_same("t1", name[i]));
    }
    stage_rig_clear(&r);
}

static void test_threads_cnn(void)
{
    same_for_threads(small_cnn);
}

static void test_threads_rnn(void)
{
    same_for_threads(small_rnn);
}

static void test_threads_logreg(void)
{
    same_for_threads(logreg);
}

/* Validation is plain, so that the training loss alone is of changed images. */
static void test_augmented_images_for_any_threads(void)
{
    stage_rig r;
    char settings[512];
    snprintf(settings, sizeof settings,
             "%saugment.flip=0.5\naugment.rotate=30\naugment.noise=0.2\n", small_cnn);
    same_for_threads(settings);
    stage_rig_init(&r, 8, 50, 10, 10);
    stage_rig_spec(&r, small_cnn);
    r.spec.train.epochs = 1;
    r.spec.train.lr = 1e-10; /* the weights stay as they are */
    TST_OK(stage_rig_train(&r, "plain", e));
    r.spec.augment.flip = 1;
    TST_OK(stage_rig_train(&r, "flipped", e));
    CU_ASSERT_FALSE(tst_near(last_value("flipped", 1), last_value("plain", 1), 0, 1e-6));
    CU_ASSERT_TRUE(tst_near(last_value("flipped", 3), last_value("plain", 3), 0, 1e-6));
    stage_rig_clear(&r);
}

/* The comparison itself: another seed must be seen as different. */
static void test_another_seed_differs(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 50, 10, 10);
    stage_rig_spec(&r, logreg);
    r.spec.train.epochs = 2;
    TST_OK(stage_rig_train(&r, "a", e));
    r.spec.train.seed = 2;
    TST_OK(stage_rig_train(&r, "b", e));
    CU_ASSERT_FALSE(stage_rig_same("a", "b"));
    stage_rig_clear(&r);
}

/* What evaluate says of the validation images. */
static double evaluated_loss(stage_rig *r, const char *name)
{
    TST_OK(stage_rig_evaluate(r, name, e));
    json_t *root = json_load_file(stage_rig_path(name, "evaluate/metrics.json"), 0, NULL);
    double loss = json_number_value(json_object_get(json_object_get(root, "val"), "loss"));
    json_decref(root);
    return loss;
}

/* The average is what is validated, saved and evaluated; the steps themselves do not see it. */
static void test_the_average_is_kept(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 240, 40, 40);
    stage_rig_spec(&r, small_cnn);
    TST_OK(stage_rig_train(&r, "plain", e));
    r.spec.train.ema = 0.9;
    TST_OK(stage_rig_train(&r, "average", e));
    CU_ASSERT_EQUAL(last_value("average", 1), last_value("plain", 1));
    CU_ASSERT_FALSE(tst_near(last_value("average", 3), last_value("plain", 3), 0, 1e-3));
    CU_ASSERT_TRUE(tst_near(evaluated_loss(&r, "average"), last_value("average", 3), 0, 1e-6));
    stage_rig_clear(&r);
}

static void test_no_shuffle_keeps_the_order(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 50, 10, 10);
    stage_rig_spec(&r, logreg);
    r.spec.train.epochs = 2;
    TST_OK(stage_rig_train(&r, "a", e));
    r.spec.train.shuffle = false;
    TST_OK(stage_rig_train(&r, "b", e));
    TST_OK(stage_rig_train(&r, "c", e));
    CU_ASSERT_TRUE(stage_rig_same("b", "c"));
    CU_ASSERT_FALSE(stage_rig_same("a", "b"));
    stage_rig_clear(&r);
}

/* "balanced" is n / (2 n_class), as given weights of these values. */
static void test_balanced_class_weights(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 90, 10, 10);
    stage_rig_spec(&r, logreg);
    r.spec.train.epochs = 2;
    TST_OK(stage_rig_train(&r, "plain", e));
    r.spec.train.class_weight = PL_WEIGHT_BALANCED;
    TST_OK(stage_rig_train(&r, "balanced", e));
    int ones = 0;
    for (int j = 0; j < 90; j++)
        ones += stage_rig_label(stage_rig_image(&r, 0, j));
    r.spec.train.class_weight = PL_WEIGHT_GIVEN;
    r.spec.train.weight[0] = (float)(90.0 / (2.0 * (90 - ones)));
    r.spec.train.weight[1] = (float)(90.0 / (2.0 * ones));
    TST_OK(stage_rig_train(&r, "given", e));
    char *balanced = stage_rig_epochs("balanced"), *given = stage_rig_epochs("given");
    char *plain = stage_rig_epochs("plain");
    TST_TEXT(balanced, given);
    CU_ASSERT_STRING_NOT_EQUAL(balanced, plain);
    free(balanced);
    free(given);
    free(plain);
    stage_rig_clear(&r);
}

static void test_without_validation_images(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 50, 0, 10);
    stage_rig_spec(&r, logreg);
    r.spec.train.epochs = 2;
    TST_OK(stage_rig_train(&r, "a", e));
    CU_ASSERT_TRUE(isfinite(last_value("a", 1)));
    CU_ASSERT_TRUE(isnan(last_value("a", 3)));
    CU_ASSERT_TRUE(isnan(last_value("a", 4)));
    r.spec.train.early.on = true;
    TST_FAILS(KN_EDATA,
              "train.early_stopping watches the validation images, but the split has none; give "
              "split.ratios or split.validation_split a share for them",
              stage_rig_train(&r, "b", e));
    r.spec.train.early.on = false;
    r.spec.train.schedule.kind = KN_SCHEDULE_PLATEAU;
    TST_FAILS(KN_EDATA,
              "train.schedule.type plateau watches the validation images, but the split has none; "
              "give split.ratios or split.validation_split a share for them",
              stage_rig_train(&r, "b", e));
    stage_rig_clear(&r);
}

static void test_without_training_images(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 0, 10, 10);
    stage_rig_spec(&r, logreg);
    TST_FAILS(KN_EDATA, "the split has no training images", stage_rig_train(&r, "a", e));
    stage_rig_clear(&r);
}

static void test_pictures_of_another_size(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 5, 1, 1);
    stage_rig_spec(&r, logreg);
    r.spec.data.width = 9;
    TST_FAILS(KN_EFORMAT,
              "X.npy has images of 8 x 8 x 1 (height, width, channels); the model takes 8 x 9 x 1",
              stage_rig_train(&r, "a", e));
    stage_rig_clear(&r);
}

static void test_fewer_images_than_a_batch(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 5, 1, 1);
    stage_rig_spec(&r, logreg);
    r.spec.train.batch = 500;
    r.spec.train.epochs = 1;
    TST_OK(stage_rig_train(&r, "a", e));
    CU_ASSERT_EQUAL(epoch_rows("a"), 1);
    stage_rig_clear(&r);
}

/* The first step is finite and blows the weights up; the second finds the loss not finite. */
static void test_a_loss_that_is_not_finite(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 50, 10, 10);
    stage_rig_spec(&r, "model.type=cnn\nmodel.filters=[4]\nmodel.units=[4]\ntrain.batch=16\n"
                       "train.optimizer=sgd\n");
    r.spec.train.lr = 1e30;
    TST_FAILS(KN_ENUMERIC, "epoch 1, batch 2: the output of dense is not finite",
              stage_rig_train(&r, "a", e));
    stage_rig_clear(&r);
}

/* A rate of 0 never improves: the first epoch stays the best one. */
static void test_early_stopping_waits(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 50, 10, 10);
    stage_rig_spec(&r, logreg);
    r.spec.train.lr = 0;
    r.spec.train.early = (pl_early_stopping){.on = true, .patience = 3, .restore = true};
    TST_OK(stage_rig_train(&r, "a", e));
    CU_ASSERT_EQUAL(epoch_rows("a"), 4);
    CU_ASSERT_EQUAL(summary_number("a", "epochs"), 4);
    CU_ASSERT_EQUAL(summary_number("a", "best_epoch"), 1);
    CU_ASSERT_EQUAL(summary_number("a", "stopped_early"), 1);
    stage_rig_clear(&r);
}

/* With restore the weights are those of a run that ended with the best epoch. */
static void test_early_stopping_restores(void)
{
    stage_rig r;
    stage_rig_init(&r, 8, 40, 40, 10);
    stage_rig_spec(&r, logreg);
    r.spec.train.lr = 0.05;
    r.spec.train.epochs = 60;
    r.spec.train.early = (pl_early_stopping){.on = true, .patience = 4, .restore = true};
    TST_OK(stage_rig_train(&r, "a", e));
    int best = (int)summary_number("a", "best_epoch"), last = (int)summary_number("a", "epochs");
    CU_ASSERT_EQUAL(last, best + 4);
    CU_ASSERT_TRUE(best > 1);
    TST_OK(stage_rig_evaluate(&r, "a", e));
    r.spec.train.epochs = best;
    TST_OK(stage_rig_train(&r, "b", e));
    TST_OK(stage_rig_evaluate(&r, "b", e));
    char *a = stage_rig_text("a", "evaluate/predictions.csv");
    char *b = stage_rig_text("b", "evaluate/predictions.csv");
    TST_TEXT(a, b);
    free(a);
    free(b);
    stage_rig_clear(&r);
}

const tst_case tst_stages_train[] = {
    TST(test_logreg_learns),
    TST(test_cnn_learns),
    TST(test_threads_cnn),
    TST(test_threads_rnn),
    TST(test_threads_logreg),
    TST(test_augmented_images_for_any_threads),
    TST(test_another_seed_differs),
    TST(test_the_average_is_kept),
    TST(test_no_shuffle_keeps_the_order),
    TST(test_balanced_class_weights),
    TST(test_without_validation_images),
    TST(test_without_training_images),
    TST(test_pictures_of_another_size),
    TST(test_fewer_images_than_a_batch),
    TST(test_a_loss_that_is_not_finite),
    TST(test_early_stopping_waits),
    TST(test_early_stopping_restores),
    TST_END,
};
