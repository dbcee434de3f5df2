/* Every variant in conv2d.def against the portable reference. Inputs are multiples of 1/8, so sums
 * are exact: with ReLU and no activation all variants must agree in every bit, ties in pooling
 * windows included. */
#include "tst.h"

#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "kernels/ops/conv2d_problem.h"

typedef struct tolerance {
    double y, dx, dw; /* absolute, and relative 1e-6 where not 0 */
} tolerance;

static const tolerance exact = {0, 0, 0};
static const tolerance smooth = {
    1e-6, 2e-5, 1e-4}; /* activations round: gradients are no longer multiples of 1/8 */
static const tolerance rounded = {1e-4, 1e-4, 1e-4}; /* sums of up to 600 products of size 1 */

/* Inputs and results of one run. Outputs stand between guards, inputs at an odd address. */
typedef struct block_run {
    tst_guard y, dx, dw, db;
} block_run;

typedef struct block_in {
    tst_guard x, w, b, dy;
} block_in;

static size_t size3(int a, int b, int c)
{
    return (size_t)a * (size_t)b * (size_t)c;
}

static tst_guard fill(size_t n, size_t offset, bool on_lattice, kn_rng *r)
{
    tst_guard g = tst_guard_new(n, offset);
    for (size_t i = 0; i < n; i++)
        g.data[i] = on_lattice ? ((float)kn_rng_below(r, 17) - 8) / 8 : 2 * kn_rng_uniform(r) - 1;
    return g;
}

static block_in inputs_new(const kn_conv2d *c, bool on_lattice)
{
    kn_rng r;
    kn_rng_init(&r, 11, (uint64_t)c->oc);
    block_in in;
    in.x = fill(size3(c->ih, c->iw, c->ic), 1, on_lattice, &r);
    in.w = fill(size3(c->kh * c->kw, c->ic, c->oc), 3, on_lattice, &r);
    in.b = fill((size_t)c->oc, 5, on_lattice, &r);
    in.dy = fill(size3(c->ph, c->pw, c->oc), 7, on_lattice, &r);
    return in;
}

static void inputs_free(block_in *in)
{
    tst_guard_free(&in->x);
    tst_guard_free(&in->w);
    tst_guard_free(&in->b);
    tst_guard_free(&in->dy);
}

static void run_free(block_run *r)
{
    tst_guard_free(&r->y);
    tst_guard_free(&r->dx);
    tst_guard_free(&r->dw);
    tst_guard_free(&r->db);
}

static tst_guard filled_with(size_t n, size_t offset, float value)
{
    tst_guard g = tst_guard_new(n, offset);
    for (size_t i = 0; i < n; i++)
        g.data[i] = value;
    return g;
}

/* Forward and backward with scratch, saved and packed full of NaN between guards; the guards must
 * survive. */
static block_run run_block(const kn_conv2d_impl *k, const kn_conv2d *c, const block_in *in,
                           bool train, bool want_dx)
{
    block_run r = {
        .y = tst_guard_new(size3(c->ph, c->pw, c->oc), 1),
        .dx = tst_guard_new(size3(c->ih, c->iw, c->ic), 3),
        .dw = filled_with(size3(c->kh * c->kw, c->ic, c->oc), 5, 0.5f),
        .db = filled_with((size_t)c->oc, 7, 0.25f),
    };
    tst_guard packed = tst_guard_new((k->packed_bytes(c) + 3) / 4, 0);
    tst_guard saved = tst_guard_new((k->saved_bytes(c) + 3) / 4, 0);
    tst_guard scratch = tst_guard_new((k->scratch_bytes(c) + 3) / 4, 0);
    k->pack(c, in->w.data, packed.data);
    k->forward(c, in->x.data, in->w.data, packed.data, in->b.data, r.y.data,
               train ? saved.data : NULL, scratch.data);
    if (train) {
        k->backward(c, in->x.data, in->w.data, packed.data, r.y.data, saved.data, in->dy.data,
                    want_dx ? r.dx.data : NULL, r.dw.data, r.db.data, scratch.data);
        k->finish(c, r.dw.data, scratch.data);
    }
    const tst_guard *all[] = {&r.y,     &r.dx,  &r.dw,  &r.db,  &packed, &saved,
                              &scratch, &in->x, &in->w, &in->b, &in->dy};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        CU_ASSERT_TRUE(tst_guard_ok(all[i]));
    tst_guard_free(&packed);
    tst_guard_free(&saved);
    tst_guard_free(&scratch);
    return r;
}

static bool near(const char *what, const tst_guard *got, const tst_guard *want, double tol)
{
    if (tst_near_f32(got->data, want->data, got->n, tol, tol > 0 ? 1e-6 : 0))
        return true;
    tst_note("^ %s", what);
    return false;
}

/* Whether implementation k gives what the reference gives: training with and without dx, and
 * inference. */
static bool agrees(const kn_conv2d_impl *k, const kn_conv2d *c, bool on_lattice, tolerance t)
{
    block_in in = inputs_new(c, on_lattice);
    block_run want = run_block(kn_conv2d_impls[0], c, &in, true, true);
    block_run got = run_block(k, c, &in, true, true);
    block_run no_dx = run_block(k, c, &in, true, false);
    block_run inference = run_block(k, c, &in, false, false);
    bool ok = near("y", &got.y, &want.y, t.y) && near("dx", &got.dx, &want.dx, t.dx) &&
              near("dw", &got.dw, &want.dw, t.dw) && near("db", &got.db, &want.db, t.dw) &&
              near("dw without dx", &no_dx.dw, &got.dw, 0) &&
              near("db without dx", &no_dx.db, &got.db, 0) &&
              near("y of inference", &inference.y, &got.y, 0);
    run_free(&want);
    run_free(&got);
    run_free(&no_dx);
    run_free(&inference);
    inputs_free(&in);
    return ok;
}

static void check_all(const char *word, bool on_lattice, tolerance t)
{
    kn_conv2d c;
    TST_OK(conv2d_problem_parse(word, &c, e));
    for (int i = 1; i < kn_conv2d_impl_count; i++) {
        if (kn_conv2d_impls[i]->isa > kn_isa_detect())
            continue;
        bool ok = agrees(kn_conv2d_impls[i], &c, on_lattice, t);
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
        block_in in = inputs_new(&c, true);
        in.x.data[3] = NAN;
        in.x.data[60] = INFINITY;
        in.x.data[100] = -INFINITY;
        block_run want = run_block(kn_conv2d_impls[0], &c, &in, true, true);
        size_t nans = 0;
        for (size_t i = 0; i < want.y.n; i++)
            nans += isnan(want.y.data[i]) != 0;
        CU_ASSERT_TRUE(nans > 0 && nans < want.y.n);
        for (int i = 1; i < kn_conv2d_impl_count; i++) {
            if (kn_conv2d_impls[i]->isa > kn_isa_detect())
                continue;
            block_run got = run_block(kn_conv2d_impls[i], &c, &in, true, true);
            CU_ASSERT_TRUE(near(words[n], &got.y, &want.y, 0));
            CU_ASSERT_TRUE(near(words[n], &got.dx, &want.dx, 0));
            if (c.pkh == 0 || c.psh >= c.pkh) /* two windows on an infinite pixel may cancel */
                CU_ASSERT_TRUE(near(words[n], &got.dw, &want.dw, 0));
            run_free(&got);
        }
        run_free(&want);
        inputs_free(&in);
    }
}

/* A variant that is slightly wrong in one place, to see it refused. */
static int wrong_in;

static void wrong_forward(const kn_conv2d *c, const float *x, const float *w, const void *packed,
                          const float *b, float *y, void *saved, void *scratch)
{
    kn_conv2d_impls[0]->forward(c, x, w, packed, b, y, saved, scratch);
    if (wrong_in == 0)
        y[7] += 1e-3f;
}

static void wrong_backward(const kn_conv2d *c, const float *x, const float *w, const void *packed,
                           const float *y, const void *saved, const float *dy, float *dx, float *dw,
                           float *db, void *scratch)
{
    kn_conv2d_impls[0]->backward(c, x, w, packed, y, saved, dy, dx, dw, db, scratch);
    if (wrong_in == 1 && dx)
        dx[5] += 1e-3f;
    if (wrong_in == 2)
        dw[3] += 1e-3f;
    if (wrong_in == 3)
        db[1] += 1e-3f;
    if (wrong_in == 4 && !dx)
        dw[2] += 1e-3f;
}

static void test_the_checker_refuses_a_wrong_variant(void)
{
    kn_conv2d c;
    kn_conv2d_impl wrong = *kn_conv2d_impls[0];
    wrong.forward = wrong_forward;
    wrong.backward = wrong_backward;
    TST_OK(conv2d_problem_parse("ic2ih6oc3kh3pool2/linear", &c, e));
    for (wrong_in = 0; wrong_in < 5; wrong_in++)
        CU_ASSERT_FALSE(agrees(&wrong, &c, true, rounded));
    CU_ASSERT_TRUE(agrees(&wrong, &c, true, exact));
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
                                   TST(test_the_checker_refuses_a_wrong_variant),
                                   TST(test_kn_conv2d_best_follows_the_level),
                                   TST_END};
