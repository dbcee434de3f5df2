/* The same bytes for 1, 2, 3, 4 and 7 threads, over repeats, on a machine that is busy with other
 * work: the named models at the shapes they are used in. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "net_data.h"
#include "tst.h"

/* A sanitizer build is slow: smaller pictures, one repeat. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SIZE = 18, BATCH = 40, REPEATS = 1 };
#else
enum { SIZE = 50, BATCH = 140, REPEATS = 3 };
#endif
enum { STEPS = 2, LONG_REPEATS = 20, BUSY = 3 };

typedef struct bytes {
    unsigned char *data;
    size_t size;
} bytes;

static void append(bytes *b, const void *from, size_t size)
{
    b->data = realloc(b->data, b->size + size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b->data);
    memcpy(b->data + b->size, from, size);
    b->size += size;
}

/* Parameters, moments, sums and probabilities after STEPS steps of Adam. */
static bytes train(const kn_net *net, int threads, uint64_t seed)
{
    const kn_trainer_options o = {.batch_max = BATCH,
                                  .optimizer = kn_optimizer_default(KN_OPT_ADAM),
                                  .seed = seed,
                                  .class_weight = {1, 1}};
    kn_pool *pool = NULL;
    kn_trainer *t = NULL;
    TST_OK(kn_pool_new(threads, &pool, e));
    TST_OK(kn_trainer_new(net, pool, &o, &t, e));
    uint8_t *x = net_data_pixels(SIZE), *label = net_data_labels();
    uint32_t index[BATCH];
    for (uint32_t i = 0; i < BATCH; i++)
        index[i] = (i * 37 + 5) % NET_DATA_IMAGES;
    kn_batch batch = {.x = x, .label = label, .index = index, .count = BATCH};
    bytes out = {NULL, 0};
    kn_step_result r;
    float p[BATCH];
    for (int i = 0; i < STEPS; i++) {
        batch.count = i == 0 ? BATCH : BATCH - 33;
        TST_OK(kn_trainer_step(t, &batch, 0.001f, &r, e));
        append(&out, &r.loss, sizeof r.loss);
    }
    TST_OK(kn_trainer_predict(t, &batch, p, &r, e));
    append(&out, p, batch.count * sizeof *p);
    size_t block = kn_net_block_floats(net) * sizeof(float);
    append(&out, kn_trainer_params(t), block);
    for (int m = 0; m < kn_trainer_moment_count(t); m++)
        append(&out, kn_trainer_moment(t, m), block);
    kn_trainer_free(t);
    kn_pool_free(pool);
    free(x);
    free(label);
    return out;
}

static bool same(bytes a, bytes b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static void *be_busy(void *stop)
{
    volatile unsigned work = 0;
    while (!atomic_load((atomic_bool *)stop))
        work++;
    return NULL;
}

static void repeat(const kn_net *net, bytes want)
{
    static const int threads[] = {1, 2, 3, 4, 7};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        bytes got = train(net, threads[i], 3);
        if (!same(got, want))
            tst_note("%d threads give other bytes", threads[i]);
        CU_ASSERT_TRUE(same(got, want));
        free(got.data);
    }
}

/* Every other repeat beside BUSY threads that do nothing but work. */
static void same_over_repeats(kn_net *net, int repeats)
{
    bytes want = train(net, 1, 3);
    for (int n = 0; n < repeats; n++) {
        pthread_t busy[BUSY];
        atomic_bool stop = false;
        int started = 0;
        while (n % 2 == 0 && started < BUSY &&
               pthread_create(&busy[started], NULL, be_busy, &stop) == 0)
            started++;
        CU_ASSERT_EQUAL(started, n % 2 == 0 ? BUSY : 0);
        repeat(net, want);
        atomic_store(&stop, true);
        for (int i = 0; i < started; i++)
            pthread_join(busy[i], NULL);
    }
    free(want.data);
    kn_net_free(net);
}

static kn_net *cnn(void)
{
    return net_data_cnn(SIZE, 64, 64, KN_OUTPUT_SIGMOID, 0, 0.0001f, 0.25f);
}

static kn_net *rnn(void)
{
    return net_data_rnn(SIZE, KN_RNN_LSTM, 128, 32, 0);
}

static void all_models(int repeats)
{
    same_over_repeats(cnn(), repeats);
    same_over_repeats(rnn(), repeats);
    same_over_repeats(net_data_logreg(SIZE), repeats);
    same_over_repeats(net_data_residual(SIZE), repeats);
}

static void test_threads_and_load_change_no_byte(void)
{
    all_models(REPEATS);
}

static void test_threads_and_load_change_no_byte_over_20_repeats(void)
{
    all_models(LONG_REPEATS);
}

/* The comparison itself. */
static void test_another_seed_gives_other_bytes(void)
{
    kn_net *net = net_data_logreg(SIZE);
    bytes a = train(net, 2, 3), b = train(net, 2, 4);
    CU_ASSERT_TRUE(same(a, a));
    CU_ASSERT_FALSE(same(a, b));
    memcpy(b.data, a.data, a.size);
    CU_ASSERT_TRUE(same(a, b));
    b.data[b.size - 1] ^= 1;
    CU_ASSERT_FALSE(same(a, b));
    free(a.data);
    free(b.data);
    kn_net_free(net);
}

const tst_case tst_nn_same_bytes[] = {
    TST(test_another_seed_gives_other_bytes),
    TST_M(test_threads_and_load_change_no_byte),
    TST_L(test_threads_and_load_change_no_byte_over_20_repeats),
    TST_END,
};
