#include "nn/trainer.h"

#include <malloc.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_count.h"
#include "net_data.h"
#include "tst.h"

enum { BATCH = 70 };

typedef struct fixture {
    kn_net *net;
    kn_pool *pool;
    kn_trainer *t;
    uint8_t *x, *label;
    uint32_t index[NET_DATA_IMAGES];
    kn_batch batch;
} fixture;

static void set_up(fixture *f, kn_net *net, const kn_trainer_options *o, int threads)
{
    *f = (fixture){.net = net};
    TST_OK(kn_pool_new(threads, &f->pool, e));
    TST_OK(kn_trainer_new(net, f->pool, o, &f->t, e));
    f->x = net_data_pixels(kn_net_input(net).h);
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

static kn_trainer_options options(kn_optimizer_kind kind, double momentum)
{
    kn_trainer_options o = {.batch_max = BATCH, .optimizer = kn_optimizer_default(kind), .seed = 3};
    o.optimizer.momentum = momentum;
    o.class_weight[0] = o.class_weight[1] = 1.0f;
    return o;
}

static kn_net *small_cnn(float dropout)
{
    return net_data_cnn(14, 4, 6, KN_OUTPUT_SIGMOID, 0.001f, 0.01f, dropout);
}

static void step(fixture *f, kn_step_result *r)
{
    TST_OK(kn_trainer_step(f->t, &f->batch, 0.01f, r, e));
}

static void test_shards_follow_from_the_batch_alone(void)
{
    static const int want[][2] = {{1, 1},  {3, 3},    {4, 4},    {64, 4},   {79, 4},
                                  {80, 5}, {255, 15}, {256, 16}, {500, 16}, {10000, 16}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        CU_ASSERT_EQUAL(kn_trainer_shards(want[i][0]), want[i][1]);
}

/* Parameters, moments, sums of 3 steps and of a prediction, as bytes. */
static size_t run(kn_net *net, const kn_trainer_options *o, int threads, unsigned char **out)
{
    fixture f;
    set_up(&f, net, o, threads);
    kn_step_result r[4];
    memset(r, 0, sizeof r);
    for (int i = 0; i < 3; i++) {
        f.batch.count = i == 1 ? BATCH - 33 : BATCH;
        step(&f, &r[i]);
    }
    float p[NET_DATA_IMAGES];
    f.batch.count = NET_DATA_IMAGES;
    TST_OK(kn_trainer_predict(f.t, &f.batch, p, &r[3], e));
    size_t block = kn_net_block_floats(net) * sizeof(float), n = 0;
    int moments = kn_trainer_moment_count(f.t);
    *out = malloc(block * (size_t)(1 + moments) + sizeof r + sizeof p);
    memcpy(*out, kn_trainer_params(f.t), block);
    for (int m = 0; m < moments; m++)
        memcpy(*out + (n += block), kn_trainer_moment(f.t, m), block);
    memcpy(*out + (n += block), r, sizeof r);
    memcpy(*out + (n += sizeof r), p, sizeof p);
    tear_down(&f);
    return n + sizeof p;
}

static void same_for_all_threads(kn_net *(*make)(void), const kn_trainer_options *o)
{
    static const int threads[] = {1, 2, 3, 4, 7};
    unsigned char *want = NULL;
    size_t bytes = run(make(), o, threads[0], &want);
    for (int i = 1; i < 5; i++) {
        unsigned char *got = NULL;
        CU_ASSERT_EQUAL(run(make(), o, threads[i], &got), bytes);
        CU_ASSERT_EQUAL(memcmp(got, want, bytes), 0);
        free(got);
    }
    free(want);
}

static kn_net *cnn(void)
{
    return small_cnn(0.4f);
}

static kn_net *lstm(void)
{
    return net_data_rnn(10, KN_RNN_LSTM, 6, 5, 0.3f);
}

static kn_net *gru(void)
{
    return net_data_rnn(10, KN_RNN_GRU, 6, 5, 0);
}

static kn_net *simple(void)
{
    return net_data_rnn(10, KN_RNN_SIMPLE, 6, 5, 0);
}

static kn_net *logreg(void)
{
    return net_data_logreg(14);
}

static void test_any_number_of_threads_gives_the_same_bytes(void)
{
    kn_net *(*const nets[])(void) = {cnn, lstm, gru, simple, logreg};
    kn_trainer_options adam = options(KN_OPT_ADAM, 0);
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++)
        same_for_all_threads(nets[i], &adam);
}

static void test_every_optimizer_gives_the_same_bytes(void)
{
    for (int k = 0; k < KN_OPT_COUNT; k++)
        for (int m = 0; m < 2; m++) {
            kn_trainer_options o = options((kn_optimizer_kind)k, m ? 0.9 : 0.0);
            same_for_all_threads(cnn, &o);
        }
}

static void test_a_step_allocates_nothing(void)
{
    if (alloc_count() < 0) {
        tst_skip("this build has an allocator of its own");
        return;
    }
    kn_net *(*const nets[])(void) = {cnn, lstm, logreg};
    kn_trainer_options o = options(KN_OPT_ADAM, 0);
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        fixture f;
        kn_step_result r;
        float p[BATCH];
        kn_error e;
        long before_new = alloc_count();
        set_up(&f, nets[i](), &o, 2);
        CU_ASSERT_TRUE(alloc_count() > before_new);
        step(&f, &r); /* OpenBLAS makes its buffers at the first product */
        long before = alloc_count();
        kn_status first = kn_trainer_step(f.t, &f.batch, 0.01f, &r, &e);
        kn_status second = kn_trainer_predict(f.t, &f.batch, p, &r, &e);
        long after = alloc_count();
        CU_ASSERT_EQUAL(first, KN_OK);
        CU_ASSERT_EQUAL(second, KN_OK);
        CU_ASSERT_EQUAL(after, before);
        tear_down(&f);
    }
}

/* Writes a NaN into one tensor, tries a step and a prediction, and takes it out again. */
static void poison(fixture *f, int tensor, const char *sentence)
{
    kn_tensor t = kn_net_tensor(f->net, tensor, kn_trainer_params(f->t));
    kn_step_result r;
    float keep = t.data[1];
    size_t bytes = kn_net_block_floats(f->net) * sizeof(float);
    float *before = malloc(bytes);
    t.data[1] = NAN;
    memcpy(before, kn_trainer_params(f->t), bytes);
    int64_t steps = kn_trainer_steps(f->t);
    TST_FAILS(KN_ENUMERIC, sentence, kn_trainer_step(f->t, &f->batch, 0.01f, &r, e));
    TST_FAILS(KN_ENUMERIC, sentence, kn_trainer_predict(f->t, &f->batch, NULL, &r, e));
    CU_ASSERT_EQUAL(memcmp(before, kn_trainer_params(f->t), bytes), 0);
    CU_ASSERT_EQUAL(kn_trainer_steps(f->t), steps);
    t.data[1] = keep;
    free(before);
}

/* A step that failed leaves no trace: the run goes on with the bytes of one that was never
 * disturbed. */
static void test_a_loss_that_is_not_finite_names_the_layer(void)
{
    fixture f, calm;
    kn_trainer_options o = options(KN_OPT_ADAM, 0);
    set_up(&f, cnn(), &o, 2);
    set_up(&calm, cnn(), &o, 1);
    kn_step_result r, want;
    step(&f, &r);
    step(&calm, &want);
    poison(&f, 0, "the output of conv2d is not finite");
    poison(&f, 2, "the output of conv2d_1 is not finite");
    poison(&f, 5, "the output of dense is not finite");
    poison(&f, 6, "the output of dense_1 is not finite");
    step(&f, &r);
    step(&calm, &want);
    CU_ASSERT_EQUAL(r.loss, want.loss);
    CU_ASSERT_EQUAL(memcmp(kn_trainer_params(f.t), kn_trainer_params(calm.t),
                           kn_net_block_floats(f.net) * sizeof(float)),
                    0);
    tear_down(&f);
    tear_down(&calm);
}

static void test_a_restored_state_goes_on_alike(void)
{
    fixture a, b;
    kn_trainer_options o = options(KN_OPT_ADAM, 0);
    set_up(&a, cnn(), &o, 2);
    set_up(&b, cnn(), &o, 3);
    kn_step_result r, want;
    for (int i = 0; i < 3; i++)
        step(&a, &r);
    size_t bytes = kn_net_block_floats(a.net) * sizeof(float);
    memcpy(kn_trainer_params(b.t), kn_trainer_params(a.t), bytes);
    for (int m = 0; m < kn_trainer_moment_count(a.t); m++)
        memcpy(kn_trainer_moment(b.t, m), kn_trainer_moment(a.t, m), bytes);
    kn_trainer_set_steps(b.t, kn_trainer_steps(a.t));
    CU_ASSERT_EQUAL(kn_trainer_steps(b.t), 3);
    step(&a, &want);
    step(&b, &r);
    CU_ASSERT_EQUAL(memcmp(&r.loss, &want.loss, sizeof r.loss), 0);
    CU_ASSERT_EQUAL(memcmp(kn_trainer_params(b.t), kn_trainer_params(a.t), bytes), 0);
    CU_ASSERT_PTR_NULL(kn_trainer_moment(a.t, 2));
    tear_down(&a);
    tear_down(&b);
}

static void test_prediction(void)
{
    fixture f;
    kn_trainer_options o = {.batch_max = 0, .seed = 3, .class_weight = {1, 1}},
                       train = options(KN_OPT_ADAM, 0);
    set_up(&f, small_cnn(0), &o, 2);
    enum { MANY = 20000 };
    uint32_t *index = malloc(MANY * sizeof *index);
    float *p = malloc(MANY * sizeof *p), few[NET_DATA_IMAGES], one;
    for (uint32_t i = 0; i < MANY; i++)
        index[i] = i % NET_DATA_IMAGES;
    kn_batch many = {.x = f.x, .label = f.label, .index = index, .count = MANY};
    kn_step_result r, small, first;
    TST_OK(kn_trainer_predict(f.t, &many, p, &r, e));
    many.count = NET_DATA_IMAGES;
    TST_OK(kn_trainer_predict(f.t, &many, few, &small, e));
    double sum = 0.0;
    size_t correct = 0;
    for (size_t i = 0; i < MANY; i++) {
        int y = f.label[i % NET_DATA_IMAGES];
        sum -= log(y ? (double)p[i] : 1.0 - (double)p[i]);
        correct += (p[i] > 0.5f) == y;
        CU_ASSERT_TRUE_FATAL(tst_near((double)p[i], (double)few[i % NET_DATA_IMAGES], 1e-6, 1e-6));
    }
    CU_ASSERT_TRUE(tst_near(r.loss, sum, 0, 1e-6));
    CU_ASSERT_EQUAL(r.correct, correct);
    many.count = 1;
    many.label = NULL;
    TST_OK(kn_trainer_predict(f.t, &many, &one, &first, e));
    CU_ASSERT_TRUE(tst_near((double)one, (double)p[0], 1e-6, 1e-6));
    CU_ASSERT_EQUAL(first.loss, 0.0);
    fixture g;
    set_up(&g, small_cnn(0), &train, 1);
    TST_OK(kn_trainer_predict(f.t, &f.batch, NULL, &small, e));
    step(&g, &first);
    CU_ASSERT_TRUE(tst_near(first.loss, small.loss, 0, 1e-6));
    CU_ASSERT_EQUAL(first.penalty, small.penalty);
    CU_ASSERT_TRUE(first.penalty > 0.1);
    tear_down(&f);
    tear_down(&g);
    free(index);
    free(p);
}

/* Weights c and d: the loss is c * loss of class 0 + d * loss of class 1. */
static void test_class_weights(void)
{
    static const float weights[][2] = {{1, 1}, {2, 0.5f}, {1, 0}};
    double loss[3];
    for (int i = 0; i < 3; i++) {
        fixture f;
        kn_trainer_options o = options(KN_OPT_SGD, 0);
        memcpy(o.class_weight, weights[i], sizeof o.class_weight);
        set_up(&f, small_cnn(0), &o, 1);
        kn_step_result r;
        step(&f, &r);
        loss[i] = r.loss;
        tear_down(&f);
    }
    double zeros = loss[2], ones = loss[0] - loss[2];
    CU_ASSERT_TRUE(tst_near(loss[1], 2 * zeros + 0.5 * ones, 0, 1e-9));
}

static atomic_int asks_left; /* after so many the answer is yes; < 0: never */

static bool asked_enough(void)
{
    return atomic_load(&asks_left) >= 0 && atomic_fetch_sub(&asks_left, 1) <= 0;
}

/* Cancelled after any number of chunks, a step leaves the state as it was: the steps then made end with the bytes
 * of a trainer that never heard of it. */
static void test_a_cancelled_step_can_be_made_again(void)
{
    kn_step_result r, want;
    kn_trainer_options o = options(KN_OPT_ADAM, 0);
    fixture calm, f;
    o.cancelled = asked_enough;
    atomic_store(&asks_left, -1);
    set_up(&calm, small_cnn(0.3f), &o, 2);
    set_up(&f, small_cnn(0.3f), &o, 2);
    int chunks = 0;
    for (int s = 0; s < 3; s++) {
        atomic_store(&asks_left, -1);
        step(&calm, &want);
        kn_status rc = KN_EINTERRUPTED;
        for (int asks = 0; rc == KN_EINTERRUPTED && asks < 100; asks++) {
            kn_error e;
            atomic_store(&asks_left, asks);
            rc = kn_trainer_step(f.t, &f.batch, 0.01f, &r, &e);
            chunks += rc == KN_EINTERRUPTED;
        }
        CU_ASSERT_EQUAL(rc, KN_OK);
        CU_ASSERT_EQUAL(memcmp(&r, &want, sizeof r), 0);
        CU_ASSERT_EQUAL(kn_trainer_steps(f.t), s + 1);
    }
    CU_ASSERT_TRUE(chunks >= 3 * kn_trainer_shards(BATCH));
    size_t bytes = kn_net_block_floats(f.net) * sizeof(float);
    CU_ASSERT_EQUAL(memcmp(kn_trainer_params(f.t), kn_trainer_params(calm.t), bytes), 0);
    for (int m = 0; m < 2; m++)
        CU_ASSERT_EQUAL(memcmp(kn_trainer_moment(f.t, m), kn_trainer_moment(calm.t, m), bytes), 0);
    atomic_store(&asks_left, 1);
    CU_ASSERT_EQUAL(kn_trainer_predict(f.t, &f.batch, NULL, &r, NULL), KN_EINTERRUPTED);
    atomic_store(&asks_left, -1);
    TST_OK(kn_trainer_predict(f.t, &f.batch, NULL, &r, e));
    TST_OK(kn_trainer_predict(calm.t, &f.batch, NULL, &want, e));
    CU_ASSERT_EQUAL(memcmp(&r, &want, sizeof r), 0);
    tear_down(&calm);
    tear_down(&f);
}

static double heap_bytes(void)
{
    struct mallinfo2 m = mallinfo2();
    return (double)m.uordblks + (double)m.hblkhd;
}

static void test_bytes_are_told_beforehand(void)
{
    for (int threads = 1; threads <= 3; threads += 2)
        for (int training = 0; training < 2; training++) {
            fixture f;
            kn_trainer_options o = options(KN_OPT_ADAM, 0);
            o.batch_max = training ? BATCH : 0;
            set_up(&f, net_data_cnn(50, 32, 32, KN_OUTPUT_SIGMOID, 0, 0, 0), &o, threads);
            double told = (double)kn_trainer_bytes(f.net, threads, &o), before = heap_bytes();
            kn_trainer *another = NULL;
            TST_OK(kn_trainer_new(f.net, f.pool, &o, &another, e));
            double taken = heap_bytes() - before;
            kn_trainer_free(another);
            bool near = taken >= told && taken < 1.1 * told + 2e5;
            CU_ASSERT_TRUE(near || taken <= 0); /* a sanitizer's heap tells nothing */
            if (!near)
                tst_note("%d threads, training %d: %.0f bytes told, %.0f taken", threads, training,
                         told, taken);
            tear_down(&f);
        }
}

static void test_batches_out_of_range(void)
{
    fixture f;
    kn_trainer_options o = options(KN_OPT_ADAM, 0);
    kn_step_result r;
    set_up(&f, small_cnn(0), &o, 1);
    f.batch.count = 0;
    TST_FAILS(KN_EUSAGE, "a batch of 0 images is not in 1..70",
              kn_trainer_step(f.t, &f.batch, 0.01f, &r, e));
    f.batch.count = BATCH + 1;
    TST_FAILS(KN_EUSAGE, "a batch of 71 images is not in 1..70",
              kn_trainer_step(f.t, &f.batch, 0.01f, &r, e));
    for (f.batch.count = 1; f.batch.count < 20; f.batch.count += 3)
        step(&f, &r);
    tear_down(&f);
    o.batch_max = -1;
    kn_trainer *t = NULL;
    kn_net *net = small_cnn(0);
    TST_FAILS(KN_EUSAGE, "a batch of -1 images: at least 1 is needed",
              kn_trainer_new(net, NULL, &o, &t, e));
    kn_net_free(net);
}

const tst_case tst_nn_trainer[] = {
    TST(test_shards_follow_from_the_batch_alone),
    TST(test_any_number_of_threads_gives_the_same_bytes),
    TST(test_every_optimizer_gives_the_same_bytes),
    TST(test_a_step_allocates_nothing),
    TST(test_a_loss_that_is_not_finite_names_the_layer),
    TST(test_a_restored_state_goes_on_alike),
    TST(test_prediction),
    TST(test_class_weights),
    TST(test_a_cancelled_step_can_be_made_again),
    TST(test_bytes_are_told_beforehand),
    TST(test_batches_out_of_range),
    TST_END,
};
