/* Every variant in conv2d.def against the portable reference. Inputs are multiples of 1/8, so sums
 * are exact: with ReLU and no activation all variants must agree in every bit, ties in pooling
 * windows included. */
#include "tst.h"

#include <math.h>
#include <stdio.h>

#include "kernels/ops/conv2d_problem.h"
#include "kernels/ops/conv2d_rig.h"

static const conv2d_tolerance exact = {0, 0, 0};
static const conv2d_tolerance smooth = {
    1e-6, 2e-5, 1e-4}; /* activations round: gradients are no longer multiples of 1/8 */
static const conv2d_tolerance rounded = {1e-4, 1e-4,
                                         1e-4}; /* sums of up to 600 products of size 1 */

static void check_all(const char *word, bool on_lattice, conv2d_tolerance t)
{
    kn_conv2d c;
    TST_OK(conv2d_problem_parse(word, &c, e));
    for (int i = 1; i < kn_conv2d_impl_count; i++) {
        if (kn_conv2d_impls[i]->isa > kn_isa_detect())
            continue;
        bool ok = conv2d_agrees(kn_conv2d_impls[i], kn_conv2d_impls[0], &c, 1, on_lattice, t);
        if (!ok)
            tst_note("^ %s, %s", kn_conv2d_impls[i]->name, word);
        CU_ASSERT_TRUE(ok);
    }
}

/* Channels and widths at 1, W-1, W, W+1, 2W+1 and a prime, for W = 8 and 16. */
static void test_kn_conv2d_variants_any_channels(void)
{
    static const int sizes[] = {1, 3, 7, 8, 9, 15, 16, 17, 23, 33, 48};
    char word[64];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        snprintf(word, sizeof word, "ic3ih5iw7oc%dkh3pool2", sizes[i]);
        check_all(word, true, exact);
        snprintf(word, sizeof word, "ic%dih4iw5oc5kh2/linear", sizes[i]);
        check_all(word, true, exact);
        snprintf(word, sizeof word, "ic1ih7iw9oc%dkh3pool2", sizes[i]);
        check_all(word, true, exact);
    }
    check_all("ic65ih4oc65kh3", true, exact);
    check_all("ic96ih4oc128kh1pool2", true, exact);
}

static void test_kn_conv2d_variants_any_width(void)
{
    char word[64];
    for (int iw = 3; iw <= 35; iw += iw < 18 ? 1 : 5) {
        snprintf(word, sizeof word, "ic1ih6iw%doc17kh3", iw);
        check_all(word, true, exact);
        snprintf(word, sizeof word, "ic2ih5iw%doc9kh2pool2", iw);
        check_all(word, true, exact);
        snprintf(word, sizeof word, "ic1ih6iw%doc9kh3same1pool2/linear", iw);
        check_all(word, true, exact);
        snprintf(word, sizeof word, "ic4ih6iw%doc4kh3/linear", iw);
        check_all(word, true, exact);
        snprintf(word, sizeof word, "ic2ih6iw%doc3kh3same1pool2", iw);
        check_all(word, true, exact);
    }
}

static void test_kn_conv2d_variants_kernels_strides_padding(void)
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
        "ic4ih9iw10oc16kh3sh2same1",
        "ic4ih10iw9oc16kh3sh2sw1same1/linear",
        "ic3ih8oc4kh2sh3",
        "ic3ih8oc4kh2sh3same1",
        "ic3ih8oc4kh1sh4same1",
        "ic2ih13oc3kh7sh2same1pool2",
        "ic1ih16oc24kh11same1",
        "ic2ih7iw40oc3kh4kw6same1pool3",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        check_all(words[i], true, exact);
}

static void test_kn_conv2d_variants_pooling(void)
{
    static const char *const words[] = {
        "ic2ih9oc17kh2pool2",         "ic2ih10oc17kh2pool2",          "ic2ih10oc17kh2pool3ps2",
        "ic2ih11oc9kh2pool3ps1",      "ic2ih11oc9kh2pool2ps3",        "ic2ih12oc9kh1pool3",
        "ic1ih9oc33kh3pool2ps1",      "ic2ih9oc16kh2sh2pool2/linear", "ic2ih10oc5kh3pool1",
        "ic3ih9oc16kh3same1pool3ps2", "ic1ih19oc2kh1pool16",          "ic1ih17oc2kh1pool16ps1",
        "ic1ih5iw9oc8kh2pool4ps9",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        check_all(words[i], true, exact);
}

/* Problems that take the fast ways: Winograd forward, gradients from lists; with every tail. */
static void test_kn_conv2d_variants_lists_and_winograd(void)
{
    static const char *const words[] = {
        "ic16ih8oc16kh3pool2",      "ic17ih9iw11oc33kh3pool2",   "ic33ih7iw31oc5kh3pool2",
        "ic16ih5iw29oc49kh3",       "ic31ih6iw4oc7kh3same1",     "ic16ih7oc20kh3same1pool2",
        "ic5ih12oc7kh3pool2",       "ic17ih11oc18kh5pool2same1", "ic40ih9oc33kh3pool2/linear",
        "ic33ih8iw21oc5kh4pool2",   "ic8ih9oc8kh2pool2",         "ic16ih10oc3kh1pool2",
        "ic70ih7oc5kh3pool3",       "ic64ih13oc16kh5sh2pool2",   "ic24ih13oc16kh3sh1sw2pool2",
        "ic128ih7oc96kh3pool2",     "ic20ih12oc9kh7pool2",       "ic48ih6iw7oc8kh3kw1pool2",
        "ic16ih6iw9oc8kh3pool2ps1", "ic3ih14oc16kh5pool2",       "ic3ih14iw9oc37kh3pool2",
        "ic4ih9oc16kh3same1pool2",  "ic18ih9oc16kh5pool2same1",  "ic8ih10oc8kh3pool2",
        "ic4ih11oc4kh3pool3",       "ic8ih11oc8kh3pool3ps2",     "ic6ih9oc2kh1",
        "ic2ih12oc4kh5sh2/linear",  "ic20ih7oc8kh3same1",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        check_all(words[i], true, exact);
    check_all("ic64ih8oc64kh3pool2", false, rounded);
}

static void test_kn_conv2d_variants_activations(void)
{
    char word[64];
    for (int i = 0; kn_act_names[i]; i++) {
        snprintf(word, sizeof word, "ic3ih7oc17kh3/%s", kn_act_names[i]);
        check_all(word, true, smooth);
        snprintf(word, sizeof word, "ic3ih8oc17kh3pool2/%s", kn_act_names[i]);
        check_all(word, true, smooth);
        snprintf(word, sizeof word, "ic1ih10oc9kh3sh1pool3ps2same1/%s", kn_act_names[i]);
        check_all(word, true, smooth);
        snprintf(word, sizeof word, "ic16ih7iw9oc17kh3/%s", kn_act_names[i]);
        check_all(word, true, smooth);
        snprintf(word, sizeof word, "ic16ih9oc17kh3pool2/%s", kn_act_names[i]);
        check_all(word, true, smooth);
    }
}

static void test_kn_conv2d_variants_round_alike(void)
{
    check_all("ic64ih8oc64kh3/linear", false, rounded);
    check_all("ic1ih20oc64kh3/linear", false, rounded);
}

static void test_kn_conv2d_variants_of_the_models(void)
{
    check_all("ic1ih50oc64kh3pool2", true, exact);
    check_all("ic64ih24oc64kh3pool2", true, exact);
}

/* NaN and infinity in the image reach the same outputs and gradients as in the reference, through
 * pooling too: a gradient of 0 keeps them out of dw. */
static void test_kn_conv2d_variants_hand_nan_on(void)
{
    static const char *const words[] = {"ic2ih9oc17kh3pool2",  "ic2ih9oc17kh3pool3ps2",
                                        "ic2ih9oc17kh3same1",  "ic2ih9oc17kh3pool2/linear",
                                        "ic16ih9oc17kh3pool2", "ic16ih9oc17kh3same1",
                                        "ic1ih12oc17kh3pool2", "ic2ih9oc4kh3pool2"};
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        kn_conv2d c;
        TST_OK(conv2d_problem_parse(words[n], &c, e));
        block_in in = conv2d_inputs_new(&c, 1, true);
        in.x.data[3] = NAN;
        in.x.data[60] = INFINITY;
        in.x.data[100] = -INFINITY;
        block_run want = conv2d_run_block(kn_conv2d_impls[0], &c, &in, true, true);
        size_t nans = 0;
        for (size_t i = 0; i < want.y.n; i++)
            nans += isnan(want.y.data[i]) != 0;
        CU_ASSERT_TRUE(nans > 0 && nans < want.y.n);
        for (int i = 1; i < kn_conv2d_impl_count; i++) {
            if (kn_conv2d_impls[i]->isa > kn_isa_detect())
                continue;
            block_run got = conv2d_run_block(kn_conv2d_impls[i], &c, &in, true, true);
            CU_ASSERT_TRUE(conv2d_near(words[n], &got.y, &want.y, 0));
            CU_ASSERT_TRUE(conv2d_near(words[n], &got.dx, &want.dx, 0));
            if (c.pkh == 0 || c.psh >= c.pkh) /* two windows on an infinite pixel may cancel */
                CU_ASSERT_TRUE(conv2d_near(words[n], &got.dw, &want.dw, 0));
            conv2d_run_free(&got);
        }
        conv2d_run_free(&want);
        conv2d_inputs_free(&in);
    }
}

/* A variant that is slightly wrong in one place, to see it refused. */
static int wrong_in;

static void wrong_forward(const kn_conv2d *c, int mb, const float *x, const float *w,
                          const void *packed, const float *b, float *y, void *saved, void *scratch)
{
    kn_conv2d_impls[0]->forward(c, mb, x, w, packed, b, y, saved, scratch);
    if (wrong_in == 0)
        y[7] += 1e-3f;
}

static void wrong_backward(const kn_conv2d *c, int mb, const float *x, const float *w,
                           const void *packed, const float *y, const void *saved, const float *dy,
                           float *dx, float *dw, float *db, void *scratch)
{
    kn_conv2d_impls[0]->backward(c, mb, x, w, packed, y, saved, dy, dx, dw, db, scratch);
    if (wrong_in == 1 && dx)
        dx[5] += 1e-3f;
    if (wrong_in == 2)
        dw[3] += 1e-3f;
    if (wrong_in == 3)
        db[1] += 1e-3f;
    if (wrong_in == 4 && !dx)
        dw[2] += 1e-3f;
}

/* Several images a call: the same as one after the other. */
static void test_kn_conv2d_variants_many_images(void)
{
    kn_conv2d c;
    TST_OK(conv2d_problem_parse("ic3ih7oc17kh3pool2/gelu", &c, e));
    for (int i = 1; i < kn_conv2d_impl_count; i++)
        if (kn_conv2d_impls[i]->isa <= kn_isa_detect())
            CU_ASSERT_TRUE(
                conv2d_agrees(kn_conv2d_impls[i], kn_conv2d_impls[0], &c, 3, true, smooth));
}

static void test_the_checker_refuses_a_wrong_variant(void)
{
    kn_conv2d c;
    kn_conv2d_impl wrong = *kn_conv2d_impls[0];
    wrong.forward = wrong_forward;
    wrong.backward = wrong_backward;
    TST_OK(conv2d_problem_parse("ic2ih6oc3kh3pool2/linear", &c, e));
    for (wrong_in = 0; wrong_in < 5; wrong_in++)
        CU_ASSERT_FALSE(conv2d_agrees(&wrong, kn_conv2d_impls[0], &c, 1, true, rounded));
    CU_ASSERT_TRUE(conv2d_agrees(&wrong, kn_conv2d_impls[0], &c, 1, true, exact));
}

static void test_kn_conv2d_best_follows_the_level(void)
{
    kn_isa before = kn_isa_get();
    for (int level = 0; level <= (int)kn_isa_detect(); level++) {
        kn_isa_force((kn_isa)level);
        CU_ASSERT_EQUAL((int)kn_conv2d_best()->isa, level);
        CU_ASSERT_TRUE(kn_conv2d_best() != kn_conv2d_impls[0]);
    }
    kn_isa_force(before);
}

const tst_case tst_ops_conv2d[] = {TST(test_kn_conv2d_variants_any_channels),
                                   TST(test_kn_conv2d_variants_any_width),
                                   TST(test_kn_conv2d_variants_kernels_strides_padding),
                                   TST(test_kn_conv2d_variants_pooling),
                                   TST(test_kn_conv2d_variants_lists_and_winograd),
                                   TST(test_kn_conv2d_variants_activations),
                                   TST(test_kn_conv2d_variants_round_alike),
                                   TST_M(test_kn_conv2d_variants_of_the_models),
                                   TST(test_kn_conv2d_variants_hand_nan_on),
                                   TST(test_kn_conv2d_variants_many_images),
                                   TST(test_the_checker_refuses_a_wrong_variant),
                                   TST(test_kn_conv2d_best_follows_the_level),
                                   TST_END};
