#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "ops/activation/activation_impl.h"

/* Every variant this machine runs, against libm in double and against the plain reference. */

static kn_act act_of(int kind)
{
    return (kn_act){(kn_act_kind)kind, kn_act_default_alpha((kn_act_kind)kind)};
}

static float float_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static double exact(int kind, double z)
{
    switch (kind) {
    case KN_ACT_ELU:
        return z > 0.0 ? z : expm1(z);
    case KN_ACT_TANH:
        return tanh(z);
    case KN_ACT_SIGMOID:
        return z < 0.0 ? exp(z) / (1.0 + exp(z)) : 1.0 / (1.0 + exp(-z));
    default:
        return 0.5 * z * erfc(-z * 0.70710678118654752440);
    }
}

/* Error in units of the last place of the f32 nearest to want. */
static double ulps(float got, double want)
{
    int exponent;
    frexp(want, &exponent);
    double unit = ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
    return isnan(got) ? HUGE_VAL : fabs((double)got - want) / unit;
}

/* The worst error over floats of all sizes and both signs; *at tells where. */
static double worst(const kn_act_impl *v, int kind, float *at)
{
    enum { BLOCK = 512 };
    static float z[BLOCK], y[BLOCK];
    double most = 0.0;
    uint32_t bits = 0;
    while (bits < 0x7f800000u) {
        for (int i = 0; i < BLOCK; i++, bits += 20011u)
            z[i] =
                float_of((bits < 0x7f800000u ? bits / 2u * 2u : 0u) | (i & 1 ? 0x80000000u : 0u));
        v->forward(act_of(kind), BLOCK, z, y);
        for (int i = 0; i < BLOCK; i++) {
            double error = ulps(y[i], exact(kind, (double)z[i]));
            if (error > most) {
                most = error;
                *at = z[i];
            }
        }
    }
    return most;
}

static void test_errors_are_a_few_units_in_the_last_place(void)
{
    /* Where gelu's Phi is tiny, its relative error is that of exp(-z^2/2) and of a polynomial of
     * degree 9. */
    const struct {
        int kind;
        double most;
    } bounds[] = {{KN_ACT_ELU, 2.0}, {KN_ACT_TANH, 2.5}, {KN_ACT_SIGMOID, 2.5}, {KN_ACT_GELU, 8.0}};
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++)
        for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
            float at = 0.0f;
            double error = worst(kn_act_impls[isa], bounds[i].kind, &at);
            tst_note("%s %s: %.2f ulp at %g", kn_act_impls[isa]->name, kn_act_names[bounds[i].kind],
                     error, (double)at);
            CU_ASSERT_TRUE(error <= bounds[i].most);
        }
}

static void test_every_length_agrees_with_the_reference(void)
{
    const size_t lengths[] = {1, 7, 8, 9, 15, 16, 17, 31, 33, 127};
    kn_rng r;
    kn_rng_init(&r, 4, 4);
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++)
        for (int kind = 0; kind < KN_ACT_COUNT; kind++)
            for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
                size_t n = lengths[l];
                float z[128], dy[128], y[128], dz[128];
                for (size_t i = 0; i < n; i++) {
                    z[i + 1] = (float)(3.0 * kn_rng_normal(&r));
                    dy[i + 1] = (float)kn_rng_normal(&r);
                }
                tst_guard gy = tst_guard_new(n, l % 5), gz = tst_guard_new(n, (l + 2) % 5);
                kn_act_ref.forward(act_of(kind), n, z + 1, y);
                kn_act_ref.backward(act_of(kind), n, z + 1, y, dy + 1, dz);
                kn_act_impls[isa]->forward(act_of(kind), n, z + 1, gy.data);
                kn_act_impls[isa]->backward(act_of(kind), n, z + 1, gy.data, dy + 1, gz.data);
                CU_ASSERT_TRUE(tst_near_f32(gy.data, y, n, 1e-7, 1e-6));
                CU_ASSERT_TRUE(tst_near_f32(gz.data, dz, n, 2e-6, 2e-6));
                CU_ASSERT_TRUE(tst_guard_ok(&gy) && tst_guard_ok(&gz));
                tst_guard_free(&gy);
                tst_guard_free(&gz);
            }
}

static void test_a_value_does_not_depend_on_its_place(void)
{
    enum { N = 53 };
    float z[N], whole[N], parts[N];
    for (int i = 0; i < N; i++)
        z[i] = 0.37f * (float)(i - 26);
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++)
        for (int kind = 0; kind < KN_ACT_COUNT; kind++) {
            kn_act_impls[isa]->forward(act_of(kind), N, z, whole);
            for (size_t at = 0, n = 1; at < N; at += n, n += 3) {
                n = n < N - at ? n : N - at;
                kn_act_impls[isa]->forward(act_of(kind), n, z + at, parts + at);
            }
            CU_ASSERT_EQUAL(memcmp(whole, parts, sizeof whole), 0);
        }
}

static void test_nan_infinity_and_in_place(void)
{
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++)
        for (int kind = 0; kind < KN_ACT_COUNT; kind++) {
            float z[5] = {NAN, -INFINITY, INFINITY, -0.0f, 1e-42f}, y[5], dy[5] = {1, 1, 1, 1, 1},
                  dz[5];
            kn_act_ref.forward(act_of(kind), 5, z, y);
            kn_act_impls[isa]->backward(act_of(kind), 5, z, y, dy, dz);
            CU_ASSERT_TRUE(isfinite(dz[1]) && isfinite(dz[2]));
            kn_act_impls[isa]->forward(act_of(kind), 5, z, z);
            CU_ASSERT_TRUE(tst_near_f32(z, y, 5, 1e-44, 0.0) || kind == KN_ACT_SIGMOID);
            CU_ASSERT_TRUE(tst_near_f32(z, y, 5, 1e-7, 0.0));
        }
}

const tst_case tst_ops_activation_variants[] = {TST(test_errors_are_a_few_units_in_the_last_place),
                                                TST(test_every_length_agrees_with_the_reference),
                                                TST(test_a_value_does_not_depend_on_its_place),
                                                TST(test_nan_infinity_and_in_place), TST_END};
