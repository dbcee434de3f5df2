#include "tst.h"

#include <string.h>

#include "stages/split.h"

enum { N = 1000 };

static uint8_t label[N], side[N];
static int32_t identity[N];

/* 30 % ones; persons of 1 to 9 images. */
static pl_split_input make_input(void)
{
    for (int i = 0; i < N; i++) {
        label[i] = i % 10 < 3;
        identity[i] = (i * i) % 173;
    }
    return (pl_split_input){
        .count = N, .targets = 1, .label = label, .identity = identity, .partition = identity};
}

static size_t total(size_t counts[PL_SIDES][PL_LABELS], int s)
{
    return counts[s][0] + counts[s][1];
}

static void test_random_keeps_the_ratios_and_covers(void)
{
    pl_split_input in = make_input();
    pl_split_spec spec = {.method = PL_SPLIT_RANDOM, .ratios = {0.8, 0.1, 0.1}, .seed = 1};
    memset(side, 9, N);
    TST_OK(pl_split_assign(&spec, &in, side, e));
    size_t counts[PL_SIDES][PL_LABELS];
    pl_split_count(&in, side, counts);
    CU_ASSERT_EQUAL(total(counts, PL_SIDE_TRAIN), 800);
    CU_ASSERT_EQUAL(total(counts, PL_SIDE_VAL), 100);
    CU_ASSERT_EQUAL(total(counts, PL_SIDE_TEST), 100);
}

static void test_the_seed_decides(void)
{
    pl_split_input in = make_input();
    uint8_t again[N];
    pl_split_spec spec = {.method = PL_SPLIT_RANDOM, .ratios = {0.8, 0.1, 0.1}, .seed = 1};
    TST_OK(pl_split_assign(&spec, &in, side, e));
    TST_OK(pl_split_assign(&spec, &in, again, e));
    CU_ASSERT_EQUAL(memcmp(side, again, N), 0);
    spec.seed = 2;
    TST_OK(pl_split_assign(&spec, &in, again, e));
    CU_ASSERT_NOT_EQUAL(memcmp(side, again, N), 0);
}

static void test_stratified_keeps_the_balance(void)
{
    pl_split_input in = make_input();
    pl_split_spec spec = {.method = PL_SPLIT_STRATIFIED, .ratios = {8, 1, 1}, .seed = 3};
    TST_OK(pl_split_assign(&spec, &in, side, e));
    size_t counts[PL_SIDES][PL_LABELS];
    pl_split_count(&in, side, counts);
    CU_ASSERT_EQUAL(counts[PL_SIDE_TRAIN][1], 240);
    CU_ASSERT_EQUAL(counts[PL_SIDE_VAL][1], 30);
    CU_ASSERT_EQUAL(counts[PL_SIDE_TEST][1], 30);
    CU_ASSERT_EQUAL(counts[PL_SIDE_TEST][0], 70);
}

static void test_identity_puts_no_person_on_two_sides(void)
{
    pl_split_input in = make_input();
    pl_split_spec spec = {.method = PL_SPLIT_IDENTITY, .ratios = {0.7, 0.2, 0.1}, .seed = 3};
    TST_OK(pl_split_assign(&spec, &in, side, e));
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++)
            if (identity[i] == identity[j] && side[i] != side[j])
                CU_FAIL("a person is on two sides");
    size_t counts[PL_SIDES][PL_LABELS];
    pl_split_count(&in, side, counts);
    CU_ASSERT_TRUE(tst_near((double)total(counts, PL_SIDE_TRAIN), 700, 15, 0));
    CU_ASSERT_TRUE(tst_near((double)total(counts, PL_SIDE_VAL), 200, 15, 0));
}

static void test_official_is_the_table(void)
{
    pl_split_input in = make_input();
    int32_t partition[N];
    for (int i = 0; i < N; i++)
        partition[i] = i < 700 ? 0 : i < 900 ? 1 : 2;
    in.partition = partition;
    pl_split_spec spec = {.method = PL_SPLIT_OFFICIAL};
    TST_OK(pl_split_assign(&spec, &in, side, e));
    for (int i = 0; i < N; i++)
        CU_ASSERT_EQUAL(side[i], partition[i]);
}

/* Keras takes the last int(n f) of the n images given to fit. */
static void test_validation_split_takes_the_tail_of_training(void)
{
    pl_split_input in = make_input();
    int32_t partition[N];
    for (int i = 0; i < N; i++)
        partition[i] = i < 700 ? 0 : i < 900 ? 1 : 2;
    in.partition = partition;
    pl_split_spec spec = {.method = PL_SPLIT_OFFICIAL, .validation_split = 0.2};
    TST_OK(pl_split_assign(&spec, &in, side, e));
    for (int i = 0; i < N; i++)
        CU_ASSERT_EQUAL(side[i], i < 720 ? PL_SIDE_TRAIN : i < 900 ? PL_SIDE_VAL : PL_SIDE_TEST);
}

static void test_unusable_sides_are_told(void)
{
    pl_split_spec spec = {.method = PL_SPLIT_RANDOM, .ratios = {0.8, 0.1, 0.1}};
    size_t none[PL_SIDES][PL_LABELS] = {{0, 0}, {1, 1}, {1, 1}};
    TST_FAILS(KN_EDATA,
              "split: no image is left for training; give more images or other split.ratios",
              pl_split_check(&spec, none, "Male", e));
    spec.method = PL_SPLIT_OFFICIAL;
    TST_FAILS(KN_EDATA,
              "split: no image is left for training; give more images or another partition table",
              pl_split_check(&spec, none, "Male", e));
    spec.method = PL_SPLIT_RANDOM;
    size_t one_class[PL_SIDES][PL_LABELS] = {{12, 0}, {1, 1}, {1, 1}};
    TST_FAILS(KN_EDATA,
              "split: all 12 training images have 'Male' = 0; a classifier needs both classes in "
              "training",
              pl_split_check(&spec, one_class, "Male", e));
    size_t no_test[PL_SIDES][PL_LABELS] = {{5, 5}, {1, 1}, {0, 0}};
    TST_FAILS(KN_EDATA,
              "split: the test side is empty; give more images or a larger share of split.ratios",
              pl_split_check(&spec, no_test, "Male", e));
    spec.ratios[PL_SIDE_TEST] = 0;
    TST_OK(pl_split_check(&spec, no_test, "Male", e));
}

/* The first of several decides; images whose label is not known are dealt out as a class of their own. */
static void test_stratified_by_the_first_of_several(void)
{
    static uint8_t several[2 * N];
    uint8_t own[N], alone[N];
    pl_split_input in = make_input();
    const pl_split_spec spec = {
        .method = PL_SPLIT_STRATIFIED, .ratios = {0.8, 0.1, 0.1}, .seed = 3};
    TST_OK(pl_split_assign(&spec, &in, alone, e));
    for (int i = 0; i < N; i++) {
        several[2 * i] = label[i];
        several[2 * i + 1] = (uint8_t)(i % 7 == 0);
    }
    in.label = several;
    in.targets = 2;
    TST_OK(pl_split_assign(&spec, &in, own, e));
    CU_ASSERT_EQUAL(memcmp(own, alone, N), 0);
    for (int i = 0; i < N; i += 5)
        several[2 * i] = 255;
    size_t counts[PL_SIDES][PL_LABELS], unknown = 0;
    TST_OK(pl_split_assign(&spec, &in, own, e));
    pl_split_count(&in, own, counts);
    for (int s = 0; s < PL_SIDES; s++)
        unknown += counts[s][PL_LABEL_UNKNOWN];
    CU_ASSERT_EQUAL(unknown, N / 5);
    CU_ASSERT_TRUE(tst_near((double)counts[PL_SIDE_TRAIN][PL_LABEL_UNKNOWN], 0.8 * (N / 5), 1, 0));
}

const tst_case tst_stages_split[] = {
    TST(test_stratified_by_the_first_of_several),
    TST(test_random_keeps_the_ratios_and_covers),
    TST(test_the_seed_decides),
    TST(test_stratified_keeps_the_balance),
    TST(test_identity_puts_no_person_on_two_sides),
    TST(test_official_is_the_table),
    TST(test_validation_split_takes_the_tail_of_training),
    TST(test_unusable_sides_are_told),
    TST_END,
};
