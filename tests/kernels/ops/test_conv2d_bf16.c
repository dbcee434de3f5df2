/* The convolution of bf16, every level this machine has, against the reference that rounds as they do. On the lattice of
 * multiples of 1/8 products and sums are exact: with ReLU and no activation every bit must agree. */
#include "tst.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/ops/conv2d_problem.h"
#include "kernels/ops/conv2d_rig.h"
#include "ops/bf16/bf16_round.h"

static const conv2d_tolerance exact = {0, 0, 0};
static const conv2d_tolerance rounded = {1e-4, 1e-4, 1e-3}; /* sums of f32 against sums in double */

/* The activation of f32 differs in its last bit, and a gradient may then round to the other side: half a step of bf16,
 * 2^-9, of single products. */
static const conv2d_tolerance smooth = {1e-5, 2e-2, 1e-1};

static void check(const char *word, int mb, bool on_lattice, conv2d_tolerance t)
{
    kn_conv2d c;
    TST_OK(conv2d_problem_parse(word, &c, e));
    for (int i = KN_BF16_AVX512; i < KN_BF16_COUNT; i++) {
        const kn_conv2d_impl *k = kn_conv2d_bf16_impls[i];
        if (k->bf16 > kn_bf16_detect())
            continue; /* test_what_this_machine_lacks tells */
        bool ok = conv2d_agrees(k, kn_conv2d_bf16_impls[0], &c, mb, on_lattice, t);
        if (!ok)
            tst_note("^ %s, %d images, %s", k->name, mb, word);
        CU_ASSERT_TRUE(ok);
    }
}

static void test_kn_conv2d_bf16_any_channels(void)
{
    static const int sizes[] = {1, 3, 15, 16, 17, 31, 32, 33, 47, 48, 64};
    char word[64];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        snprintf(word, sizeof word, "ic3ih5iw7oc%dkh3pool2", sizes[i]);
        check(word, 2, true, exact);
        snprintf(word, sizeof word, "ic%dih4iw5oc5kh2/linear", sizes[i]);
        check(word, 2, true, exact);
        snprintf(word, sizeof word, "ic%dih6iw5oc33kh3same1/linear", sizes[i]);
        check(word, 3, true, exact);
        snprintf(word, sizeof word, "ic%dih7iw9oc%dkh3pool2", sizes[i], sizes[i]);
        check(word, 1, true, exact);
    }
    check("ic65ih4oc65kh3", 1, true, exact);
    check("ic96ih4oc128kh1pool2", 2, true, exact);
    check("ic256ih6oc64kh3same1/linear", 3, true, exact);
}

static void test_kn_conv2d_bf16_any_width(void)
{
    char word[64];
    for (int iw = 4; iw <= 37; iw += iw < 20 ? 1 : 5) {
        snprintf(word, sizeof word, "ic1ih6iw%doc17kh3", iw);
        check(word, 1, true, exact);
        snprintf(word, sizeof word, "ic1ih5iw%doc9kh2pool2", iw);
        check(word, 3, true, exact);
        snprintf(word, sizeof word, "ic33ih6iw%doc9kh3same1pool2/linear", iw);
        check(word, 2, true, exact);
        snprintf(word, sizeof word, "ic32ih5iw%doc16kh3same1", iw);
        check(word, 3, true, exact);
        snprintf(word, sizeof word, "ic32ih6iw%doc16kh3pool2", iw);
        check(word, 1, true, exact);
    }
}

static void test_kn_conv2d_bf16_kernels_strides_padding(void)
{
    static const char *const words[] = {
        "ih1",
        "ih1oc16",
        "ic16ih1oc1same1kh3",
        "ih12oc8kh5",
        "ic3ih11oc8kh5same1pool2",
        "ic5ih9iw13oc17kh3kw1",
        "ic5ih9iw13oc17kh1kw3same1",
        "ic1ih9iw10oc16kh3sh2",
        "ic40ih9iw10oc16kh3sh2same1",
        "ic40ih10iw9oc16kh3sh2sw1same1/linear",
        "ic33ih8oc4kh2sh3",
        "ic3ih8oc4kh2sh3same1",
        "ic33ih8oc4kh1sh4same1",
        "ic64ih9oc16kh1sh2",
        "ic2ih13oc3kh7sh2same1pool2",
        "ic32ih13oc3kh7sh2same1pool2",
        "ic64ih13oc16kh5sh2pool2",
        "ic24ih13oc16kh3sh1sw2pool2",
        "ic1ih16oc24kh11same1",
        "ic16ih5oc24kh11same1",
        "ic64ih12iw7oc32kh1",
        "ic64ih12iw7oc32kh1pool2",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int mb = 1; mb < 4; mb++)
            check(words[i], mb, true, exact);
}

/* Groups of images: whole, and with a rest. */
static void test_kn_conv2d_bf16_groups(void)
{
    kn_conv2d c;
    TST_OK(conv2d_problem_parse("ic32ih4oc16kh3same1/linear", &c, e));
    int group = kn_conv2d_bf16_impls[KN_BF16_AMX]->images(&c);
    CU_ASSERT_TRUE(group > 8 && group <= 64);
    for (int mb = group - 1; mb < group + 3; mb++)
        check("ic32ih4oc16kh3same1/linear", mb, true, exact);
    check("ic32ih4oc16kh3same1/gelu", group + 2, true, smooth);
    check("ic33ih5oc16kh3pool2ps1", group + 1, true, exact);
    check("ic2ih6oc17kh3pool2", group + 1, true, exact);
}

static void test_kn_conv2d_bf16_pooling(void)
{
    static const char *const words[] = {
        "ic2ih9oc17kh2pool2",         "ic32ih10oc17kh2pool2",         "ic2ih10oc17kh2pool3ps2",
        "ic32ih11oc9kh2pool3ps1",     "ic2ih11oc9kh2pool2ps3",        "ic2ih12oc9kh1pool3",
        "ic1ih9oc33kh3pool2ps1",      "ic2ih9oc16kh2sh2pool2/linear", "ic2ih10oc5kh3pool1",
        "ic3ih9oc16kh3same1pool3ps2", "ic1ih19oc2kh1pool16",          "ic1ih5iw9oc8kh2pool4ps9",
        "ic32ih9iw11oc33kh3pool2",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        check(words[i], 2, true, exact);
}

static void test_kn_conv2d_bf16_activations(void)
{
    char word[64];
    for (int i = 0; kn_act_names[i]; i++) {
        snprintf(word, sizeof word, "ic3ih7oc17kh3/%s", kn_act_names[i]);
        check(word, 2, true, smooth);
        snprintf(word, sizeof word, "ic32ih8oc17kh3pool2/%s", kn_act_names[i]);
        check(word, 2, true, smooth);
        snprintf(word, sizeof word, "ic1ih10oc9kh3sh1pool3ps2same1/%s", kn_act_names[i]);
        check(word, 2, true, smooth);
    }
}

/* Numbers that bf16 does not hold: rounded in the same places as the reference does. */
static void test_kn_conv2d_bf16_rounds_as_the_reference(void)
{
    check("ic64ih8oc64kh3/linear", 2, false, rounded);
    check("ic64ih8oc64kh3pool2/linear", 1, false, rounded);
    check("ic1ih20oc64kh3/linear", 1, false, rounded);
    check("ic1ih20oc64kh3pool2/linear", 1, false, rounded);
    check("ic33ih8oc40kh3sh2same1/linear", 2, false, rounded);
}

static void test_kn_conv2d_bf16_of_the_models(void)
{
    check("ic1ih50oc64kh3pool2", 1, true, exact);
    check("ic64ih24oc64kh3pool2", 1, true, exact);
    check("ic64ih12oc128kh3same1/linear", 6, true, exact);
}

/* Outputs that are not finite in `want` are not in `got`. */
static bool keeps_the_bad(const tst_guard *got, const tst_guard *want)
{
    for (size_t i = 0; i < want->n; i++)
        if (!isfinite(want->data[i]) && isfinite(got->data[i]))
            return false;
    return true;
}

/* NaN and infinity in the image reach the same outputs as in the reference, through windows too; by patches the whole
 * window. */
static void test_kn_conv2d_bf16_hands_nan_on(void)
{
    static const char *const words[] = {"ic2ih9oc17kh3pool2",         "ic2ih9oc17kh3pool3ps2",
                                        "ic2ih9oc17kh3same1",         "ic32ih9oc17kh3pool2",
                                        "ic32ih9oc17kh3same1/linear", "ic1ih12oc17kh3pool2"};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        kn_conv2d c;
        TST_OK(conv2d_problem_parse(words[n], &c, e));
        block_in in = conv2d_inputs_new(&c, 1, true);
        in.x.data[3] = NAN;
        in.x.data[60] = INFINITY;
        in.x.data[100] = -INFINITY;
        block_run want = conv2d_run_block(kn_conv2d_bf16_impls[0], &c, &in, true, true);
        for (int i = KN_BF16_AVX512; i <= (int)kn_bf16_detect(); i++) {
            block_run got = conv2d_run_block(kn_conv2d_bf16_impls[i], &c, &in, true, true);
            if (c.pkh == 2 && c.ic < 32) {
                CU_ASSERT_TRUE(keeps_the_bad(&got.y, &want.y));
            } else {
                CU_ASSERT_TRUE(conv2d_near(words[n], &got.y, &want.y, 0));
                CU_ASSERT_TRUE(conv2d_near(words[n], &got.dx, &want.dx, 0));
            }
            conv2d_run_free(&got);
        }
        conv2d_run_free(&want);
        conv2d_inputs_free(&in);
    }
}

/* All of b, and of a from `at` on. */
static bool same_bytes(const tst_guard *a, size_t at, const tst_guard *b)
{
    return memcmp(a->data + at, b->data, b->n * sizeof(float)) == 0;
}

static void test_kn_conv2d_bf16_is_deterministic(void)
{
    kn_conv2d c;
    TST_OK(conv2d_problem_parse("ic33ih9oc40kh3pool2", &c, e));
    block_in in = conv2d_inputs_new(&c, 3, false);
    for (int i = KN_BF16_AVX512; i <= (int)kn_bf16_detect(); i++) {
        block_run one = conv2d_run_block(kn_conv2d_bf16_impls[i], &c, &in, true, true);
        block_run two = conv2d_run_block(kn_conv2d_bf16_impls[i], &c, &in, true, true);
        CU_ASSERT_TRUE(same_bytes(&one.dw, 0, &two.dw));
        CU_ASSERT_TRUE(same_bytes(&one.y, 0, &two.y));
        CU_ASSERT_TRUE(same_bytes(&one.dx, 0, &two.dx));
        conv2d_run_free(&one);
        conv2d_run_free(&two);
    }
    conv2d_inputs_free(&in);
}

/* y and dx of an image do not depend on the images beside it. */
static void test_kn_conv2d_bf16_images_stand_alone(void)
{
    static const char *const words[] = {"ic33ih5oc40kh3same1/linear", "ic33ih9oc40kh3pool2",
                                        "ic1ih9oc40kh3pool2", "ic40ih7oc33kh3sh2same1"};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        kn_conv2d c;
        TST_OK(conv2d_problem_parse(words[n], &c, e));
        block_in in = conv2d_inputs_new(&c, 3, false), last = conv2d_inputs_new(&c, 1, false);
        const size_t x = kn_conv2d_x_size(&c), y = kn_conv2d_y_size(&c);
        memcpy(last.x.data, in.x.data + 2 * x, x * sizeof(float));
        memcpy(last.dy.data, in.dy.data + 2 * y, y * sizeof(float));
        memcpy(last.w.data, in.w.data, in.w.n * sizeof(float));
        memcpy(last.b.data, in.b.data, in.b.n * sizeof(float));
        for (int i = KN_BF16_AVX512; i <= (int)kn_bf16_detect(); i++) {
            block_run all = conv2d_run_block(kn_conv2d_bf16_impls[i], &c, &in, true, true);
            block_run one = conv2d_run_block(kn_conv2d_bf16_impls[i], &c, &last, true, true);
            CU_ASSERT_TRUE(same_bytes(&all.y, 2 * y, &one.y));
            CU_ASSERT_TRUE(same_bytes(&all.dx, 2 * x, &one.dx));
            conv2d_run_free(&all);
            conv2d_run_free(&one);
        }
        conv2d_inputs_free(&in);
        conv2d_inputs_free(&last);
    }
}

/* What f32 gives is refused where bf16 is asked for: the rounding is seen. */
static void test_the_checker_sees_f32(void)
{
    kn_conv2d c;
    TST_OK(conv2d_problem_parse("ic64ih8oc64kh3/linear", &c, e));
    CU_ASSERT_FALSE(
        conv2d_agrees(kn_conv2d_impls[0], kn_conv2d_bf16_impls[0], &c, 1, false, rounded));
}

static void test_kn_conv2d_best_bf16_follows_the_level(void)
{
    kn_bf16 before = kn_bf16_get();
    for (int level = KN_BF16_NONE; level <= (int)kn_bf16_detect(); level++) {
        kn_bf16_force((kn_bf16)level);
        const kn_conv2d_impl *k = kn_conv2d_best_bf16();
        CU_ASSERT_TRUE(level == KN_BF16_NONE ? k == NULL : (int)k->bf16 == level);
    }
    kn_bf16_force(before);
}

static void test_kn_bf16_round(void)
{
    CU_ASSERT_EQUAL(kn_bf16_round(1.0f), 1.0f);
    CU_ASSERT_EQUAL(kn_bf16_round(1.0f + 0x1p-8f), 1.0f);             /* a tie: to even */
    CU_ASSERT_EQUAL(kn_bf16_round(1.0f + 0x3p-8f), 1.0f + 0x1p-6f);   /* a tie: to even */
    CU_ASSERT_EQUAL(kn_bf16_round(1.0f + 0x1.1p-8f), 1.0f + 0x1p-7f); /* above a tie */
    CU_ASSERT_EQUAL(kn_bf16_round(-0x1p-130f), 0.0f);
    CU_ASSERT_TRUE(isinf(kn_bf16_round(INFINITY)) && isnan(kn_bf16_round(NAN)));
}

static void test_what_this_machine_lacks(void)
{
    for (int i = (int)kn_bf16_detect() + 1; i < KN_BF16_COUNT; i++)
        tst_note("not run: this machine has no %s", kn_conv2d_bf16_impls[i]->name);
}

const tst_case tst_ops_conv2d_bf16[] = {TST(test_what_this_machine_lacks),
                                        TST(test_kn_bf16_round),
                                        TST(test_kn_conv2d_bf16_any_channels),
                                        TST(test_kn_conv2d_bf16_any_width),
                                        TST(test_kn_conv2d_bf16_kernels_strides_padding),
                                        TST(test_kn_conv2d_bf16_groups),
                                        TST(test_kn_conv2d_bf16_pooling),
                                        TST(test_kn_conv2d_bf16_activations),
                                        TST(test_kn_conv2d_bf16_rounds_as_the_reference),
                                        TST_M(test_kn_conv2d_bf16_of_the_models),
                                        TST(test_kn_conv2d_bf16_hands_nan_on),
                                        TST(test_kn_conv2d_bf16_is_deterministic),
                                        TST(test_kn_conv2d_bf16_images_stand_alone),
                                        TST(test_the_checker_sees_f32),
                                        TST(test_kn_conv2d_best_bf16_follows_the_level),
                                        TST_END};
