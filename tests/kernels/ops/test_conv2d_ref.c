/* The portable reference itself: shapes, numbers from Keras and PyTorch, finite differences. */
#include "tst.h"

#include <math.h>

#include "base/rng.h"
#include "kernels/ops/conv2d_problem.h"

static void test_kn_conv2d_shape_follows_keras(void)
{
    kn_conv2d c;
    TST_OK(conv2d_problem_parse("ic1ih50oc64kh3pool2", &c, e));
    CU_ASSERT_TRUE(c.oh == 48 && c.ow == 48 && c.ph == 24 && c.pw == 24 && c.pt == 0);
    CU_ASSERT_DOUBLE_EQUAL(kn_conv2d_macs(&c), 48. * 48 * 9 * 64, 0);
    TST_OK(conv2d_problem_parse("ic1ih7iw8oc1kh4sh2same1", &c, e));
    CU_ASSERT_TRUE(c.oh == 4 && c.ow == 4 && c.pt == 1 && c.pl == 1 && c.ph == 4 && c.pw == 4);
    TST_OK(conv2d_problem_parse("ih5kh1sh3same1", &c, e));
    CU_ASSERT_TRUE(c.oh == 2 && c.pt == 0);
}

static void test_kn_conv2d_shape_says_what_is_wrong(void)
{
    kn_conv2d c;
    TST_FAILS(KN_EUSAGE, "conv2d: a 5x3 kernel does not fit into 4x9",
              conv2d_problem_parse("ih4iw9kh5kw3", &c, e));
    TST_FAILS(KN_EUSAGE, "conv2d: a 3x3 pooling window does not fit into 2x2",
              conv2d_problem_parse("ih4kh3pool3", &c, e));
    TST_FAILS(KN_EUSAGE, "conv2d: kernel width is 0, not in 1..255",
              conv2d_problem_parse("ih4kh3kw0", &c, e));
    TST_FAILS(KN_EUSAGE, "conv2d: number of filters is 65537, not in 1..65536",
              conv2d_problem_parse("ih4oc65537", &c, e));
    TST_FAILS(KN_EUSAGE, "conv2d: pooling height is 17, not in 1..16",
              conv2d_problem_parse("ih40kh3pool17", &c, e));
    TST_FAILS(KN_EUSAGE, "conv2d: an output of 60000 x 30000 x 2 has more than 2147483647 elements",
              conv2d_problem_parse("ih60000iw30000oc2", &c, e));
    TST_FAILS(KN_EUSAGE, "'ih4zz3' is not a convolution such as ic64ih24oc64kh3pool2/relu",
              conv2d_problem_parse("ih4zz3", &c, e));
}

/* A block small enough for fixed arrays. */
enum { MOST = 512 };

typedef struct small {
    kn_conv2d c;
    float x[MOST], w[MOST], b[MOST], r[MOST]; /* r: the gradient of y */
    float y[MOST], dx[MOST], dw[MOST], db[MOST];
    double saved[4 * MOST], scratch[4 * MOST];
} small;

static size_t count(int a, int b, int c)
{
    return (size_t)a * (size_t)b * (size_t)c;
}

static void forward(small *s)
{
    const kn_conv2d_impl *k = kn_conv2d_impls[0];
    k->forward(&s->c, 1, s->x, s->w, NULL, s->b, s->y, s->saved, s->scratch);
}

static void forward_and_back(small *s)
{
    const kn_conv2d_impl *k = kn_conv2d_impls[0];
    CU_ASSERT_FATAL(k->saved_bytes(&s->c) <= sizeof s->saved);
    CU_ASSERT_FATAL(k->scratch_bytes(&s->c) <= sizeof s->scratch);
    memset(s->dw, 0, sizeof s->dw);
    memset(s->db, 0, sizeof s->db);
    forward(s);
    k->backward(&s->c, 1, s->x, s->w, NULL, s->y, s->saved, s->r, s->dx, s->dw, s->db, s->scratch);
}

/* As fill() in scripts/oracle/conv2d.py. */
static void fill(float *v, size_t n, int a, int b)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (float)(((int)i * a + b) % 17 - 8) / 8;
}

static void run_oracle_case(small *s, const char *word)
{
    TST_OK(conv2d_problem_parse(word, &s->c, e));
    fill(s->x, count(s->c.ih, s->c.iw, s->c.ic), 5, 3);
    fill(s->w, count(s->c.kh * s->c.kw, s->c.ic, s->c.oc), 7, 1);
    fill(s->b, (size_t)s->c.oc, 3, 9);
    fill(s->r, count(s->c.ph, s->c.pw, s->c.oc), 11, 2);
    forward_and_back(s);
}

/* clang-format off */
/* Printed by scripts/oracle/conv2d.py: TensorFlow 2.21 and PyTorch 2.15. */
static const float keras_y[] = {0, 2.640625f, 0, 3.390625f, 0, 2.875f, 0, 2.171875f, 1.3125f,
1.1875f, 0, 2.28125f};
static const float keras_dx[] = {-0.46875f, 0.625f, 0.390625f, 0.484375f, 0.65625f, -0.875f,
-0.546875f, -0.125f, 0.1875f, -0.25f, -0.546875f, 0.546875f, 0.421875f, 0.515625f, 0.765625f,
-0.765625f, -0.40625f, 0.015625f, 0.21875f, -0.21875f, -0.90625f, 0.84375f, 1.015625f, -0.0625f,
-0.0625f, 0.296875f, 0.453125f, 0.828125f, 0.625f, -0.6875f, -0.328125f, 0.328125f, 0.4375f,
-0.734375f, -1.015625f, 0.875f, 0.703125f, 0.65625f, 0.4375f, -0.4375f};
static const float keras_dw[] = {-0.140625f, -0.796875f, -0.375f, 2.265625f, 0.1875f, -0.96875f,
-0.046875f, -0.734375f, -0.28125f, 0.40625f, 0.28125f, -0.484375f, -0.09375f, -0.71875f,
-0.328125f, 2.34375f, 0.234375f, -1.015625f, 0, -0.78125f, -0.234375f, 0.265625f, 0.328125f,
-0.625f, 0, -0.515625f, 0, -0.6875f, 0, -0.078125f, 0, -0.390625f, 0, -0.421875f, 0, 1.28125f};
static const float keras_db[] = {-0.375f, 0.375f};
static const float torch_y[] = {0.754953563f, 0.761594176f, 0.679467916f, 0.774409175f,
0.754953563f, 0.786618829f, 0.754953563f, 0.786618829f};
static const float torch_dx[] = {0, -0.098431468f, 0, 0, 0.131345302f, 0, 0, -0.196862936f,
0.262483925f, 0, 0.262690604f, -0.350254118f, 0, 0, 0, 0.0940723717f, -0.0940723717f, 0,
0.0588791147f, -0.0588791147f, 0, 0, -0.053755641f, -0.0134389102f, -0.0178701952f,
-0.0336452089f, -0.00841130223f, 0, 0, 0, -0.0357403904f, 0.0476538539f, 0.376289487f,
-0.376289487f, 0, 0, 0, 0, 0, -0.215022564f, -0.053755641f, 0};
static const float torch_dw[] = {-0.134389102f, 0.190073758f, -0.512418389f, 0.0637366027f,
-0.209994957f, 0.0837947875f, -0.588024259f, 0.0587220564f};
static const float torch_db[] = {-0.604846835f, -0.0401163399f};
/* clang-format on */

static void test_kn_conv2d_reference_matches_keras(void)
{
    static small s;
    run_oracle_case(&s, "ic2ih4iw5oc2kh3sh2same1");
    CU_ASSERT_TRUE(tst_near_f32(s.y, keras_y, sizeof keras_y / sizeof *keras_y, 0, 0));
    CU_ASSERT_TRUE(tst_near_f32(s.dx, keras_dx, sizeof keras_dx / sizeof *keras_dx, 0, 0));
    CU_ASSERT_TRUE(tst_near_f32(s.dw, keras_dw, sizeof keras_dw / sizeof *keras_dw, 0, 0));
    CU_ASSERT_TRUE(tst_near_f32(s.db, keras_db, sizeof keras_db / sizeof *keras_db, 0, 0));
}

static void test_kn_conv2d_reference_matches_pytorch(void)
{
    static small s;
    run_oracle_case(&s, "ic1ih6iw7oc2kh2pool3ps2/tanh");
    CU_ASSERT_TRUE(tst_near_f32(s.y, torch_y, sizeof torch_y / sizeof *torch_y, 1e-6, 1e-6));
    CU_ASSERT_TRUE(tst_near_f32(s.dx, torch_dx, sizeof torch_dx / sizeof *torch_dx, 1e-6, 1e-6));
    CU_ASSERT_TRUE(tst_near_f32(s.dw, torch_dw, sizeof torch_dw / sizeof *torch_dw, 1e-6, 1e-6));
    CU_ASSERT_TRUE(tst_near_f32(s.db, torch_db, sizeof torch_db / sizeof *torch_db, 1e-6, 1e-6));
}

static double loss_at(small *s, float *v, float value)
{
    float keep = *v;
    double loss = 0;
    *v = value;
    forward(s);
    *v = keep;
    for (size_t i = 0; i < count(s->c.ph, s->c.pw, s->c.oc); i++)
        loss += (double)s->y[i] * (double)s->r[i];
    return loss;
}

typedef struct tally {
    int near, wrong, kinks;
} tally;

/* Central differences; where the slopes on both sides differ by more than curvature explains there
 * is a kink. */
static void compare(small *s, float *v, const float *dv, size_t n, tally *t)
{
    const double step = 1.0 / 128;
    for (size_t i = 0; i < n; i++) {
        double up = loss_at(s, &v[i], v[i] + (float)step), mid = loss_at(s, &v[i], v[i]);
        double down = loss_at(s, &v[i], v[i] - (float)step), slope = (up - down) / (2 * step);
        if (fabs(up - 2 * mid + down) > 0.01 * step)
            t->kinks++;
        else if (tst_near((double)dv[i], slope, 5e-3, 1e-3))
            t->near++;
        else
            t->wrong++;
    }
}

static tally differences(small *s, const char *word, float spoil)
{
    tally t = {0, 0, 0};
    kn_rng r;
    kn_rng_init(&r, 5, 6);
    TST_OK(conv2d_problem_parse(word, &s->c, e));
    for (int i = 0; i < MOST; i++) {
        s->x[i] = (kn_rng_uniform(&r) - 0.5f);
        s->w[i] = (kn_rng_uniform(&r) - 0.5f);
        s->b[i] = (kn_rng_uniform(&r) - 0.5f) / 4;
        s->r[i] = kn_rng_uniform(&r) - 0.5f;
    }
    forward_and_back(s);
    s->dw[1] += spoil;
    compare(s, s->x, s->dx, count(s->c.ih, s->c.iw, s->c.ic), &t);
    compare(s, s->w, s->dw, count(s->c.kh * s->c.kw, s->c.ic, s->c.oc), &t);
    compare(s, s->b, s->db, (size_t)s->c.oc, &t);
    return t;
}

static void test_kn_conv2d_reference_gradients_match_differences(void)
{
    static const char *const words[] = {"ic2ih6oc3kh3/linear",
                                        "ic2ih6oc3kh3/tanh",
                                        "ic2ih6oc3kh3/sigmoid",
                                        "ic2ih6oc3kh3/gelu",
                                        "ic2ih6oc3kh3/elu",
                                        "ic2ih6oc3kh3/leaky_relu",
                                        "ic2ih6oc3kh3/relu",
                                        "ic2ih7oc3kh2pool2",
                                        "ic2ih7iw6oc3kh3sh2same1/gelu",
                                        "ic2ih7oc3kh3pool2/gelu",
                                        "ic2ih7oc3kh3same1pool3ps2/tanh",
                                        "ic2ih7oc3kh1pool2ps3/linear"};
    static small s;
    tally all = {0, 0, 0};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        tally t = differences(&s, words[i], 0);
        if (t.wrong > 0)
            tst_note("%s: %d near, %d wrong, %d at kinks", words[i], t.near, t.wrong, t.kinks);
        CU_ASSERT_EQUAL(t.wrong, 0);
        CU_ASSERT_TRUE(t.near > 4 * t.kinks);
        all.near += t.near;
        all.kinks += t.kinks;
    }
    tst_note("%d derivatives agree, %d skipped at kinks", all.near, all.kinks);
}

static void test_the_difference_check_refuses_a_wrong_gradient(void)
{
    static small s;
    CU_ASSERT_EQUAL(differences(&s, "ic2ih6oc3kh3/tanh", 0.02f).wrong, 1);
}

const tst_case tst_ops_conv2d_ref[] = {TST(test_kn_conv2d_shape_follows_keras),
                                       TST(test_kn_conv2d_shape_says_what_is_wrong),
                                       TST(test_kn_conv2d_reference_matches_keras),
                                       TST(test_kn_conv2d_reference_matches_pytorch),
                                       TST(test_kn_conv2d_reference_gradients_match_differences),
                                       TST(test_the_difference_check_refuses_a_wrong_gradient),
                                       TST_END};
