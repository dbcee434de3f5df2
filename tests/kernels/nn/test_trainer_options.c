/* What a trainer does besides plain steps: moving average, clipping, smoothing, mixing, augmentation, views,
 * several targets, batch layers. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_count.h"
#include "net_data.h"
#include "nn/layer_config.h"
#include "nn/pixel_source.h"
#include "tst.h"

enum { BATCH = 70, SIDE = 14, STEPS = 3 };

typedef struct fixture {
    kn_net *net;
    kn_pool *pool;
    kn_trainer *t;
    uint8_t *x, *label;
    uint32_t index[NET_DATA_IMAGES];
    kn_batch batch;
    size_t floats;
} fixture;

static void set_up(fixture *f, kn_net *net, const kn_trainer_options *o, int threads)
{
    *f = (fixture){.net = net, .floats = kn_net_block_floats(net)};
    TST_OK(kn_pool_new(threads, &f->pool, e));
    TST_OK(kn_trainer_new(net, f->pool, o, &f->t, e));
    f->x = net_data_pixels(SIDE);
    f->label = net_data_labels();
    for (uint32_t i = 0; i < NET_DATA_IMAGES; i++)
        f->index[i] = (i * 37 + 5) % NET_DATA_IMAGES;
    f->batch = (kn_batch){.x = f->x, .label = f->label, .index = f->index, .count = BATCH};
}

static void tear_down(fixture *f)
{
    kn_trainer_free(f->t);
    kn_pool_free(f->pool);
    kn_net_free(f->net);
    free(f->x);
    free(f->label);
}

static kn_trainer_options plain(kn_optimizer_kind kind)
{
    return (kn_trainer_options){.batch_max = BATCH,
                                .optimizer = kn_optimizer_default(kind),
                                .seed = 3,
                                .class_weight = {1, 1}};
}

static kn_step_result step(fixture *f, float lr)
{
    kn_step_result r;
    TST_OK(kn_trainer_step(f->t, &f->batch, lr, &r, e));
    f->batch.epoch++;
    return r;
}

static kn_net *cnn(void)
{
    return net_data_cnn(SIDE, 4, 6, KN_OUTPUT_SIGMOID, 0.001f, 0.01f, 0);
}

static const kn_augment changes = {.flip = 0.5f,
                                   .shift = 0.1f,
                                   .scale = {0.9f, 1.2f},
                                   .rotate = 10,
                                   .crop = 1,
                                   .brightness = 0.1f,
                                   .contrast = 0.1f,
                                   .gamma = {1, 1}};

static kn_trainer_options everything(void)
{
    kn_trainer_options o = plain(KN_OPT_ADAMW);
    o.label_smoothing = 0.1f;
    o.mixup = 0.4f;
    o.clip_norm = 0.5;
    o.average = 0.9;
    o.augment = &changes;
    return o;
}

/* Parameters, moments, average and results of some steps, as one block of doubles. */
static double *train(const kn_trainer_options *o, int threads, size_t *n)
{
    fixture f;
    set_up(&f, net_data_residual(SIDE), o, threads);
    int moments = kn_trainer_moment_count(f.t);
    *n = f.floats * (size_t)(2 + moments) + 2 * STEPS;
    double *out = malloc(*n * sizeof *out), *to = out;
    for (int s = 0; s < STEPS; s++) {
        kn_step_result r = step(&f, 0.01f);
        *to++ = r.loss;
        *to++ = (double)r.correct;
    }
    for (int b = -2; b < moments; b++) {
        const float *block = b == -2   ? kn_trainer_params(f.t)
                             : b == -1 ? kn_trainer_average(f.t)
                                       : kn_trainer_moment(f.t, b);
        for (size_t i = 0; i < f.floats; i++)
            *to++ = (double)block[i];
    }
    tear_down(&f);
    return out;
}

static void test_everything_at_once_is_the_same_for_all_threads(void)
{
    static const int threads[] = {2, 3, 4, 7};
    kn_trainer_options o = everything();
    size_t n, m;
    double *want = train(&o, 1, &n);
    for (int i = 0; i < 4; i++) {
        double *got = train(&o, threads[i], &m);
        CU_ASSERT_EQUAL(memcmp(got, want, n * sizeof *want), 0);
        free(got);
    }
    o.seed = 4;
    double *other = train(&o, 1, &m);
    CU_ASSERT_NOT_EQUAL(memcmp(other, want, n * sizeof *want), 0);
    free(other);
    free(want);
}

static void test_a_step_with_everything_allocates_nothing(void)
{
    if (alloc_count() < 0) {
        tst_skip("this build has an allocator of its own");
        return;
    }
    static const kn_view views[] = {{false, 0, 0}, {true, 0.1f, 0}};
    kn_trainer_options o = everything();
    o.views = views;
    o.view_count = 2;
    fixture f;
    set_up(&f, net_data_residual(SIDE), &o, 2);
    step(&f, 0.01f);
    float p[BATCH];
    kn_step_result r;
    kn_error e;
    long before = alloc_count();
    kn_status first = kn_trainer_step(f.t, &f.batch, 0.01f, &r, &e);
    kn_status second = kn_trainer_predict(f.t, &f.batch, p, &r, &e);
    CU_ASSERT_EQUAL(alloc_count(), before);
    CU_ASSERT_EQUAL(first, KN_OK);
    CU_ASSERT_EQUAL(second, KN_OK);
    tear_down(&f);
}

/* a += (1 - d) (w - a), d = min(decay, (1 + t) / (10 + t)); from the first weights on. */
static void test_average_follows_the_parameters(void)
{
    fixture f;
    kn_trainer_options o = plain(KN_OPT_ADAM);
    o.average = 0.3;
    set_up(&f, cnn(), &o, 2);
    double *a = malloc(f.floats * sizeof *a);
    for (size_t i = 0; i < f.floats; i++)
        a[i] = (double)kn_trainer_params(f.t)[i];
    for (int t = 1; t <= 8; t++) {
        step(&f, 0.01f);
        double d = fmin(0.3, (1.0 + t) / (10.0 + t));
        double off = 0.0;
        for (size_t i = 0; i < f.floats; i++) {
            a[i] = d * a[i] + (1 - d) * (double)kn_trainer_params(f.t)[i];
            off = fmax(off, fabs(a[i] - (double)kn_trainer_average(f.t)[i]));
        }
        CU_ASSERT_TRUE(off < 1e-6);
    }
    float with[BATCH], without[BATCH], again[BATCH];
    TST_OK(kn_trainer_predict(f.t, &f.batch, with, NULL, e));
    kn_trainer_predict_average(f.t, false);
    TST_OK(kn_trainer_predict(f.t, &f.batch, without, NULL, e));
    memcpy(kn_trainer_params(f.t), kn_trainer_average(f.t), f.floats * sizeof(float));
    TST_OK(kn_trainer_predict(f.t, &f.batch, again, NULL, e));
    CU_ASSERT_NOT_EQUAL(memcmp(with, without, sizeof with), 0);
    CU_ASSERT_EQUAL(memcmp(with, again, sizeof with), 0);
    free(a);
    tear_down(&f);
    o = plain(KN_OPT_ADAM);
    set_up(&f, cnn(), &o, 1);
    CU_ASSERT_PTR_NULL(kn_trainer_average(f.t));
    tear_down(&f);
}

/* What a step of plain descent with rate 1 takes away is the gradient. */
static double gradient_norm(double clip_norm)
{
    fixture f;
    kn_trainer_options o = plain(KN_OPT_SGD);
    o.clip_norm = clip_norm;
    set_up(&f, cnn(), &o, 2);
    float *was = malloc(f.floats * sizeof *was);
    memcpy(was, kn_trainer_params(f.t), f.floats * sizeof *was);
    step(&f, 1.0f);
    double sum = 0.0;
    for (size_t i = 0; i < f.floats; i++) {
        double g = (double)was[i] - (double)kn_trainer_params(f.t)[i];
        sum += g * g;
    }
    free(was);
    tear_down(&f);
    return sqrt(sum);
}

static void test_clipping_shortens_the_whole_gradient(void)
{
    double norm = gradient_norm(0);
    CU_ASSERT_TRUE(norm > 1e-3);
    CU_ASSERT_TRUE(tst_near(gradient_norm(norm / 2), norm / 2, 0, 1e-4));
    CU_ASSERT_EQUAL(gradient_norm(norm * 2), norm);
}

/* The loss of a step on the first images, from the predictions before it. */
static double loss_by_hand(fixture *f, float smoothing)
{
    float p[BATCH];
    TST_OK(kn_trainer_predict(f->t, &f->batch, p, NULL, e));
    double sum = 0.0;
    for (int i = 0; i < BATCH; i++) {
        double y = (double)f->label[f->index[i]] * (1 - (double)smoothing) + (double)smoothing / 2;
        sum -= y * log((double)p[i]) + (1 - y) * log(1 - (double)p[i]);
    }
    return sum;
}

static void test_smoothing_moves_labels_towards_the_middle(void)
{
    fixture f;
    kn_trainer_options o = plain(KN_OPT_ADAM);
    o.label_smoothing = 0.2f;
    set_up(&f, cnn(), &o, 2);
    for (int i = 0; i < 30; i++)
        step(&f, 0.01f);
    double want = loss_by_hand(&f, 0.2f), hard = loss_by_hand(&f, 0);
    kn_step_result r;
    TST_OK(kn_trainer_predict(f.t, &f.batch, NULL, &r, e));
    CU_ASSERT_TRUE(
        tst_near(r.loss, hard, 0, 1e-5)); /* predictions are judged by labels as they are */
    r = step(&f, 0.01f);
    CU_ASSERT_TRUE(tst_near(r.loss, want, 0, 1e-5));
    CU_ASSERT_FALSE(tst_near(hard, want, 0, 1e-3));
    CU_ASSERT_EQUAL(r.judged, BATCH);
    tear_down(&f);
}

static void test_mixing_is_of_pixels_and_labels(void)
{
    fixture f;
    kn_trainer_options o = plain(KN_OPT_SGD);
    o.mixup = 1.0f;
    set_up(&f, cnn(), &o, 2);
    f.batch.epoch = 5;
    kn_pixel_source s = {.x = f.x,
                         .index = f.index,
                         .count = BATCH,
                         .shape = {SIDE, SIDE, 1},
                         .mixup = 1.0f,
                         .seed = 3,
                         .epoch = 5};
    static uint8_t mixed[BATCH][2 * SIDE * SIDE], lying[BATCH][SIDE * SIDE];
    double shares = 0.0, want = 0.0;
    uint32_t own[BATCH];
    float p[BATCH];
    for (uint32_t i = 0; i < BATCH; i++) {
        double share = (double)kn_pixel_source_share(&s, i);
        CU_ASSERT_TRUE(share >= 0.5 && share <= 1.0);
        shares += share;
        const uint8_t *row = kn_pixel_source_row(&s, i, mixed[i], NULL);
        const uint8_t *a = f.x + f.index[i] * SIDE * SIDE,
                      *b = f.x + f.index[(i + 1) % BATCH] * SIDE * SIDE;
        for (int k = 0; k < SIDE * SIDE; k++)
            CU_ASSERT_TRUE(fabs(share * a[k] + (1 - share) * b[k] - row[k]) < 0.51);
        memcpy(lying[i], row, sizeof lying[i]);
        own[i] = i;
    }
    CU_ASSERT_TRUE(fabs(shares / BATCH - 0.75) < 0.06); /* of a uniform weight, mirrored */
    kn_batch batch = {.x = lying[0], .index = own, .count = BATCH};
    TST_OK(kn_trainer_predict(f.t, &batch, p, NULL, e));
    for (uint32_t i = 0; i < BATCH; i++) {
        double share = (double)kn_pixel_source_share(&s, i);
        double y = share * f.label[f.index[i]] + (1 - share) * f.label[f.index[(i + 1) % BATCH]];
        want -= y * log((double)p[i]) + (1 - y) * log(1 - (double)p[i]);
    }
    CU_ASSERT_TRUE(tst_near(step(&f, 0.1f).loss, want, 0, 1e-5));
    tear_down(&f);
}

static void test_views_are_averaged(void)
{
    static const kn_view views[] = {{false, 0, 0}, {true, 0, 0}, {false, 0.1f, -0.1f}};
    kn_trainer_options o = plain(KN_OPT_ADAM);
    fixture f, each;
    o.views = views;
    o.view_count = 3;
    set_up(&f, cnn(), &o, 2);
    float p[BATCH], one[BATCH];
    double mean[BATCH] = {0}, loss = 0.0;
    kn_step_result r;
    TST_OK(kn_trainer_predict(f.t, &f.batch, p, &r, e));
    for (int v = 0; v < 3; v++) {
        o.views = &views[v];
        o.view_count = v > 0;
        set_up(&each, cnn(), &o, 1);
        TST_OK(kn_trainer_predict(each.t, &each.batch, one, NULL, e));
        for (int i = 0; i < BATCH; i++)
            mean[i] += (double)one[i] / 3;
        tear_down(&each);
    }
    size_t correct = 0;
    for (int i = 0; i < BATCH; i++) {
        int y = f.label[f.index[i]];
        CU_ASSERT_TRUE(tst_near((double)p[i], mean[i], 1e-7, 1e-6));
        loss -= log(y ? mean[i] : 1 - mean[i]);
        correct += (p[i] > 0.5f) == (y != 0);
    }
    CU_ASSERT_TRUE(tst_near(r.loss, loss, 0, 1e-5));
    CU_ASSERT_EQUAL(r.correct, correct);
    CU_ASSERT_FALSE(tst_near_f32(p, one, BATCH, 1e-7, 1e-6));
    tear_down(&f);
}

static kn_net *of_targets(int targets)
{
    static const kn_layer_spec flat = {&kn_layer_flatten, NULL, 0, 0};
    kn_net *net = NULL;
    kn_net_desc desc = {.input = {SIDE, SIDE, 1},
                        .layers = &flat,
                        .layer_count = 1,
                        .output = KN_OUTPUT_SIGMOID,
                        .targets = targets};
    TST_OK(kn_net_new(&desc, &net, e));
    return net;
}

/* Three attributes, one of them missing in some images: the outputs learn side by side as three nets would,
 * each at a third of the rate. */
static void test_several_targets_learn_side_by_side(void)
{
    static uint8_t label[NET_DATA_IMAGES][3];
    fixture f, one;
    kn_trainer_options o = plain(KN_OPT_SGD);
    set_up(&f, of_targets(3), &o, 2);
    size_t missing = 0;
    for (uint32_t i = 0; i < NET_DATA_IMAGES; i++)
        for (uint32_t k = 0; k < 3; k++) {
            bool lost = k == 1 && i % 5 == 0;
            label[i][k] = lost ? KN_LABEL_MISSING : (uint8_t)(net_data_mix(i * 3 + k) & 1);
        }
    for (int i = 0; i < BATCH; i++)
        missing += label[f.index[i]][1] == KN_LABEL_MISSING;
    f.batch.label = label[0];
    set_up(&one, of_targets(1), &o, 1);
    kn_tensor w = kn_net_tensor(f.net, 0, kn_trainer_params(f.t)),
              w1 = kn_net_tensor(one.net, 0, kn_trainer_params(one.t));
    for (size_t i = 0; i < SIDE * SIDE; i++)
        w1.data[i] = w.data[3 * i + 2];
    for (uint32_t i = 0; i < NET_DATA_IMAGES; i++)
        one.label[i] = label[i][2];
    for (int s = 0; s < 4; s++) {
        kn_step_result r = step(&f, 0.3f);
        step(&one, 0.1f);
        CU_ASSERT_EQUAL(r.judged, 3 * BATCH - missing);
        CU_ASSERT_TRUE(r.correct <= r.judged);
    }
    for (size_t i = 0; i < SIDE * SIDE; i++)
        CU_ASSERT_TRUE(tst_near((double)w.data[3 * i + 2], (double)w1.data[i], 1e-6, 1e-5));
    float p[BATCH * 3], p1[BATCH];
    TST_OK(kn_trainer_predict(f.t, &f.batch, p, NULL, e));
    TST_OK(kn_trainer_predict(one.t, &one.batch, p1, NULL, e));
    for (int i = 0; i < BATCH; i++)
        CU_ASSERT_TRUE(tst_near((double)p[3 * i + 2], (double)p1[i], 1e-5, 1e-5));
    tear_down(&f);
    tear_down(&one);
}

static kn_tensor named(fixture *f, const char *name)
{
    for (int i = 0; i < kn_net_tensor_count(f->net); i++) {
        kn_tensor t = kn_net_tensor(f->net, i, kn_trainer_params(f->t));
        if (strcmp(t.name, name) == 0)
            return t;
    }
    CU_FAIL_FATAL("no such tensor");
    return (kn_tensor){.rank = 0};
}

/* A layer that is not finite is named whatever phase it is in, and the state, running values included, is as
 * before. */
static void test_a_failed_step_leaves_running_values_alone(void)
{
    static const char *const tensors[] = {"conv2d.kernel", "separable_conv2d.bias",
                                          "layernorm.gamma", "dense_1.bias"};
    static const char *const sentences[] = {
        "the output of conv2d is not finite", "the output of separable_conv2d is not finite",
        "the output of layernorm is not finite", "the output of dense_1 is not finite"};
    fixture f, calm;
    kn_trainer_options o = everything();
    set_up(&f, net_data_residual(SIDE), &o, 2);
    set_up(&calm, net_data_residual(SIDE), &o, 1);
    step(&f, 0.01f);
    step(&calm, 0.01f);
    for (int i = 0; i < 4; i++) {
        kn_tensor t = named(&f, tensors[i]);
        float keep = t.data[0];
        kn_step_result r;
        t.data[0] = NAN;
        TST_FAILS(KN_ENUMERIC, sentences[i], kn_trainer_step(f.t, &f.batch, 0.01f, &r, e));
        t.data[0] = keep;
    }
    step(&f, 0.01f);
    step(&calm, 0.01f);
    CU_ASSERT_EQUAL(
        memcmp(kn_trainer_params(f.t), kn_trainer_params(calm.t), f.floats * sizeof(float)), 0);
    CU_ASSERT_EQUAL(
        memcmp(kn_trainer_average(f.t), kn_trainer_average(calm.t), f.floats * sizeof(float)), 0);
    tear_down(&f);
    tear_down(&calm);
}

static atomic_int asks_left;

static bool asked_enough(void)
{
    return atomic_load(&asks_left) >= 0 && atomic_fetch_sub(&asks_left, 1) <= 0;
}

/* Cancelled in any phase, there or back, a step can be made again. */
static void test_a_step_cancelled_in_any_phase_can_be_made_again(void)
{
    fixture f, calm;
    kn_trainer_options o = everything();
    o.cancelled = asked_enough;
    atomic_store(&asks_left, -1);
    set_up(&f, net_data_residual(SIDE), &o, 2);
    set_up(&calm, net_data_residual(SIDE), &o, 2);
    kn_step_result want = step(&calm, 0.01f), r;
    kn_status rc = KN_EINTERRUPTED;
    int cancelled = 0;
    for (int asks = 0; rc == KN_EINTERRUPTED && asks < 1000; asks++) {
        kn_error e;
        atomic_store(&asks_left, asks);
        rc = kn_trainer_step(f.t, &f.batch, 0.01f, &r, &e);
        cancelled += rc == KN_EINTERRUPTED;
    }
    CU_ASSERT_EQUAL(rc, KN_OK);
    /* four batch layers: five phases there, the last of them the first back, four more back */
    CU_ASSERT_TRUE(cancelled >= 9 * kn_trainer_shards(BATCH));
    CU_ASSERT_EQUAL(memcmp(&r, &want, sizeof r), 0);
    CU_ASSERT_EQUAL(
        memcmp(kn_trainer_params(f.t), kn_trainer_params(calm.t), f.floats * sizeof(float)), 0);
    atomic_store(&asks_left, -1);
    tear_down(&f);
    tear_down(&calm);
}

/* r += (1 - momentum) (batch - r), of the mean and of the variance of the batch itself. */
static void test_running_values_follow_the_batch(void)
{
    static const kn_batchnorm_config norm = {0.8f, 0.001f};
    const kn_layer_spec specs[] = {{&kn_layer_batchnorm, &norm, 0, 0},
                                   {&kn_layer_flatten, NULL, 0, 0}};
    fixture f;
    kn_trainer_options o = plain(KN_OPT_SGD);
    set_up(&f, net_data_layers(SIDE, specs, 2, KN_OUTPUT_SIGMOID), &o, 2);
    double sum = 0.0, square = 0.0, n = BATCH * SIDE * SIDE;
    for (int i = 0; i < BATCH; i++)
        for (int k = 0; k < SIDE * SIDE; k++) {
            double v = f.x[f.index[i] * SIDE * SIDE + (uint32_t)k] / 255.0;
            sum += v;
            square += v * v;
        }
    double mean = sum / n, variance = square / n - mean * mean, m = 0.0, v = 1.0;
    for (int s = 0; s < 3; s++) {
        step(&f, 0.0f);
        m += 0.2 * (mean - m);
        v += 0.2 * (variance - v);
    }
    CU_ASSERT_TRUE(tst_near((double)named(&f, "batchnorm.moving_mean").data[0], m, 0, 1e-5));
    CU_ASSERT_TRUE(tst_near((double)named(&f, "batchnorm.moving_variance").data[0], v, 0, 1e-5));
    CU_ASSERT_EQUAL(kn_net_state(f.net), 2);
    CU_ASSERT_EQUAL(kn_net_params(f.net), 4 + SIDE * SIDE + 1);
    tear_down(&f);
}

const tst_case tst_nn_trainer_options[] = {
    TST(test_everything_at_once_is_the_same_for_all_threads),
    TST(test_a_step_with_everything_allocates_nothing),
    TST(test_average_follows_the_parameters),
    TST(test_clipping_shortens_the_whole_gradient),
    TST(test_smoothing_moves_labels_towards_the_middle),
    TST(test_mixing_is_of_pixels_and_labels),
    TST(test_views_are_averaged),
    TST(test_several_targets_learn_side_by_side),
    TST(test_a_failed_step_leaves_running_values_alone),
    TST(test_a_step_cancelled_in_any_phase_can_be_made_again),
    TST(test_running_values_follow_the_batch),
    TST_END,
};
