/* Training stopped and gone on from a checkpoint ends with the same bytes; a checkpoint that does
 * not fit is left out. */
#include "stage_rig.h"

#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/fs.h"
#include "util/interrupt.h"

/* 40 images in batches of 16: 3 batches an epoch, 4 polls (one before each batch, one after the
 * last). */
enum { TRAIN = 40, BATCHES = 3, EPOCHS = 3, POLLS = (BATCHES + 1) * EPOCHS };

static const char small[] = "model.type=cnn\nmodel.filters=[4]\nmodel.units=[6]\n"
                            "train.batch=16\ntrain.epochs=3\ntrain.lr=0.01\ntrain.seed=5\n";

static void start(stage_rig *r, const char *more)
{
    stage_rig_init(r, 8, TRAIN, 12, 10);
    pl_str settings;
    pl_str_init(&settings);
    pl_str_addf(&settings, "%s%s", small, more);
    stage_rig_spec(r, settings.text);
    pl_str_clear(&settings);
}

static void stop_at(stage_rig *r, const char *name, int poll)
{
    pl_interrupt_at(poll);
    TST_FAILS(KN_EINTERRUPTED, "interrupted", stage_rig_train(r, name, e));
    pl_interrupt_set(false);
    CU_ASSERT_TRUE(pl_exists(stage_rig_path(name, "work/checkpoint.safetensors")));
    CU_ASSERT_FALSE(pl_exists(stage_rig_path(name, "train/model.safetensors")));
}

/* Stopped once at every poll there is (or every `step`-th), and gone on. */
static void same_after_a_stop(const char *settings, int polls, int step)
{
    stage_rig r;
    start(&r, settings);
    TST_OK(stage_rig_train(&r, "whole", e));
    for (int poll = 1; poll <= polls; poll += step) {
        char name[32];
        snprintf(name, sizeof name, "at%d", poll);
        stop_at(&r, name, poll);
        TST_OK(stage_rig_train(&r, name, e));
        bool same = stage_rig_same("whole", name);
        CU_ASSERT_TRUE(same);
        if (!same)
            tst_note("differs when stopped at poll %d", poll);
    }
    stage_rig_clear(&r);
}

static void test_adam(void)
{
    same_after_a_stop("", POLLS, 1);
}

static void test_sgd_momentum(void)
{
    same_after_a_stop("train.optimizer=sgd\ntrain.momentum=0.9\n", POLLS, 2);
}

static void test_rmsprop(void)
{
    same_after_a_stop("train.optimizer=rmsprop\ntrain.momentum=0.5\n", POLLS, 3);
}

static void test_dropout(void)
{
    same_after_a_stop("model.dropout=0.5\n", POLLS, 2);
}

static void test_plateau(void)
{
    same_after_a_stop("train.schedule.type=plateau\ntrain.schedule.patience=1\n"
                      "train.schedule.min_delta=10\ntrain.epochs=5\n",
                      (BATCHES + 1) * 5, 3);
}

/* The rate changes with every epoch: its column is that of the last step, also when stopped behind
 * it. */
static void test_exponential(void)
{
    same_after_a_stop("train.schedule.type=exponential\ntrain.schedule.gamma=0.5\n", POLLS, 1);
}

/* The rate is a function of the step alone. */
static void test_one_cycle(void)
{
    same_after_a_stop("train.optimizer=adamw_torch\ntrain.schedule.type=onecycle\n", POLLS, 2);
}

static void test_restarts(void)
{
    same_after_a_stop("train.schedule.type=restarts\ntrain.schedule.mult=1\n", POLLS, 3);
}

static void test_average(void)
{
    same_after_a_stop("train.ema=0.9\n", POLLS, 2);
}

static void test_best_average(void)
{
    same_after_a_stop("train.ema=0.9\ntrain.early_stopping.enabled=true\n"
                      "train.early_stopping.patience=2\ntrain.early_stopping.min_delta=100\n"
                      "train.early_stopping.restore=true\ntrain.epochs=6\n",
                      POLLS, 2);
}

/* Running statistics are averaged and go on as the weights do. */
static void test_average_of_a_net_with_batchnorm(void)
{
    same_after_a_stop("model.type=layers\n"
                      "model.layers=[{type: conv2d, filters: 4, padding: same}, batchnorm, "
                      "{residual: [{type: conv2d, filters: 4, padding: same}, batchnorm]}, "
                      "{type: activation, activation: relu}, global_avgpool]\n"
                      "train.optimizer=adamw_torch\ntrain.schedule.type=onecycle\n"
                      "train.ema=0.8\ntrain.label_smoothing=0.05\n",
                      POLLS, 1);
}

static void test_smoothed_mixed_and_clipped(void)
{
    same_after_a_stop("train.label_smoothing=0.1\ntrain.mixup=0.4\ntrain.clip_norm=0.5\n", POLLS,
                      2);
}

/* Stops in its third epoch, with the weights of the first. */
static void test_augmented(void)
{
    same_after_a_stop("augment.flip=0.5\naugment.shift=0.2\naugment.scale=[0.8, 1.3]\n"
                      "augment.rotate=20\naugment.contrast=0.3\naugment.noise=0.1\n"
                      "augment.blur=1\naugment.cutout.size=0.3\n",
                      POLLS, 1);
}

static void test_early_stopping(void)
{
    same_after_a_stop("train.early_stopping.enabled=true\ntrain.early_stopping.patience=2\n"
                      "train.early_stopping.min_delta=100\ntrain.early_stopping.restore=true\n"
                      "train.epochs=6\n",
                      POLLS, 1);
}

/* Every attempt does one batch and is stopped again. */
static void test_stopped_at_every_batch(void)
{
    stage_rig r;
    start(&r, "");
    TST_OK(stage_rig_train(&r, "whole", e));
    int attempts = 0;
    for (bool stopped = true; stopped && attempts < 100; attempts++) {
        kn_error error = {KN_OK, ""};
        pl_interrupt_at(2);
        stopped = stage_rig_train(&r, "parts", &error) == KN_EINTERRUPTED;
        pl_interrupt_set(false);
    }
    CU_ASSERT_TRUE(attempts >= BATCHES * EPOCHS);
    CU_ASSERT_TRUE(stage_rig_same("whole", "parts"));
    stage_rig_clear(&r);
}

/* Stopped on one thread, gone on with three. */
static void test_other_threads_go_on(void)
{
    stage_rig r;
    start(&r, "");
    TST_OK(stage_rig_train(&r, "whole", e));
    stop_at(&r, "parts", 6);
    stage_rig_threads(&r, 3);
    TST_OK(stage_rig_train(&r, "parts", e));
    CU_ASSERT_TRUE(stage_rig_same("whole", "parts"));
    stage_rig_clear(&r);
}

/* Trains on from what stands in NAME/work; returns what was said on stderr. Heap. */
static char *go_on(stage_rig *r, const char *name)
{
    kn_error error = {KN_OK, ""};
    stage_rig_stderr_begin();
    kn_status rc = stage_rig_train(r, name, &error);
    char *said = stage_rig_stderr_end();
    TST_TEXT(error.text, "");
    CU_ASSERT_EQUAL(rc, KN_OK);
    return said;
}

static void test_a_cut_checkpoint_is_left_out(void)
{
    static const char head[] = "facet: warning: a checkpoint cannot be read and is left out: '";
    stage_rig r;
    start(&r, "");
    TST_OK(stage_rig_train(&r, "whole", e));
    stop_at(&r, "cut", 7);
    size_t size = 0;
    char *path = pl_strdup(stage_rig_path("cut", "work/checkpoint.safetensors"));
    char *bytes = tst_read(path, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    for (size_t keep = 0; keep < size; keep = keep < 16 ? keep + 4 : keep * 3) {
        tst_write(path, bytes, keep);
        char *said = go_on(&r, "cut");
        CU_ASSERT_EQUAL(strncmp(said, head, sizeof head - 1), 0);
        free(said);
        CU_ASSERT_TRUE(stage_rig_same("whole", "cut"));
    }
    tst_write(path, bytes, size - 1);
    char *said = go_on(&r, "cut");
    CU_ASSERT_EQUAL(strncmp(said, head, sizeof head - 1), 0);
    free(said);
    tst_write(path, bytes, size);
    said = go_on(&r, "cut");
    TST_TEXT(said, "");
    free(said);
    CU_ASSERT_TRUE(stage_rig_same("whole", "cut"));
    free(bytes);
    free(path);
    stage_rig_clear(&r);
}

/* One bit of the header, of the numbers, of the weights, of the last moment: every one is noticed. */
static void test_a_flipped_bit_is_noticed(void)
{
    stage_rig r;
    start(&r, "");
    TST_OK(stage_rig_train(&r, "whole", e));
    stop_at(&r, "flip", 7);
    size_t size = 0;
    char *path = pl_strdup(stage_rig_path("flip", "work/checkpoint.safetensors"));
    char *bytes = tst_read(path, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    int noticed = 0, tried = 0;
    for (size_t at = 0; at < size; at += at < 1024 ? 97 : size / 8) {
        bytes[at] ^= 0x10;
        tst_write(path, bytes, size);
        char *said = go_on(&r, "flip");
        tried++;
        noticed += strstr(said, "is left out") != NULL;
        free(said);
        CU_ASSERT_TRUE(stage_rig_same("whole", "flip"));
        bytes[at] ^= 0x10;
    }
    CU_ASSERT_TRUE(tried > 12);
    CU_ASSERT_EQUAL(noticed, tried);
    bytes[size - 1] ^= 1;
    tst_write(path, bytes, size);
    char *said = go_on(&r, "flip");
    char *want = pl_format("facet: warning: a checkpoint cannot be read and is left out: '%s': its "
                           "content is not what was saved\n",
                           path);
    TST_TEXT(said, want);
    free(want);
    free(said);
    free(bytes);
    free(path);
    stage_rig_clear(&r);
}

static void test_another_runs_checkpoint_is_left_out(void)
{
    stage_rig r;
    start(&r, "");
    stop_at(&r, "other", 7);
    r.spec.train.seed = 6;
    TST_OK(stage_rig_train(&r, "whole", e));
    char *said = go_on(&r, "other");
    char *want =
        pl_format("facet: warning: %s: a checkpoint of another run or version is left out\n",
                  stage_rig_path("other", "work/checkpoint.safetensors"));
    TST_TEXT(said, want);
    free(said);
    free(want);
    CU_ASSERT_TRUE(stage_rig_same("whole", "other"));
    stage_rig_clear(&r);
}

/* The right identity, but of a smaller net. */
static void test_a_checkpoint_of_another_shape_is_left_out(void)
{
    stage_rig r;
    start(&r, "");
    TST_OK(stage_rig_train(&r, "whole", e));
    stop_at(&r, "shape", 7);
    size_t size = 0;
    const char *path = stage_rig_path("shape", "work/checkpoint.safetensors");
    char *bytes = tst_read(path, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    /* the tensor's name: as if it were not there */
    for (size_t i = 0; i + 8 < size; i++)
        if (memcmp(bytes + i, "moment_1", 8) == 0)
            bytes[i + 7] = '7';
    tst_write(path, bytes, size);
    free(bytes);
    char *said = go_on(&r, "shape");
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "a checkpoint of another run or version is left out"));
    free(said);
    CU_ASSERT_TRUE(stage_rig_same("whole", "shape"));
    stage_rig_clear(&r);
}

const tst_case tst_stages_checkpoint[] = {
    TST(test_adam),
    TST(test_sgd_momentum),
    TST(test_rmsprop),
    TST(test_dropout),
    TST(test_plateau),
    TST(test_exponential),
    TST(test_one_cycle),
    TST(test_restarts),
    TST(test_average),
    TST(test_best_average),
    TST(test_average_of_a_net_with_batchnorm),
    TST(test_smoothed_mixed_and_clipped),
    TST(test_augmented),
    TST(test_early_stopping),
    TST(test_stopped_at_every_batch),
    TST(test_other_threads_go_on),
    TST(test_a_cut_checkpoint_is_left_out),
    TST(test_a_flipped_bit_is_noticed),
    TST(test_another_runs_checkpoint_is_left_out),
    TST(test_a_checkpoint_of_another_shape_is_left_out),
    TST_END,
};
