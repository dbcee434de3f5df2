#include "tst.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "ops/optimizer/optimizer.h"
#include "ops/optimizer/optimizer_impl.h"

/* Keras 3.15's optimizers after five steps, from scripts/oracle/optimizers.py. */

enum { N = 5, STEPS = 5 };

static const float start[N] = {0.5f, -0.25f, 1.5f, 0.0f, -2.0f};
static const float gradient[N] = {0.1f, -0.2f, 0.003f, 0.0f, 4.0f};
static const float gradient_scale[STEPS] = {1.0f, -0.5f, 2.0f, 0.25f, 1.0f};

typedef struct keras_case {
    kn_optimizer o;
    float lr, w[N];
} keras_case;

static const keras_case cases[] = {
    {{.kind = KN_OPT_SGD}, 0.01f, {0.496250004f, -0.242500007f, 1.49988747f, 0.0f, -2.14999986f}},
    {{.kind = KN_OPT_SGD, .momentum = 0.9},
     0.01f,
     {0.490729421f, -0.231458798f, 1.49972188f, 0.0f, -2.37082386f}},
    {{.kind = KN_OPT_SGD, .momentum = 0.9, .nesterov = true},
     0.01f,
     {0.487906486f, -0.225812912f, 1.49963713f, 0.0f, -2.48374152f}},
    {{.kind = KN_OPT_RMSPROP, .rho = 0.9, .eps = 1e-7},
     0.001f,
     {0.493729293f, -0.243729204f, 1.49387491f, 0.0f, -2.00627089f}},
    {{.kind = KN_OPT_RMSPROP, .rho = 0.8, .momentum = 0.5, .eps = 1e-3},
     0.001f,
     {0.49332425f, -0.242839038f, 1.4994446f, 0.0f, -2.00736403f}},
    {{.kind = KN_OPT_ADAM, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-7},
     0.001f,
     {0.496794999f, -0.246794939f, 1.49679708f, 0.0f, -2.00320482f}},
    {{.kind = KN_OPT_ADAM, .beta1 = 0.8, .beta2 = 0.95, .eps = 1e-4},
     0.01f,
     {0.46815604f, -0.218110234f, 1.47082472f, 0.0f, -2.03193331f}},
    {{.kind = KN_OPT_ADAMW, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-7, .weight_decay = 0.004},
     0.001f,
     {0.496785015f, -0.246789962f, 1.49676728f, 0.0f, -2.00316453f}},
    {{.kind = KN_OPT_ADAMW, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-7, .weight_decay = 0.1},
     0.01f,
     {0.465521812f, -0.216768995f, 1.46055269f, 0.0f, -2.02200389f}},
};

static void five_steps(const keras_case *k, float *w)
{
    float m[N] = {0}, v[N] = {0}, g[N];
    memcpy(w, start, sizeof start);
    for (int t = 0; t < STEPS; t++) {
        for (int i = 0; i < N; i++)
            g[i] = gradient[i] * gradient_scale[t];
        kn_optimizer_step(&k->o, N, k->lr, t + 1, g, w, m, v);
    }
}

static void test_five_steps_agree_with_keras(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float w[N];
        five_steps(&cases[i], w);
        CU_ASSERT_TRUE(tst_near_f32(w, cases[i].w, N, 1e-7, 3e-7));
    }
}

/* Of PyTorch, after every tenth of a hundred steps, from scripts/oracle/torch_adamw.py. */
enum { TORCH_STEPS = 100, TORCH_EVERY = 10, TORCH_ROWS = TORCH_STEPS / TORCH_EVERY };

typedef struct torch_case {
    kn_optimizer o;
    float lr, w[TORCH_ROWS][N];
} torch_case;

static const torch_case torch_cases[] = {
#include "torch_adamw.inc"
};

/* Gradients that change sign and size; number 3 has none in the first half. */
static float torch_gradient(int step, int i)
{
    static const float size[N] = {0.1f, 3.0f, 1e-6f, 0.5f, 40.0f};
    int turn = (step * (2 * i + 3) + 5 * i) % 17 - 7;
    return i == 3 && step < TORCH_STEPS / 2 ? 0.0f : size[i] * (float)turn / 8.0f;
}

static bool agrees_with_torch(const torch_case *k)
{
    float w[N], m[N] = {0}, v[N] = {0}, g[N];
    bool same = true;
    memcpy(w, start, sizeof start);
    for (int t = 0; t < TORCH_STEPS; t++) {
        for (int i = 0; i < N; i++)
            g[i] = torch_gradient(t, i);
        kn_optimizer_step(&k->o, N, k->lr, t + 1, g, w, m, v);
        if ((t + 1) % TORCH_EVERY == 0)
            same = same && tst_near_f32(w, k->w[t / TORCH_EVERY], N, 1e-7, 1e-6);
    }
    return same;
}

static void test_a_hundred_steps_of_adamw_agree_with_torch(void)
{
    for (size_t i = 0; i < sizeof torch_cases / sizeof *torch_cases; i++) {
        torch_case k = torch_cases[i];
        CU_ASSERT_TRUE(agrees_with_torch(&k));
        k.o.kind = KN_OPT_ADAMW;
        CU_ASSERT_FALSE(agrees_with_torch(&k));
        k.o.kind = KN_OPT_ADAMW_TORCH;
        k.o.weight_decay += 0.001;
        CU_ASSERT_FALSE(agrees_with_torch(&k));
    }
}

static void test_a_changed_option_is_seen(void)
{
    keras_case k = cases[5];
    float w[N];
    k.o.eps = 1e-3;
    five_steps(&k, w);
    CU_ASSERT_FALSE(tst_near_f32(w, k.w, N, 1e-7, 3e-7));
}

static void test_defaults_are_those_of_keras_and_torch(void)
{
    for (int kind = 0; kind < KN_OPT_COUNT; kind++) {
        kn_optimizer o = kn_optimizer_default((kn_optimizer_kind)kind);
        CU_ASSERT_EQUAL((int)o.kind, kind);
        CU_ASSERT_EQUAL(o.momentum, 0.0);
        CU_ASSERT_EQUAL(kn_optimizer_moments(&o), kind == KN_OPT_SGD       ? 0
                                                  : kind == KN_OPT_RMSPROP ? 1
                                                                           : 2);
        CU_ASSERT_PTR_NOT_NULL(kn_optimizer_names[kind]);
    }
    CU_ASSERT_EQUAL(kn_optimizer_default(KN_OPT_ADAMW).weight_decay, 0.004);
    CU_ASSERT_EQUAL(kn_optimizer_default(KN_OPT_ADAMW).eps, 1e-7);
    CU_ASSERT_EQUAL(kn_optimizer_default(KN_OPT_ADAMW_TORCH).weight_decay, 0.01);
    CU_ASSERT_EQUAL(kn_optimizer_default(KN_OPT_ADAMW_TORCH).eps, 1e-8);
    CU_ASSERT_PTR_NULL(kn_optimizer_names[KN_OPT_COUNT]);
}

static void test_moments_follow_the_options(void)
{
    kn_optimizer o = kn_optimizer_default(KN_OPT_SGD);
    o.momentum = 0.5;
    CU_ASSERT_EQUAL(kn_optimizer_moments(&o), 1);
    o.kind = KN_OPT_RMSPROP;
    CU_ASSERT_EQUAL(kn_optimizer_moments(&o), 2);
}

static void test_adams_first_step_is_lr_times_sign(void)
{
    const float g[4] = {1e-3f, -7.0f, 123.0f, -0.5f};
    float w[4] = {0}, m[4] = {0}, v[4] = {0};
    kn_optimizer o = kn_optimizer_default(KN_OPT_ADAM);
    o.eps = 0.0;
    kn_optimizer_step(&o, 4, 0.25f, 1, g, w, m, v);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_TRUE(tst_near((double)w[i], g[i] > 0.0f ? -0.25 : 0.25, 0.0, 2e-5));
}

static void test_any_partition_gives_the_same_bytes(void)
{
    enum { M = 203 };
    for (int kind = 0; kind < KN_OPT_COUNT; kind++) {
        float g[M], whole[3][M], parts[3][M];
        kn_rng r;
        kn_rng_init(&r, 3, 5);
        for (int i = 0; i < M; i++) {
            g[i] = (float)kn_rng_normal(&r);
            whole[0][i] = (float)kn_rng_normal(&r);
            whole[1][i] = (float)kn_rng_normal(&r);
            whole[2][i] = kn_rng_uniform(&r);
        }
        memcpy(parts, whole, sizeof whole);
        kn_optimizer o = kn_optimizer_default((kn_optimizer_kind)kind);
        o.momentum = 0.9;
        kn_optimizer_step(&o, M, 0.01f, 3, g, whole[0], whole[1], whole[2]);
        for (size_t at = 0, n = 1; at < M; at += n, n = n * 2 + 1) {
            if (n > M - at)
                n = M - at;
            kn_optimizer_step(&o, n, 0.01f, 3, g + at, parts[0] + at, parts[1] + at, parts[2] + at);
        }
        CU_ASSERT_EQUAL(memcmp(whole, parts, sizeof whole), 0);
    }
}

static void test_variants_give_the_bytes_of_the_reference(void)
{
    const size_t lengths[] = {1, 7, 8, 9, 15, 16, 17, 33, 131};
    const kn_opt_step c = {.lr = 0.01f,
                           .momentum = 0.9f,
                           .rho = 0.8f,
                           .rho_rest = 0.2f,
                           .eps = 1e-3f,
                           .alpha = 0.03f,
                           .rest1 = 0.1f,
                           .rest2 = 0.001f,
                           .decay = 0.004f,
                           .beta2 = 0.999f,
                           .root2 = 0.07f,
                           .keep = 0.9996f,
                           .nesterov = true};
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++)
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            size_t n = lengths[l];
            tst_guard b[2][4]; /* g, w, m, v: of the reference, of the variant */
            kn_rng r;
            kn_rng_init(&r, 3, n);
            for (int i = 0; i < 4; i++) {
                b[0][i] = tst_guard_new(n, (size_t)i);
                b[1][i] = tst_guard_new(n, (size_t)i);
                for (size_t k = 0; k < n; k++)
                    b[0][i].data[k] = b[1][i].data[k] = kn_rng_uniform(&r) - (i < 3 ? 0.5f : 0.0f);
            }
            for (int who = 0; who < 2; who++) {
                const kn_opt_impl *impl = who ? kn_opt_impls[isa] : &kn_opt_ref;
                float *g = b[who][0].data, *w = b[who][1].data, *m = b[who][2].data,
                      *v = b[who][3].data;
                impl->sgd(&c, n, g, w, NULL);
                impl->sgd(&c, n, g, w, m);
                impl->rmsprop(&c, n, g, w, NULL, v);
                impl->rmsprop(&c, n, g, w, m, v);
                impl->adam(&c, n, g, w, m, v);
                impl->adamw_torch(&c, n, g, w, m, v);
            }
            for (int i = 0; i < 4; i++) {
                CU_ASSERT_EQUAL(memcmp(b[0][i].data, b[1][i].data, n * sizeof(float)), 0);
                CU_ASSERT_TRUE(tst_guard_ok(&b[0][i]) && tst_guard_ok(&b[1][i]));
                tst_guard_free(&b[0][i]);
                tst_guard_free(&b[1][i]);
            }
        }
}

enum { SHARDS = 5, AT = 3 };

/* n numbers from AT on of every shard, in guarded rows; the sum in one more. */
static void sum_of(const kn_opt_impl *impl, size_t n, tst_guard rows[SHARDS + 1])
{
    float *shard[SHARDS];
    kn_rng r;
    kn_rng_init(&r, 3, n);
    for (int s = 0; s < SHARDS; s++) {
        rows[s] = tst_guard_new(AT + n, (size_t)s);
        shard[s] = rows[s].data;
        for (size_t k = 0; k < AT + n; k++)
            shard[s][k] = (float)kn_rng_normal(&r);
    }
    rows[SHARDS] = tst_guard_new(n, 1);
    impl->sum(SHARDS, shard, AT, n, rows[SHARDS].data);
}

static void test_sums_of_shards_leave_zeros(void)
{
    const size_t lengths[] = {1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 131};
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++)
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            tst_guard want[SHARDS + 1], got[SHARDS + 1];
            sum_of(&kn_opt_ref, lengths[l], want);
            sum_of(kn_opt_impls[isa], lengths[l], got);
            for (int s = 0; s <= SHARDS; s++) {
                size_t bytes = want[s].n * sizeof(float);
                CU_ASSERT_EQUAL(memcmp(got[s].data, want[s].data, bytes), 0);
                CU_ASSERT_TRUE(s == SHARDS || got[s].data[AT] == 0.0f);
                got[s].data[0] += 1.0f; /* the comparison itself */
                CU_ASSERT_NOT_EQUAL(memcmp(got[s].data, want[s].data, bytes), 0);
                CU_ASSERT_TRUE(tst_guard_ok(&got[s]) && tst_guard_ok(&want[s]));
                tst_guard_free(&got[s]);
                tst_guard_free(&want[s]);
            }
        }
}

static void test_regularizer_adds_penalty_and_gradient(void)
{
    const float w[4] = {1.0f, -2.0f, 0.0f, 0.5f};
    float g[4] = {1.0f, 1.0f, 1.0f, 1.0f};
    const float want[4] = {1.6f, 0.0f, 1.0f, 1.4f};
    CU_ASSERT_DOUBLE_EQUAL(kn_regularize(4, 0.2f, 0.2f, w, g), 0.2 * 3.5 + 0.2 * 5.25, 1e-7);
    CU_ASSERT_TRUE(tst_near_f32(g, want, 4, 1e-6, 0.0));
    CU_ASSERT_DOUBLE_EQUAL(kn_regularize(4, 0.0f, 0.01f, w, NULL), 0.0525, 1e-8);
    float many[37];
    double one = 0.0, two = 0.0;
    for (int i = 0; i < 37; i++) {
        many[i] = (float)(i - 11) / 8.0f;
        one += fabs((double)many[i]);
        two += (double)many[i] * (double)many[i];
    }
    CU_ASSERT_DOUBLE_EQUAL(kn_regularize(37, 1.0f, 2.0f, many, NULL), one + 2.0 * two, 1e-9);
}

const tst_case tst_ops_optimizer[] = {TST(test_five_steps_agree_with_keras),
                                      TST(test_a_hundred_steps_of_adamw_agree_with_torch),
                                      TST(test_a_changed_option_is_seen),
                                      TST(test_defaults_are_those_of_keras_and_torch),
                                      TST(test_moments_follow_the_options),
                                      TST(test_adams_first_step_is_lr_times_sign),
                                      TST(test_any_partition_gives_the_same_bytes),
                                      TST(test_sums_of_shards_leave_zeros),
                                      TST(test_variants_give_the_bytes_of_the_reference),
                                      TST(test_regularizer_adds_penalty_and_gradient),
                                      TST_END};
