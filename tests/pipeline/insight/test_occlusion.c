/* Occlusion against a plain loop that paints one square at a time and asks for one picture at a time. */
#include "insight/occlusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/nn/net_data.h"
#include "nn/layer_config.h"
#include "tst.h"

enum { SIDE = 14, PIXELS = SIDE * SIDE };

typedef struct subject {
    kn_net *net;
    kn_pool *pool;
    kn_trainer *t;
    uint8_t *x;
    kn_shape shape;
} subject;

static void set_up(subject *s, kn_net *net)
{
    *s = (subject){.net = net, .x = net_data_pixels(SIDE), .shape = kn_net_input(net)};
    const kn_trainer_options o = {.batch_max = 0, .class_weight = {1, 1}};
    TST_OK(kn_pool_new(2, &s->pool, e));
    TST_OK(kn_trainer_new(net, s->pool, &o, &s->t, e));
    net_data_weights(net, kn_trainer_params(s->t));
}

static void tear_down(subject *s)
{
    kn_trainer_free(s->t);
    kn_pool_free(s->pool);
    kn_net_free(s->net);
    free(s->x);
}

static double ask(subject *s, const uint8_t *x)
{
    const uint32_t first = 0;
    const kn_batch batch = {.x = x, .index = &first, .count = 1};
    float p = 0;
    TST_OK(kn_trainer_predict(s->t, &batch, &p, NULL, e));
    return (double)p;
}

/* One square of rgb or grey at a time, edges at 0, stride, 2 stride ..., the last flush with the picture. */
static void plain(subject *s, int patch, int stride, double *map)
{
    int c = s->shape.c, n[PIXELS] = {0};
    double mean[3] = {0}, whole = ask(s, s->x);
    for (int i = 0; i < PIXELS * c; i++)
        mean[i % c] += s->x[i];
    for (int i = 0; i < PIXELS; i++)
        map[i] = 0;
    uint8_t *copy = malloc((size_t)PIXELS * (size_t)c);
    for (int top = 0, last_row = 0; !last_row; top += stride) {
        last_row = top >= SIDE - patch;
        int t = last_row ? SIDE - patch : top;
        for (int left = 0, last = 0; !last; left += stride) {
            last = left >= SIDE - patch;
            int l = last ? SIDE - patch : left;
            memcpy(copy, s->x, (size_t)PIXELS * (size_t)c);
            for (int i = 0; i < PIXELS * c; i++) {
                int v = i / c / SIDE, u = i / c % SIDE;
                if (v >= t && v < t + patch && u >= l && u < l + patch)
                    copy[i] = (uint8_t)floor(mean[i % c] / PIXELS + 0.5);
            }
            double p = ask(s, copy), drop = log(whole / (1 - whole)) - log(p / (1 - p));
            for (int i = 0; i < PIXELS; i++)
                if (i / SIDE >= t && i / SIDE < t + patch && i % SIDE >= l &&
                    i % SIDE < l + patch) {
                    map[i] += drop;
                    n[i]++;
                }
        }
    }
    for (int i = 0; i < PIXELS; i++)
        map[i] /= n[i];
    free(copy);
}

static void check(subject *s, int patch, int stride, int nx)
{
    double want[PIXELS];
    float map[PIXELS];
    pl_occlusion o;
    plain(s, patch, stride, want);
    TST_OK(pl_occlude(s->t, s->x, s->shape, 1, 0, patch, stride, &o, e));
    CU_ASSERT_EQUAL(o.nx, nx);
    CU_ASSERT_EQUAL(o.ny, nx);
    CU_ASSERT_EQUAL(o.x[nx - 1], SIDE - patch);
    pl_occlusion_map(&o, 1, map);
    CU_ASSERT_TRUE(tst_near_f64(map, want, PIXELS, 2e-6, 1e-5));
    size_t best = pl_occlusion_strongest(&o, 1);
    for (int i = 0; i < nx * nx; i++)
        CU_ASSERT_TRUE(o.covered[best] <= o.covered[i]);
    pl_occlusion_map(&o, 0, map);
    for (int i = 0; i < PIXELS; i++)
        want[i] = -want[i];
    CU_ASSERT_TRUE(tst_near_f64(map, want, PIXELS, 2e-6, 1e-5));
    best = pl_occlusion_strongest(&o, 0);
    for (int i = 0; i < nx * nx; i++)
        CU_ASSERT_TRUE(o.covered[best] >= o.covered[i]);
    want[PIXELS / 2] += 1e-3;
    CU_ASSERT_FALSE(tst_near_f64(map, want, PIXELS, 2e-6, 1e-5));
    pl_occlusion_clear(&o);
}

static void test_it_is_the_plain_loop(void)
{
    subject s;
    set_up(&s, net_data_cnn(SIDE, 6, 8, KN_OUTPUT_SIGMOID, 0, 0, 0));
    check(&s, 5, 2, 6);
    check(&s, 1, 1, 14);
    check(&s, 3, 3, 5); /* the last square overlaps the one before */
    check(&s, 14, 14, 1);
    tear_down(&s);
    set_up(&s, net_data_rnn(SIDE, KN_RNN_LSTM, 5, 4, 0));
    check(&s, 4, 3, 5);
    tear_down(&s);
}

static void test_colours_have_a_mean_each(void)
{
    const kn_layer_spec flat = {&kn_layer_flatten, NULL, 0, 0};
    const kn_net_desc desc = {.input = {SIDE, SIDE, 3},
                              .layers = &flat,
                              .layer_count = 1,
                              .output = KN_OUTPUT_SOFTMAX,
                              .targets = 1};
    kn_net *net = NULL;
    TST_OK(kn_net_new(&desc, &net, e));
    subject s;
    set_up(&s, net);
    for (int i = 0; i < PIXELS; i++)
        s.x[3 * i + 2] = (uint8_t)(i % 2 ? 201 : 100);
    check(&s, 4, 4, 4);
    pl_occlusion o;
    TST_OK(pl_occlude(s.t, s.x, s.shape, 1, 0, 0, 0, &o, e));
    CU_ASSERT_EQUAL(o.fill[2], 151); /* 150.5 */
    CU_ASSERT_EQUAL(o.patch, 3);
    CU_ASSERT_EQUAL(o.stride, 1);
    pl_occlusion_clear(&o);
    tear_down(&s);
}

static void test_defaults(void)
{
    CU_ASSERT_EQUAL(pl_occlusion_patch((kn_shape){50, 50, 1}), 10);
    CU_ASSERT_EQUAL(pl_occlusion_patch((kn_shape){100, 53, 1}), 11);
    CU_ASSERT_EQUAL(pl_occlusion_patch((kn_shape){2, 50, 1}), 1);
    CU_ASSERT_EQUAL(pl_occlusion_stride(10), 2);
    CU_ASSERT_EQUAL(pl_occlusion_stride(3), 1);
    CU_ASSERT_EQUAL(pl_occlusion_stride(20), 5);
}

/* A model that is sure: the probability is 1 to the last bit with and without the square. */
static void test_a_sure_model_has_a_map_of_zeros(void)
{
    subject s;
    float map[PIXELS];
    set_up(&s, net_data_logreg(SIDE));
    kn_net_tensor(s.net, 1, kn_trainer_params(s.t)).data[0] = 200.0f;
    pl_occlusion o;
    TST_OK(pl_occlude(s.t, s.x, s.shape, 1, 0, 5, 5, &o, e));
    CU_ASSERT_EQUAL(o.whole, 1.0f);
    pl_occlusion_map(&o, 1, map);
    for (int i = 0; i < PIXELS; i++)
        CU_ASSERT_EQUAL(map[i], 0.0f);
    pl_occlusion_clear(&o);
    tear_down(&s);
}

static void test_squares_that_do_not_fit(void)
{
    subject s;
    pl_occlusion o;
    set_up(&s, net_data_logreg(SIDE));
    TST_FAILS(KN_EUSAGE, "a square of 15 pixels does not fit into pictures of 14x14: 1..14 do",
              pl_occlude(s.t, s.x, s.shape, 1, 0, 15, 1, &o, e));
    TST_FAILS(KN_EUSAGE, "a stride of 4 leaves pixels that no square of 3 covers: 1..3 do not",
              pl_occlude(s.t, s.x, s.shape, 1, 0, 3, 4, &o, e));
    tear_down(&s);
}

const tst_case tst_insight_occlusion[] = {
    TST(test_it_is_the_plain_loop),
    TST(test_colours_have_a_mean_each),
    TST(test_defaults),
    TST(test_a_sure_model_has_a_map_of_zeros),
    TST(test_squares_that_do_not_fit),
    TST_END,
};
