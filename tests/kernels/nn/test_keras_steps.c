/* From fixed weights the loss of every training step is Keras's to 1e-4 relative. */
#include <stdlib.h>

#include "net_data.h"
#include "nn/layer_config.h"
#include "tst.h"

#include "keras_steps.inc"

enum { BATCH = 32, THREADS = 2 };

static const double tolerance = 1e-4;

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* The largest relative difference from Keras; frees the net. */
static double distance(kn_net *net, kn_optimizer optimizer, float lr, const double *want, int steps)
{
    kn_pool *pool = NULL;
    kn_trainer *t = NULL;
    kn_trainer_options o = {.batch_max = BATCH, .optimizer = optimizer, .class_weight = {1, 1}};
    TST_OK(kn_pool_new(THREADS, &pool, e));
    TST_OK(kn_trainer_new(net, pool, &o, &t, e));
    net_data_weights(net, kn_trainer_params(t));
    uint8_t *x = net_data_pixels(kn_net_input(net).h), *label = net_data_labels();
    double worst = 0.0;
    for (int s = 0; s < steps; s++) {
        uint32_t index[BATCH];
        for (uint32_t i = 0; i < BATCH; i++)
            index[i] = ((uint32_t)s * BATCH + i) % NET_DATA_IMAGES;
        kn_batch batch = {.x = x, .label = label, .index = index, .count = BATCH};
        kn_step_result r;
        TST_OK(kn_trainer_step(t, &batch, lr, &r, e));
        double loss = r.loss / BATCH + r.penalty, off = loss / want[s] - 1.0;
        off = off < 0 ? -off : off;
        worst = off > worst ? off : worst;
    }
    free(x);
    free(label);
    kn_trainer_free(t);
    kn_pool_free(pool);
    kn_net_free(net);
    return worst;
}

#define CHECK_STEPS(net, optimizer, lr, table)                                                     \
    do {                                                                                           \
        double off_ = distance((net), (optimizer), (lr), (table), COUNT(table));                   \
        if (off_ > tolerance)                                                                      \
            tst_note("%s: %.3g off", #table, off_);                                                \
        CU_ASSERT_TRUE(off_ <= tolerance);                                                         \
    } while (0)

static kn_optimizer adam(void)
{
    return kn_optimizer_default(KN_OPT_ADAM);
}

static kn_net *small(kn_output output, float l1, float l2)
{
    return net_data_cnn(20, 8, 16, output, l1, l2, 0);
}

static void test_cnn_by_output(void)
{
    CHECK_STEPS(small(KN_OUTPUT_SIGMOID, 0, 0), adam(), 0.001f, cnn_sigmoid);
    CHECK_STEPS(small(KN_OUTPUT_SOFTMAX, 0, 0), adam(), 0.001f, cnn_softmax);
    CHECK_STEPS(small(KN_OUTPUT_RELU, 0, 0), adam(), 0.001f, cnn_relu);
}

static void test_cnn_by_regularizer(void)
{
    CHECK_STEPS(small(KN_OUTPUT_SIGMOID, 0.001f, 0), adam(), 0.001f, cnn_l1);
    CHECK_STEPS(small(KN_OUTPUT_SIGMOID, 0, 0.01f), adam(), 0.001f, cnn_l2);
}

static void test_cnn_50(void)
{
    CHECK_STEPS(net_data_cnn(50, 64, 64, KN_OUTPUT_SIGMOID, 0, 0, 0), adam(), 0.00003f, cnn_50);
}

static void test_rnn_by_cell(void)
{
    CHECK_STEPS(net_data_rnn(14, KN_RNN_LSTM, 12, 8, 0), adam(), 0.001f, rnn_lstm);
    CHECK_STEPS(net_data_rnn(14, KN_RNN_GRU, 12, 8, 0), adam(), 0.001f, rnn_gru);
    CHECK_STEPS(net_data_rnn(14, KN_RNN_SIMPLE, 12, 8, 0), adam(), 0.001f, rnn_simple);
}

static void test_logreg(void)
{
    CHECK_STEPS(net_data_logreg(14), adam(), 0.001f, logreg);
}

static void test_other_optimizers(void)
{
    kn_optimizer o = kn_optimizer_default(KN_OPT_SGD);
    CHECK_STEPS(small(KN_OUTPUT_SIGMOID, 0, 0), o, 0.01f, sgd);
    o.momentum = 0.9;
    CHECK_STEPS(small(KN_OUTPUT_SIGMOID, 0, 0), o, 0.01f, sgd_momentum);
    o.nesterov = true;
    CHECK_STEPS(small(KN_OUTPUT_SIGMOID, 0, 0), o, 0.01f, sgd_nesterov);
    o = kn_optimizer_default(KN_OPT_RMSPROP);
    CHECK_STEPS(small(KN_OUTPUT_SIGMOID, 0, 0), o, 0.001f, rmsprop);
    o.momentum = 0.5;
    CHECK_STEPS(small(KN_OUTPUT_SIGMOID, 0, 0), o, 0.001f, rmsprop_momentum);
    CHECK_STEPS(small(KN_OUTPUT_SIGMOID, 0, 0), kn_optimizer_default(KN_OPT_ADAMW), 0.001f, adamw);
}

/* Strides, same padding, average pooling, a maxpool that conv2d cannot take, activations of their
 * own. */
static void test_a_list_of_layers(void)
{
    kn_conv2d_config c1 = {6, {3, 5}, {2, 2}, KN_PADDING_SAME, KN_ACT_ELU, -1};
    kn_pool_config p1 = {{2, 2}, {0, 0}, KN_PADDING_SAME};
    kn_conv2d_config c2 = {5, {2, 2}, {1, 1}, KN_PADDING_VALID, KN_ACT_LEAKY_RELU, 0.2f};
    kn_activation_config a = {KN_ACT_GELU, -1};
    kn_pool_config p2 = {{3, 3}, {1, 1}, KN_PADDING_SAME};
    kn_dense_config d1 = {9, KN_ACT_GELU, -1}, d2 = {7, KN_ACT_TANH, -1};
    const kn_layer_spec specs[] = {{&kn_layer_conv2d, &c1, 0, 0},  {&kn_layer_avgpool, &p1, 0, 0},
                                   {&kn_layer_conv2d, &c2, 0, 0},  {&kn_layer_activation, &a, 0, 0},
                                   {&kn_layer_maxpool, &p2, 0, 0}, {&kn_layer_flatten, NULL, 0, 0},
                                   {&kn_layer_dense, &d1, 0, 0},   {&kn_layer_dense, &d2, 0, 0}};
    CHECK_STEPS(net_data_layers(20, specs, COUNT(specs), KN_OUTPUT_SIGMOID), adam(), 0.001f, mixed);
}

/* Batch and layer normalization, separable and depthwise convolution, a residual connection. */
static void test_residual(void)
{
    CHECK_STEPS(net_data_residual(20), adam(), 0.001f, residual);
}

static void test_other_losses_are_refused(void)
{
    kn_net *net = net_data_logreg(14);
    double perturbed[COUNT(logreg)];
    for (int i = 0; i < COUNT(logreg); i++)
        perturbed[i] = logreg[i] * (i == 19 ? 1.0003 : 1.0);
    CU_ASSERT_TRUE(distance(net, adam(), 0.001f, perturbed, COUNT(logreg)) > tolerance);
    CU_ASSERT_TRUE(distance(net_data_logreg(14), adam(), 0.00101f, logreg, COUNT(logreg)) >
                   tolerance);
}

const tst_case tst_nn_keras_steps[] = {
    TST(test_cnn_by_output),
    TST(test_cnn_by_regularizer),
    TST_M(test_cnn_50),
    TST(test_rnn_by_cell),
    TST(test_logreg),
    TST(test_other_optimizers),
    TST(test_a_list_of_layers),
    TST(test_residual),
    TST(test_other_losses_are_refused),
    TST_END,
};
