/* Every variant of batchnorm.h against the reference. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "ops/batchnorm/batchnorm.h"
#include "tst.h"

/* Summation order and fused multiply-adds; sums of up to some hundred numbers near 1. */
static const double atol = 2e-5, rtol = 2e-5;

static void fill(float *x, size_t n, uint64_t stream)
{
    kn_rng r;
    kn_rng_init(&r, 17, stream);
    for (size_t i = 0; i < n; i++)
        x[i] = kn_rng_uniform(&r) * 2.0f - 1.0f;
}

typedef struct data {
    tst_guard x, dy, a, b, p, q, y, dx;
    double sum[4][1024];
} data;

static tst_guard filled(size_t n, uint64_t stream)
{
    tst_guard g = tst_guard_new(n, stream % 3);
    fill(g.data, n, stream);
    return g;
}

static void set_up(data *d, const kn_batchnorm *n)
{
    size_t c = (size_t)n->c, in = (size_t)n->h * (size_t)n->w * c;
    size_t out = n->pool ? (size_t)(n->h / 2) * (size_t)(n->w / 2) * c : in;
    memset(d->sum, 0, sizeof d->sum);
    d->x = filled(in, 1);
    d->dy = filled(out, 2);
    d->a = filled(c, 3);
    d->b = filled(c, 4);
    d->p = filled(c, 5);
    d->q = filled(c, 6);
    d->y = tst_guard_new(out, 1);
    d->dx = tst_guard_new(in, 2);
}

static void run(data *d, const kn_batchnorm *n, const kn_batchnorm_impl *by)
{
    kn_batchnorm_lines k = {d->a.data, d->b.data, d->p.data, d->q.data};
    by->sums(n, d->x.data, d->sum[0], d->sum[1]);
    by->forward(n, &k, d->x.data, d->y.data);
    by->sums_back(n, &k, d->x.data, d->dy.data, d->sum[2], d->sum[3]);
    by->backward(n, &k, d->x.data, d->dy.data, d->dx.data);
}

static bool agree(const data *got, const data *want, int c)
{
    bool good = tst_near_f32(got->y.data, want->y.data, want->y.n, atol, rtol) &&
                tst_near_f32(got->dx.data, want->dx.data, want->dx.n, atol, rtol) &&
                tst_guard_ok(&got->y) && tst_guard_ok(&got->dx);
    for (int s = 0; s < 4; s++)
        for (int i = 0; i < c; i++)
            good = good && tst_near(got->sum[s][i], want->sum[s][i], atol, rtol);
    return good;
}

static void tear_down(data *d)
{
    tst_guard *all[] = {&d->x, &d->dy, &d->a, &d->b, &d->p, &d->q, &d->y, &d->dx};
    for (int i = 0; i < 8; i++)
        tst_guard_free(all[i]);
}

static void check(const kn_batchnorm *n)
{
    static data want, got;
    set_up(&want, n);
    run(&want, n, &kn_batchnorm_ref);
    for (int v = 0; v <= (int)kn_isa_detect(); v++) {
        set_up(&got, n);
        run(&got, n, kn_batchnorm_impls[v]);
        if (!agree(&got, &want, n->c))
            tst_note("%s: %d x %d x %d relu %d pool %d", kn_batchnorm_impls[v]->name, n->h, n->w,
                     n->c, n->relu, n->pool);
        CU_ASSERT_TRUE(agree(&got, &want, n->c));
        tear_down(&got);
    }
    tear_down(&want);
}

static void test_variants_agree_with_the_reference(void)
{
    static const int sides[][2] = {{1, 1}, {2, 2}, {5, 4}, {4, 7}, {9, 9}};
    static const int channels[] = {1, 7, 8, 9, 15, 16, 17, 33, 37, 64};
    for (size_t s = 0; s < sizeof sides / sizeof *sides; s++)
        for (size_t c = 0; c < sizeof channels / sizeof *channels; c++)
            for (int bits = 0; bits < 4; bits++) {
                kn_batchnorm n = {sides[s][0], sides[s][1], channels[c], bits & 1, bits >> 1};
                if (!n.pool || (n.h > 1 && n.w > 1))
                    check(&n);
            }
}

static void test_a_changed_number_is_refused(void)
{
    static data want, got;
    kn_batchnorm n = {4, 4, 3, true, true};
    set_up(&want, &n);
    set_up(&got, &n);
    run(&want, &n, &kn_batchnorm_ref);
    run(&got, &n, &kn_batchnorm_ref);
    CU_ASSERT_TRUE(agree(&got, &want, n.c));
    got.sum[3][1] += 1e-3;
    CU_ASSERT_FALSE(agree(&got, &want, n.c));
    got.sum[3][1] = want.sum[3][1];
    got.dx.data[0] += 1e-3f;
    CU_ASSERT_FALSE(agree(&got, &want, n.c));
    tear_down(&got);
    tear_down(&want);
}

static void test_the_identity_gives_the_same_bytes(void)
{
    enum { N = 5 * 5 * 19 };
    float x[N], y[N], dx[N], one[19], zero[19] = {0};
    fill(x, N, 8);
    for (int i = 0; i < 19; i++)
        one[i] = 1.0f;
    kn_batchnorm n = {5, 5, 19, false, false};
    kn_batchnorm_lines k = {one, zero, zero, zero};
    for (int v = 0; v <= (int)kn_isa_detect(); v++) {
        kn_batchnorm_impls[v]->forward(&n, &k, x, y);
        kn_batchnorm_impls[v]->backward(&n, &k, x, x, dx);
        CU_ASSERT_EQUAL(memcmp(x, y, sizeof x), 0);
        CU_ASSERT_EQUAL(memcmp(x, dx, sizeof x), 0);
    }
}

/* Where all four of a window are alike, the first takes the gradient; a relu of NaN is NaN. */
static void test_ties_and_nan(void)
{
    const float x[4] = {2, 2, 2, 2}, dy = 3, one = 1, zero = 0, nan = NAN;
    kn_batchnorm n = {2, 2, 1, true, true};
    for (int v = 0; v <= (int)kn_isa_detect(); v++) {
        kn_batchnorm_lines k = {&one, &zero, &zero, &zero};
        float y, dx[4];
        kn_batchnorm_impls[v]->backward(&n, &k, x, &dy, dx);
        CU_ASSERT_TRUE(dx[0] == 3 && dx[1] == 0 && dx[2] == 0 && dx[3] == 0);
        k.b = &nan;
        kn_batchnorm_impls[v]->forward(&n, &k, x, &y);
        CU_ASSERT_TRUE(isnan(y));
    }
}

const tst_case tst_ops_batchnorm[] = {
    TST(test_variants_agree_with_the_reference), TST(test_a_changed_number_is_refused),
    TST(test_the_identity_gives_the_same_bytes), TST(test_ties_and_nan), TST_END};
