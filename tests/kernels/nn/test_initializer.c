#include "nn/initializer.h"

#include <math.h>
#include <stdlib.h>

#include "net_data.h"
#include "tst.h"

static void test_glorot_uniform(void)
{
    enum { N = 60000 };
    float *w = malloc(N * sizeof *w);
    kn_rng r;
    kn_rng_init(&r, 1, 2);
    kn_init_glorot_uniform(&r, N, 300, 200, w);
    double limit = sqrt(6.0 / 500.0), sum = 0, squares = 0, most = 0;
    for (int i = 0; i < N; i++) {
        double v = (double)w[i];
        sum += v;
        squares += v * v;
        most = fabs(v) > most ? fabs(v) : most;
    }
    CU_ASSERT_TRUE(most <= limit && most > 0.999 * limit);
    CU_ASSERT_TRUE(tst_near(sum / N, 0.0, 0.01 * limit, 0));
    CU_ASSERT_TRUE(tst_near(squares / N, limit * limit / 3.0, 0, 0.02));
    free(w);
}

/* The largest distance of Q Q' (or Q' Q, the smaller one) from the identity. */
static double distance_from_orthogonal(int rows, int columns)
{
    float *w = malloc((size_t)rows * (size_t)columns * sizeof *w);
    kn_rng r;
    kn_rng_init(&r, 3, 4);
    kn_init_orthogonal(&r, rows, columns, w);
    int n = rows < columns ? rows : columns, length = rows < columns ? columns : rows;
    double worst = 0.0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k <= i; k++) {
            double dot = 0.0;
            for (int j = 0; j < length; j++)
                dot += rows < columns ? (double)w[i * columns + j] * (double)w[k * columns + j]
                                      : (double)w[j * columns + i] * (double)w[j * columns + k];
            double off = fabs(dot - (i == k));
            worst = off > worst ? off : worst;
        }
    free(w);
    return worst;
}

static void test_orthogonal(void)
{
    CU_ASSERT_TRUE(distance_from_orthogonal(32, 128) < 1e-6);
    CU_ASSERT_TRUE(distance_from_orthogonal(20, 20) < 1e-6);
    CU_ASSERT_TRUE(distance_from_orthogonal(31, 7) < 1e-6);
    CU_ASSERT_TRUE(distance_from_orthogonal(1, 1) < 1e-6);
}

/* Every tensor of a net: the limits of its kernel, zero biases, 1 for the LSTM's forget gate alone.
 */
static void test_each_layer_gets_keras_initial_values(void)
{
    enum { HIDDEN = 12 };
    kn_net *net = net_data_rnn(14, KN_RNN_LSTM, HIDDEN, 8, 0);
    float *block = malloc(kn_net_block_floats(net) * sizeof *block);
    kn_net_init(net, 1, block);
    kn_tensor kernel = kn_net_tensor(net, 0, block), bias = kn_net_tensor(net, 2, block);
    double most = 0.0;
    for (size_t i = 0; i < kn_tensor_size(&kernel); i++)
        most = fmax(most, fabs((double)kernel.data[i]));
    CU_ASSERT_TRUE(most <= sqrt(6.0 / (14 + 4 * HIDDEN)) &&
                   most > 0.95 * sqrt(6.0 / (14 + 4 * HIDDEN)));
    for (int i = 0; i < 4 * HIDDEN; i++)
        CU_ASSERT_EQUAL(bias.data[i], i / HIDDEN == 1 ? 1.0f : 0.0f);
    kn_tensor dense = kn_net_tensor(net, 7, block);
    TST_TEXT(dense.name, "dense.bias");
    for (size_t i = 0; i < kn_tensor_size(&dense); i++)
        CU_ASSERT_EQUAL(dense.data[i], 0.0f);
    free(block);
    kn_net_free(net);
    net = net_data_cnn(20, 64, 8, KN_OUTPUT_SIGMOID, 0, 0, 0);
    block = malloc(kn_net_block_floats(net) * sizeof *block);
    kn_net_init(net, 1, block);
    kernel = kn_net_tensor(net, 0, block);
    most = 0.0;
    for (size_t i = 0; i < kn_tensor_size(&kernel); i++)
        most = fmax(most, fabs((double)kernel.data[i]));
    CU_ASSERT_TRUE(most <= sqrt(6.0 / (9 + 9 * 64)) && most > 0.95 * sqrt(6.0 / (9 + 9 * 64)));
    free(block);
    kn_net_free(net);
}

const tst_case tst_nn_initializer[] = {
    TST(test_glorot_uniform),
    TST(test_orthogonal),
    TST(test_each_layer_gets_keras_initial_values),
    TST_END,
};
