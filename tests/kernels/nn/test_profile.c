/* Steps under a profile: the rows it tells, and that the arithmetic does not notice. */
#include "nn/profile.h"

#include <stdlib.h>
#include <string.h>

#include "alloc_count.h"
#include "net_data.h"
#include "tst.h"

enum { BATCH = 70, STEPS = 2 };

static const kn_trainer_options adam = {
    .batch_max = BATCH,
    .optimizer = {.kind = KN_OPT_ADAM, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-7},
    .seed = 3,
    .class_weight = {1, 1}};

static kn_net *small_cnn(void)
{
    return net_data_cnn(14, 4, 6, KN_OUTPUT_SIGMOID, 0, 0.01f, 0);
}

/* STEPS steps and a prediction; the profile is of the steps. Parameters to `params` where not NULL;
 * *allocations: of the steps. */
static void train(kn_net *net, int threads, kn_profile *profile, float *params, long *allocations)
{
    kn_pool *pool = NULL;
    kn_trainer *t = NULL;
    TST_OK(kn_pool_new(threads, &pool, e));
    TST_OK(kn_trainer_new(net, pool, &adam, &t, e));
    uint8_t *x = net_data_pixels(14), *label = net_data_labels();
    uint32_t index[BATCH];
    for (uint32_t i = 0; i < BATCH; i++)
        index[i] = i;
    kn_batch batch = {.x = x, .label = label, .index = index, .count = BATCH};
    kn_step_result r;
    kn_trainer_set_profile(t, profile);
    for (int i = 0; i < STEPS; i++) {
        long before = alloc_count();
        kn_status rc = kn_trainer_step(t, &batch, 0.01f, &r, NULL);
        *allocations = alloc_count() - before; /* of the last: OpenBLAS makes its buffers once */
        CU_ASSERT_EQUAL(rc, KN_OK);
    }
    TST_OK(kn_trainer_predict(t, &batch, NULL, &r, e));
    if (params)
        memcpy(params, kn_trainer_params(t), kn_net_block_floats(net) * sizeof *params);
    kn_trainer_free(t);
    kn_pool_free(pool);
    free(x);
    free(label);
}

static void test_rows_of_a_cnn(void)
{
    /* 14 -> conv 3x3 x4, pool: 6 -> conv, pool: 2 -> dense 6 -> 1; multiply-adds of one image */
    const double conv = 12.0 * 12 * 9 * 4, conv_1 = 4.0 * 4 * 9 * 4 * 4, dense = 16.0 * 6, out = 6;
    const struct {
        const char *layer, *part;
        unsigned calls; /* 0: follows from the machine's pieces */
        double macs;
    } want[] = {
        {"conv2d", "prepare", STEPS, 0},
        {"conv2d_1", "prepare", STEPS, 0},
        {"dense", "prepare", STEPS, 0},
        {"", "pixels", STEPS * BATCH, 0},
        {"conv2d", "forward", STEPS * BATCH, conv},
        {"conv2d_1", "forward", STEPS * BATCH, conv_1},
        {"dense", "forward", STEPS * 4, dense},
        {"dense_1", "forward", STEPS * 4, out},
        {"", "loss", STEPS * 4, 0},
        {"dense_1", "backward", STEPS * 4, 2 * out},
        {"dense", "backward", STEPS * 4, dense},
        {"conv2d_1", "backward", STEPS * BATCH, 2 * conv_1},
        {"conv2d", "backward", STEPS * BATCH, conv},
        {"dense", "batch grad", STEPS, dense},
        {"", "update", STEPS * 8, 0},
        {"", "waiting", STEPS, 0},
    };
    enum { ROWS = sizeof want / sizeof want[0] };
    kn_net *net = small_cnn();
    kn_profile *p = NULL;
    long allocations;
    TST_OK(kn_profile_new(net, 2, &p, e));
    CU_ASSERT_EQUAL(kn_profile_rows(p), 0);
    train(net, 2, p, NULL, &allocations);
    CU_ASSERT_TRUE(alloc_count() < 0 || allocations == 0);
    CU_ASSERT_EQUAL_FATAL(kn_profile_rows(p), ROWS);
    kn_profile_sum sum = kn_profile_total(p);
    double seconds = 0, flop = 0;
    for (int i = 0; i < ROWS; i++) {
        kn_profile_row row = kn_profile_get(p, i);
        TST_TEXT(row.layer, want[i].layer);
        TST_TEXT(row.part, want[i].part);
        CU_ASSERT_EQUAL(row.calls, want[i].calls);
        CU_ASSERT_EQUAL(row.flop, 2.0 * want[i].macs * STEPS * BATCH);
        seconds += row.seconds;
        flop += row.flop;
    }
    CU_ASSERT_EQUAL(sum.workers, 2);
    CU_ASSERT_EQUAL(sum.steps, STEPS);
    CU_ASSERT_EQUAL(sum.images, STEPS * BATCH);
    CU_ASSERT_EQUAL(sum.flop, flop);
    /* the rows make up the threads' time */
    CU_ASSERT_TRUE(tst_near(seconds, 2 * sum.seconds, 1e-7, 1e-6));
    kn_profile_free(p);
    kn_net_free(net);
}

static void test_a_profile_changes_no_bit(void)
{
    kn_net *net = small_cnn();
    size_t floats = kn_net_block_floats(net);
    float *with = malloc(floats * sizeof *with), *without = malloc(floats * sizeof *without);
    kn_profile *p = NULL;
    long allocations;
    TST_OK(kn_profile_new(net, 3, &p, e));
    train(net, 3, p, with, &allocations);
    train(net, 1, NULL, without, &allocations);
    CU_ASSERT_EQUAL(memcmp(with, without, floats * sizeof *with), 0);
    with[0] += 1; /* the comparison itself */
    CU_ASSERT_NOT_EQUAL(memcmp(with, without, floats * sizeof *with), 0);
    kn_profile_free(p);
    kn_net_free(net);
    free(with);
    free(without);
}

const tst_case tst_nn_profile[] = {
    TST(test_rows_of_a_cnn),
    TST(test_a_profile_changes_no_bit),
    TST_END,
};
