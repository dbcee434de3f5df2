/* Whole nets: the derivative of loss + penalty along a direction against central differences. The
 * gradient is what one step of plain gradient descent with rate 1 takes away. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net_data.h"
#include "nn/layer_config.h"
#include "tst.h"

enum { BATCH = 40 };

typedef struct subject {
    kn_net *net;
    kn_pool *pool;
    kn_trainer *t;
    kn_batch batch;
    uint8_t *x, *label;
    uint32_t index[BATCH];
    size_t n;
    float *w, *g, *d; /* start, gradient, direction */
} subject;

/* What batch layers move is no gradient. */
static void forget_state(subject *s)
{
    for (int i = 0; i < kn_net_layer_count(s->net); i++) {
        const kn_layer *l = kn_net_layer(s->net, i);
        for (int k = 0; k < l->tensors; k++)
            if (l->is_state[k])
                memset(s->g + l->block_offset + l->offset[k], 0,
                       kn_tensor_size(&l->tensor[k]) * sizeof(float));
    }
}

static void set_up(subject *s, kn_net *net)
{
    kn_trainer_options o = {.batch_max = BATCH, .optimizer = kn_optimizer_default(KN_OPT_SGD)};
    o.class_weight[0] = o.class_weight[1] = 1.0f;
    *s = (subject){.net = net, .n = kn_net_block_floats(net)};
    TST_OK(kn_pool_new(1, &s->pool, e));
    TST_OK(kn_trainer_new(net, s->pool, &o, &s->t, e));
    s->x = net_data_pixels(kn_net_input(net).h);
    s->label = net_data_labels();
    for (uint32_t i = 0; i < BATCH; i++)
        s->index[i] = i;
    s->batch = (kn_batch){.x = s->x, .label = s->label, .index = s->index, .count = BATCH};
    s->w = calloc(s->n, sizeof(float));
    s->g = calloc(s->n, sizeof(float));
    s->d = calloc(s->n, sizeof(float));
    net_data_weights(net, kn_trainer_params(s->t));
    memcpy(s->w, kn_trainer_params(s->t), s->n * sizeof(float));
    kn_step_result r;
    TST_OK(kn_trainer_step(s->t, &s->batch, 1.0f, &r, e));
    for (size_t i = 0; i < s->n; i++)
        s->g[i] = s->w[i] - kn_trainer_params(s->t)[i];
    forget_state(s);
}

static void tear_down(subject *s)
{
    kn_trainer_free(s->t);
    kn_pool_free(s->pool);
    kn_net_free(s->net);
    free(s->x);
    free(s->label);
    free(s->w);
    free(s->g);
    free(s->d);
}

/* Half along the gradient, so that the derivative stands out of the rounding; half random.
 * Length 1. */
static void choose_direction(subject *s, uint64_t seed)
{
    double g2 = 0.0, r2 = 0.0, length = 0.0;
    kn_rng rng;
    kn_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < s->n; i++) {
        s->d[i] = (float)kn_rng_normal(&rng);
        g2 += (double)s->g[i] * (double)s->g[i];
        r2 += (double)s->d[i] * (double)s->d[i];
    }
    for (size_t i = 0; i < s->n; i++) {
        s->d[i] = (float)((double)s->d[i] / sqrt(r2) + (double)s->g[i] / sqrt(g2));
        length += (double)s->d[i] * (double)s->d[i];
    }
    for (size_t i = 0; i < s->n; i++)
        s->d[i] = (float)((double)s->d[i] / sqrt(length));
}

static double loss_at(subject *s, double distance)
{
    for (size_t i = 0; i < s->n; i++)
        kn_trainer_params(s->t)[i] = (float)((double)s->w[i] + distance * (double)s->d[i]);
    kn_step_result
        r; /* of a step that goes nowhere: batch layers look at the batch, as in training */
    TST_OK(kn_trainer_step(s->t, &s->batch, 0.0f, &r, e));
    return r.loss / BATCH + r.penalty;
}

/* Relative error of the derivative along a direction. */
static double error_of(subject *s, uint64_t seed)
{
    static const double width = 1e-4;
    choose_direction(s, seed);
    double slope = 0.0;
    for (size_t i = 0; i < s->n; i++)
        slope += (double)s->g[i] * (double)s->d[i];
    double difference = (loss_at(s, width) - loss_at(s, -width)) / (2 * width);
    return fabs(slope - difference) / fabs(difference);
}

static const double tolerance = 2e-3;

static void check(kn_net *net)
{
    subject s;
    set_up(&s, net);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        double off = error_of(&s, seed);
        if (!(off < tolerance))
            tst_note("direction %d: %.3g off", (int)seed, off);
        CU_ASSERT_TRUE(off < tolerance);
    }
    tear_down(&s);
}

static void test_cnn(void)
{
    for (int o = 0; o < KN_OUTPUT_COUNT; o++)
        check(net_data_cnn(16, 5, 7, (kn_output)o, 0, 0, 0));
    check(net_data_cnn(16, 5, 7, KN_OUTPUT_SIGMOID, 0.001f, 0.01f, 0));
}

static void test_rnn(void)
{
    for (int c = 0; c < KN_RNN_CELL_COUNT; c++)
        check(net_data_rnn(12, (kn_rnn_cell)c, 7, 6, 0));
}

static void test_logreg(void)
{
    check(net_data_logreg(12));
}

static void test_batch_layers_and_bridges(void)
{
    check(net_data_residual(12));
}

/* A batch layer first of all, two in a row, one behind a recurrent layer, a bridge over a view and a pooling
 * layer between, bridges that end in one value. */
static void test_odd_places_of_batch_layers(void)
{
    static const kn_batchnorm_config norm = {0.9f, 0.01f};
    static const kn_conv2d_config conv = {1, {3, 3}, {1, 1}, KN_PADDING_SAME, KN_ACT_TANH, -1};
    static const kn_rnn_config lstm = {7, true};
    static const kn_dense_config dense = {6, KN_ACT_TANH, -1}, wide = {144, KN_ACT_TANH, -1};
    static const kn_pool_config pool = {{2, 2}, {0, 0}, KN_PADDING_VALID};
    static const kn_add_config two = {2}, three = {3}, four = {4};
    const kn_layer_spec first[] = {
        {&kn_layer_batchnorm, &norm, 0, 0}, {&kn_layer_batchnorm, &norm, 0, 0},
        {&kn_layer_conv2d, &conv, 0, 0},    {&kn_layer_add, &two, 0, 0},
        {&kn_layer_flatten, NULL, 0, 0},    {&kn_layer_dense, &wide, 0, 0},
        {&kn_layer_batchnorm, &norm, 0, 0}, {&kn_layer_add, &two, 0, 0},
        {&kn_layer_dense, &wide, 0, 0},     {&kn_layer_add, &four, 0, 0}};
    check(net_data_layers(12, first, 10, KN_OUTPUT_SIGMOID));
    const kn_layer_spec steps[] = {
        {&kn_layer_rows, NULL, 0, 0},       {&kn_layer_lstm, &lstm, 0, 0},
        {&kn_layer_batchnorm, &norm, 0, 0}, {&kn_layer_lstm, &lstm, 0, 0},
        {&kn_layer_add, &two, 0, 0},        {&kn_layer_global_maxpool, NULL, 0, 0},
        {&kn_layer_dense, &dense, 0, 0}};
    check(net_data_layers(12, steps, 7, KN_OUTPUT_SOFTMAX));
    const kn_layer_spec pooled[] = {
        {&kn_layer_conv2d, &conv, 0, 0}, {&kn_layer_maxpool, &pool, 0, 0},
        {&kn_layer_conv2d, &conv, 0, 0}, {&kn_layer_conv2d, &conv, 0, 0},
        {&kn_layer_conv2d, &conv, 0, 0}, {&kn_layer_add, &three, 0, 0},
        {&kn_layer_add, &four, 0, 0},    {&kn_layer_flatten, NULL, 0, 0}};
    check(net_data_layers(12, pooled, 8, KN_OUTPUT_SIGMOID));
}

static void test_a_wrong_gradient_is_refused(void)
{
    subject s;
    set_up(&s, net_data_cnn(16, 5, 7, KN_OUTPUT_SIGMOID, 0, 0, 0));
    kn_tensor t = kn_net_tensor(s.net, 2, s.g);
    for (size_t i = 0; i < kn_tensor_size(&t); i++)
        t.data[i] *= 1.1f;
    CU_ASSERT_TRUE(error_of(&s, 1) > tolerance);
    tear_down(&s);
}

const tst_case tst_nn_net_gradient[] = {
    TST(test_cnn),
    TST(test_rnn),
    TST(test_logreg),
    TST(test_batch_layers_and_bridges),
    TST(test_odd_places_of_batch_layers),
    TST(test_a_wrong_gradient_is_refused),
    TST_END,
};
