/* The dense layer of bf16, every level this machine has, against sums in double of the same rounded factors. */
#include "tst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/rng.h"
#include "ops/bf16/bf16_round.h"
#include "ops/dense/dense.h"

/* A linear layer and what its passes make, between guards; want: by plain loops. */
typedef struct layer {
    kn_dense d;
    int mb;
    tst_guard x, w, b, dz, y, dx, dw, db, packed, scratch;
    float *want_y, *want_dx, *want_dw;
} layer;

static tst_guard random_numbers(size_t n, size_t offset, kn_rng *r)
{
    tst_guard g = tst_guard_new(n, offset);
    for (size_t i = 0; i < n; i++)
        g.data[i] = 2 * kn_rng_uniform(r) - 1;
    return g;
}

/* c[m,n] = start + sum over k of a b, factors rounded; the strides say where they lie. */
static float *product(size_t m, size_t n, size_t k, const float *a, size_t a_m, size_t a_k,
                      const float *b, size_t b_k, size_t b_n, const float *start)
{
    float *c = calloc(m * n, sizeof *c);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = start ? (double)start[j] : 0.0;
            for (size_t q = 0; q < k; q++)
                sum += (double)kn_bf16_round(a[i * a_m + q * a_k]) *
                       (double)kn_bf16_round(b[q * b_k + j * b_n]);
            c[i * n + j] = (float)sum;
        }
    return c;
}

static layer layer_new(int mb, int ic, int oc)
{
    kn_rng r;
    kn_rng_init(&r, 5, (uint64_t)(mb * 1000 + oc));
    layer l = {.d = {ic, oc, {KN_ACT_LINEAR, 0}, true}, .mb = mb};
    const size_t m = (size_t)mb, i = (size_t)ic, o = (size_t)oc;
    l.x = random_numbers(m * i, 1, &r);
    l.w = random_numbers(i * o, 3, &r);
    l.b = random_numbers(o, 5, &r);
    l.dz = random_numbers(m * o, 7, &r);
    l.y = tst_guard_new(m * o, 1);
    l.dx = tst_guard_new(m * i, 3);
    l.dw = tst_guard_new(i * o, 5);
    l.db = tst_guard_new(o, 7);
    l.packed = tst_guard_new(kn_dense_packed_bytes(&l.d) / sizeof(float), 0);
    l.scratch = tst_guard_new(kn_dense_scratch_bytes(&l.d) / sizeof(float), 0);
    l.want_y = product(m, o, i, l.x.data, i, 1, l.w.data, o, 1, l.b.data);
    l.want_dx = product(m, i, o, l.dz.data, o, 1, l.w.data, 1, o, NULL);
    l.want_dw = product(i, o, m, l.x.data, 1, i, l.dz.data, o, 1, NULL);
    return l;
}

static void layer_free(layer *l)
{
    tst_guard *all[] = {&l->x,  &l->w,  &l->b,  &l->dz,     &l->y,
                        &l->dx, &l->dw, &l->db, &l->packed, &l->scratch};
    for (size_t n = 0; n < sizeof all / sizeof *all; n++) {
        CU_ASSERT_TRUE(tst_guard_ok(all[n]));
        tst_guard_free(all[n]);
    }
    free(l->want_y);
    free(l->want_dx);
    free(l->want_dw);
}

/* dw in two blocks of rows, as a layer makes it. */
static void layer_run(layer *l)
{
    const kn_dense *d = &l->d;
    const int half = d->ic / 2;
    memset(l->dw.data, 0, l->dw.n * sizeof(float));
    memset(l->db.data, 0, l->db.n * sizeof(float));
    kn_dense_pack(d, l->w.data, l->packed.data);
    kn_dense_forward(d, l->mb, l->x.data, l->w.data, l->packed.data, l->b.data, NULL, l->y.data,
                     l->scratch.data);
    kn_dense_backward_data(d, l->mb, l->w.data, l->packed.data, NULL, l->y.data, l->dz.data,
                           l->dz.data, l->dx.data, l->scratch.data);
    kn_dense_backward_weights(d, l->mb, 0, half, l->x.data, l->dz.data, l->dw.data, l->db.data,
                              l->scratch.data);
    kn_dense_backward_weights(d, l->mb, half, d->ic, l->x.data, l->dz.data, l->dw.data, NULL,
                              l->scratch.data);
}

/* Sums of up to 600 products of size 1. */
static bool layer_agrees(const layer *l)
{
    return tst_near_f32(l->y.data, l->want_y, l->y.n, 1e-4, 1e-5) &&
           tst_near_f32(l->dx.data, l->want_dx, l->dx.n, 1e-4, 1e-5) &&
           tst_near_f32(l->dw.data, l->want_dw, l->dw.n, 1e-4, 1e-5);
}

static void for_every_level(void (*check)(void))
{
    const kn_bf16 before = kn_bf16_get(), top = kn_bf16_detect();
    if (top == KN_BF16_NONE)
        tst_note("this machine has no bf16: nothing to run");
    for (int level = KN_BF16_AVX512; level <= (int)top; level++) {
        kn_bf16_force((kn_bf16)level);
        check();
    }
    kn_bf16_force(before);
}

static void check_sizes(void)
{
    static const int sizes[][3] = {{1, 1, 3},    {1, 32, 16},  {15, 31, 17},  {16, 33, 31},
                                   {17, 64, 32}, {33, 65, 33}, {64, 600, 64}, {65, 513, 7},
                                   {5, 97, 300}, {530, 40, 5}, {128, 48, 64}};
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        layer l = layer_new(sizes[n][0], sizes[n][1], sizes[n][2]);
        layer_run(&l);
        if (!layer_agrees(&l)) {
            tst_note("^ %s, mb%dic%doc%d", kn_bf16_name(kn_bf16_get()), sizes[n][0], sizes[n][1],
                     sizes[n][2]);
            CU_FAIL("the products are others");
        }
        layer_free(&l);
    }
}

static void test_kn_dense_bf16_is_the_formula(void)
{
    for_every_level(check_sizes);
}

/* A row of y and dx does not depend on the rows beside it, and twice gives the same bytes. */
static void check_rows_alone(void)
{
    layer all = layer_new(70, 97, 33), again = layer_new(70, 97, 33);
    layer_run(&all);
    layer_run(&again);
    CU_ASSERT_TRUE(memcmp(all.dw.data, again.dw.data, all.dw.n * sizeof(float)) == 0);
    for (int n = 0; n < 70; n += 23) {
        kn_dense_forward(&again.d, 1, all.x.data + n * 97, all.w.data, all.packed.data, all.b.data,
                         NULL, again.y.data, again.scratch.data);
        CU_ASSERT_TRUE(memcmp(again.y.data, all.y.data + n * 33, 33 * sizeof(float)) == 0);
    }
    layer_free(&all);
    layer_free(&again);
}

static void test_kn_dense_bf16_rows_stand_alone(void)
{
    for_every_level(check_rows_alone);
}

/* f32 is seen as wrong where bf16 is asked for. */
static void test_the_checker_sees_f32(void)
{
    layer l = layer_new(16, 64, 16);
    l.d.bf16 = false;
    tst_guard_free(&l.packed);
    tst_guard_free(&l.scratch);
    l.packed = tst_guard_new(kn_dense_packed_bytes(&l.d) / sizeof(float), 0);
    l.scratch = tst_guard_new(kn_dense_scratch_bytes(&l.d) / sizeof(float), 0);
    layer_run(&l);
    CU_ASSERT_FALSE(layer_agrees(&l));
    layer_free(&l);
}

static void test_one_and_two_units_stay_f32(void)
{
    const kn_dense one = {100, 1, {KN_ACT_LINEAR, 0}, true},
                   two = {100, 2, {KN_ACT_LINEAR, 0}, true};
    const kn_dense three = {100, 3, {KN_ACT_LINEAR, 0}, true};
    CU_ASSERT_EQUAL(kn_dense_way_of(&one), KN_DENSE_ROWS);
    CU_ASSERT_EQUAL(kn_dense_way_of(&two), KN_DENSE_ROWS);
    CU_ASSERT_EQUAL(kn_dense_way_of(&three), KN_DENSE_BF16);
}

const tst_case tst_ops_dense_bf16[] = {
    TST(test_kn_dense_bf16_is_the_formula), TST(test_kn_dense_bf16_rows_stand_alone),
    TST(test_the_checker_sees_f32), TST(test_one_and_two_units_stay_f32), TST_END};
