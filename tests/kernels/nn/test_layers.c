/* Walks layers.def: what every kind must have, and its gradients. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "layer_rig.h"
#include "nn/layer_config.h"
#include "tst.h"

typedef struct layer_case {
    const kn_layer_kind *kind;
    kn_shape in;
    int rank, mb;
    union {
        kn_conv2d_config conv;
        kn_pool_config pool;
        kn_dense_config dense;
        kn_activation_config activation;
        kn_dropout_config dropout;
        kn_rnn_config rnn;
        kn_batchnorm_config batchnorm;
        kn_layernorm_config layernorm;
        kn_add_config add;
    } config;
} layer_case;

#define IMAGE(h, w, c) {h, w, c}, KN_RANK_IMAGE
#define SEQUENCE(steps, n) {1, steps, n}, KN_RANK_SEQUENCE
#define VECTOR(n) {1, 1, n}, KN_RANK_VECTOR

static const layer_case cases[] = {
    {&kn_layer_conv2d, IMAGE(7, 8, 3), 2, {.conv = {5, {3, 3}, {1, 1}, 0, KN_ACT_TANH, -1}}},
    {&kn_layer_conv2d, IMAGE(7, 8, 1), 2, {.conv = {16, {3, 3}, {1, 1}, 0, KN_ACT_RELU, -1}}},
    {&kn_layer_conv2d, IMAGE(9, 6, 2), 1, {.conv = {4, {2, 5}, {2, 1}, 1, KN_ACT_GELU, -1}}},
    {&kn_layer_maxpool, IMAGE(6, 7, 3), 2, {.pool = {{2, 2}, {0, 0}, 0}}},
    {&kn_layer_maxpool, IMAGE(6, 7, 2), 1, {.pool = {{3, 2}, {2, 1}, 1}}},
    {&kn_layer_avgpool, IMAGE(6, 7, 3), 2, {.pool = {{2, 3}, {0, 0}, 0}}},
    {&kn_layer_avgpool, IMAGE(5, 5, 2), 1, {.pool = {{3, 3}, {2, 2}, 1}}},
    {&kn_layer_flatten, IMAGE(3, 4, 2), 2, {.dense = {0}}},
    {&kn_layer_rows, IMAGE(3, 4, 2), 2, {.dense = {0}}},
    {&kn_layer_dense, VECTOR(9), 4, {.dense = {6, KN_ACT_SIGMOID, -1}}},
    {&kn_layer_dense, VECTOR(9), 4, {.dense = {1, KN_ACT_LINEAR, -1}}},
    {&kn_layer_dense, VECTOR(37), 11, {.dense = {2, KN_ACT_GELU, -1}}},
    {&kn_layer_dense, VECTOR(9), 3, {.dense = {260, KN_ACT_RELU, -1}}},
    {&kn_layer_dense, VECTOR(600), 3, {.dense = {5, KN_ACT_GELU, -1}}},
    {&kn_layer_dense, VECTOR(9), 4, {.dense = {6, KN_ACT_LEAKY_RELU, 0.1f}}},
    {&kn_layer_dropout, IMAGE(4, 4, 3), 3, {.dropout = {0.4f}}},
    {&kn_layer_activation, IMAGE(4, 4, 3), 2, {.activation = {KN_ACT_ELU, -1}}},
    {&kn_layer_activation, SEQUENCE(4, 5), 2, {.activation = {KN_ACT_GELU, -1}}},
    {&kn_layer_lstm, SEQUENCE(5, 4), 3, {.rnn = {6, true}}},
    {&kn_layer_lstm, SEQUENCE(5, 4), 3, {.rnn = {6, false}}},
    {&kn_layer_gru, SEQUENCE(5, 4), 3, {.rnn = {6, true}}},
    {&kn_layer_gru, SEQUENCE(1, 4), 3, {.rnn = {6, false}}},
    {&kn_layer_simple_rnn, SEQUENCE(5, 4), 3, {.rnn = {6, true}}},
    {&kn_layer_simple_rnn, SEQUENCE(5, 4), 3, {.rnn = {6, false}}},
    {&kn_layer_batchnorm, IMAGE(5, 4, 3), 3, {.batchnorm = {0.9f, 0.001f}}},
    {&kn_layer_batchnorm, VECTOR(37), 11, {.batchnorm = {0.9f, 0.1f}}},
    {&kn_layer_batchnorm, SEQUENCE(4, 5), 3, {.batchnorm = {0.9f, 0.001f}}},
    {&kn_layer_layernorm, IMAGE(3, 2, 19), 2, {.layernorm = {0.001f}}},
    {&kn_layer_layernorm, VECTOR(16), 3, {.layernorm = {0.1f}}},
    {&kn_layer_layernorm, SEQUENCE(4, 33), 2, {.layernorm = {0.001f}}},
    {&kn_layer_add, IMAGE(4, 3, 5), 2, {.add = {2}}},
    {&kn_layer_global_avgpool, IMAGE(4, 3, 17), 2, {.dense = {0}}},
    {&kn_layer_global_avgpool, SEQUENCE(4, 3), 2, {.dense = {0}}},
    {&kn_layer_global_maxpool, IMAGE(4, 3, 17), 2, {.dense = {0}}},
    {&kn_layer_depthwise_conv2d,
     IMAGE(7, 8, 3),
     2,
     {.conv = {0, {3, 3}, {1, 1}, 0, KN_ACT_TANH, -1}}},
    {&kn_layer_depthwise_conv2d,
     IMAGE(7, 6, 19),
     2,
     {.conv = {0, {3, 3}, {2, 2}, 1, KN_ACT_RELU, -1}}},
    {&kn_layer_depthwise_conv2d,
     IMAGE(9, 6, 2),
     1,
     {.conv = {0, {2, 5}, {2, 1}, 1, KN_ACT_GELU, -1}}},
    {&kn_layer_separable_conv2d,
     IMAGE(7, 8, 3),
     2,
     {.conv = {5, {3, 3}, {1, 1}, 1, KN_ACT_TANH, -1}}},
    {&kn_layer_separable_conv2d,
     IMAGE(7, 8, 17),
     2,
     {.conv = {16, {3, 3}, {2, 2}, 0, KN_ACT_GELU, -1}}},
};

enum { CASES = sizeof cases / sizeof cases[0], COMPONENTS = 40 };

static void test_every_kind_is_complete(void)
{
    for (int i = 0; i < kn_layer_kind_count; i++) {
        const kn_layer_kind *k = kn_layer_kinds[i];
        CU_ASSERT_TRUE(k->configure && k->forward && k->backward);
        CU_ASSERT_TRUE(k->doc && isupper((unsigned char)k->doc[0]) &&
                       k->doc[strlen(k->doc) - 1] != '.');
        CU_ASSERT_TRUE(k->param_count == 0 || (k->params && k->config_size > 0));
        CU_ASSERT_PTR_EQUAL(kn_layer_kind_find(k->name), k);
        int found = 0;
        for (int c = 0; c < CASES; c++)
            found += cases[c].kind == k;
        if (found == 0)
            tst_note("%s has no gradient check", k->name);
        CU_ASSERT_TRUE(found > 0);
    }
    CU_ASSERT_PTR_NULL(kn_layer_kind_find("conv3d"));
}

static size_t member_size(const kn_param *p)
{
    switch (p->type) {
    case KN_PARAM_REAL:
        return sizeof(float);
    case KN_PARAM_BOOL:
        return sizeof(bool);
    case KN_PARAM_PAIR:
        return 2 * sizeof(int);
    case KN_PARAM_INT:
    case KN_PARAM_CHOICE:
        break;
    }
    return sizeof(int);
}

static void test_every_schema_is_sound(void)
{
    for (int i = 0; i < kn_layer_kind_count; i++) {
        const kn_layer_kind *k = kn_layer_kinds[i];
        for (size_t n = 0; n < k->param_count; n++) {
            const kn_param *p = &k->params[n];
            CU_ASSERT_TRUE(p->key && p->help && isupper((unsigned char)p->help[0]));
            CU_ASSERT_TRUE(p->help[strlen(p->help) - 1] != '.');
            CU_ASSERT_TRUE(p->offset + member_size(p) <= k->config_size);
            CU_ASSERT_EQUAL(p->type == KN_PARAM_CHOICE, p->choices != NULL);
            CU_ASSERT_TRUE(p->max >= p->min && p->value <= p->max);
            for (size_t m = 0; m < n; m++) {
                CU_ASSERT_STRING_NOT_EQUAL(p->key, k->params[m].key);
                CU_ASSERT_NOT_EQUAL(p->offset, k->params[m].offset);
            }
        }
    }
}

static void test_defaults_are_keras_ones(void)
{
    kn_conv2d_config conv;
    memset(&conv, 0xff, sizeof conv);
    kn_param_defaults(kn_layer_conv2d.params, kn_layer_conv2d.param_count, &conv);
    CU_ASSERT_EQUAL(conv.kernel[1], 3);
    CU_ASSERT_EQUAL(conv.stride[0], 1);
    CU_ASSERT_EQUAL(conv.padding, KN_PADDING_VALID);
    CU_ASSERT_EQUAL(conv.activation, KN_ACT_LINEAR);
    kn_rnn_config rnn = {.return_sequences = true};
    kn_param_defaults(kn_layer_lstm.params, kn_layer_lstm.param_count, &rnn);
    CU_ASSERT_FALSE(rnn.return_sequences);
    CU_ASSERT_TRUE(tst_near((double)kn_config_act(KN_ACT_LEAKY_RELU, -1).alpha, 0.3, 1e-7, 0));
    CU_ASSERT_TRUE(tst_near((double)kn_config_act(KN_ACT_ELU, 0.5f).alpha, 0.5, 0, 0));
}

static void check_gradients(const layer_case *c, int *checked, int *kinks)
{
    layer_rig rig;
    TST_OK(layer_rig_init(&rig, c->kind, &c->config, c->in, c->rank, c->mb, e));
    layer_rig_gradient(&rig);
    uint64_t seed = (uint64_t)(c - cases);
    CU_ASSERT_EQUAL(layer_rig_check(&rig, rig.x, rig.dx, rig.in, COMPONENTS, seed, kinks), 0);
    *checked += COMPONENTS;
    for (int i = 0; i < rig.layer.tensors && !rig.layer.is_state[i]; i++) {
        size_t at = rig.layer.offset[i], n = kn_tensor_size(&rig.layer.tensor[i]);
        CU_ASSERT_EQUAL(layer_rig_check(&rig, rig.w + at, rig.dw + at, n, COMPONENTS, seed, kinks),
                        0);
        *checked += COMPONENTS;
    }
    layer_rig_clear(&rig);
}

static void test_gradients_are_the_differences(void)
{
    int checked = 0, kinks = 0;
    for (int c = 0; c < CASES; c++)
        check_gradients(&cases[c], &checked, &kinks);
    tst_note("%d components checked, %d left out near kinks", checked, kinks);
    CU_ASSERT_TRUE(kinks * 20 < checked);
}

static void test_wrong_gradients_are_refused(void)
{
    layer_rig rig;
    int kinks = 0;
    TST_OK(layer_rig_init(&rig, cases[0].kind, &cases[0].config, cases[0].in, cases[0].rank, 1, e));
    layer_rig_gradient(&rig);
    for (size_t i = 0; i < rig.in; i++)
        rig.dx[i] += 0.02f;
    rig.dw[0] *= 1.05f;
    CU_ASSERT_TRUE(layer_rig_check(&rig, rig.x, rig.dx, rig.in, 4, 1, &kinks) > 0);
    CU_ASSERT_TRUE(layer_rig_check(&rig, rig.w, rig.dw, 1, 1, 1, &kinks) > 0);
    layer_rig_clear(&rig);
}

/* y and dx are overwritten (the rig fills them with NaN), dw is added to, and dx may be unwanted.
 */
static void test_dw_is_added_to(void)
{
    for (int c = 0; c < CASES; c++) {
        layer_rig rig;
        TST_OK(layer_rig_init(&rig, cases[c].kind, &cases[c].config, cases[c].in, cases[c].rank, 2,
                              e));
        layer_rig_gradient(&rig);
        size_t n = rig.layer.block_floats;
        float *once = kn_arena_alloc(&rig.arena, n, sizeof *once);
        memcpy(once, rig.dw, n * sizeof *once);
        rig.args.dx = NULL;
        memset(rig.dw, 0, n * sizeof *rig.dw);
        layer_rig_gradients(&rig, 2);
        for (size_t i = 0; i < n; i++)
            once[i] *= 2.0f;
        CU_ASSERT_TRUE(tst_near_f32(rig.dw, once, n, 1e-5, 1e-5));
        for (size_t i = 0; i < rig.out; i++)
            CU_ASSERT_TRUE(isfinite(rig.y[i]));
        layer_rig_clear(&rig);
    }
}

/* Inference: nothing is saved, dropout passes everything. */
static void test_inference_gives_the_same_output(void)
{
    for (int c = 0; c < CASES; c++) {
        layer_rig rig;
        TST_OK(layer_rig_init(&rig, cases[c].kind, &cases[c].config, cases[c].in, cases[c].rank, 2,
                              e));
        double loss = layer_rig_loss(&rig);
        rig.args.saved = NULL;
        rig.args.training = false;
        double inference = layer_rig_loss(&rig);
        if (cases[c].kind == &kn_layer_dropout)
            CU_ASSERT_TRUE(memcmp(rig.x, rig.y, rig.in * sizeof(float)) == 0)
        else if (rig.layer.gather_size == 0) /* of batch layers: test_batchnorm.c */
            CU_ASSERT_TRUE(tst_near(inference, loss, 1e-5, 1e-5));
        layer_rig_clear(&rig);
    }
}

static void test_dropout_masks_differ_by_step_and_layer(void)
{
    layer_rig rig;
    kn_dropout_config half = {0.5f};
    TST_OK(layer_rig_init(&rig, &kn_layer_dropout, &half, (kn_shape){1, 1, 4000}, KN_RANK_VECTOR, 2,
                          e));
    double first = layer_rig_loss(&rig);
    int kept = 0;
    for (size_t i = 0; i < rig.out; i++)
        kept += rig.y[i] != 0.0f;
    CU_ASSERT_TRUE(kept > 3800 && kept < 4200);
    rig.args.step = 1;
    double second = layer_rig_loss(&rig);
    rig.args.step = 0;
    rig.layer.index = 1;
    double third = layer_rig_loss(&rig);
    rig.layer.index = 0;
    CU_ASSERT_TRUE(first != second && first != third && second != third);
    CU_ASSERT_EQUAL(layer_rig_loss(&rig), first);
    layer_rig_clear(&rig);
}

static void refuses(const kn_layer_kind *kind, const void *config, kn_shape in, int rank,
                    const char *text)
{
    layer_rig rig;
    TST_FAILS(KN_EUSAGE, text, layer_rig_init(&rig, kind, config, in, rank, 1, e));
}

static void test_shapes_that_do_not_fit(void)
{
    kn_conv2d_config conv = {4, {3, 3}, {1, 1}, 0, 0, -1};
    kn_pool_config pool = {{2, 2}, {0, 0}, 0};
    kn_dense_config dense = {4, 0, -1};
    kn_rnn_config rnn = {4, false};
    refuses(&kn_layer_conv2d, &conv, (kn_shape){2, 9, 1}, KN_RANK_IMAGE,
            "conv2d: a 3x3 kernel does not fit into 2x9");
    refuses(&kn_layer_conv2d, &conv, (kn_shape){1, 1, 64}, KN_RANK_VECTOR,
            "it takes an image, not the vector [64]");
    refuses(&kn_layer_maxpool, &pool, (kn_shape){1, 1, 8}, KN_RANK_IMAGE,
            "pool2d: a 2x2 window does not fit into 1x1");
    refuses(&kn_layer_avgpool, &pool, (kn_shape){1, 50, 8}, KN_RANK_SEQUENCE,
            "it takes an image, not the sequence [50, 8]");
    refuses(&kn_layer_dense, &dense, (kn_shape){11, 11, 64}, KN_RANK_IMAGE,
            "it takes a vector, not the image [11, 11, 64]: put a flatten before it");
    refuses(&kn_layer_lstm, &rnn, (kn_shape){50, 50, 1}, KN_RANK_IMAGE,
            "it takes a sequence, not the image [50, 50, 1]: put a layer of kind rows before it");
    refuses(&kn_layer_gru, &rnn, (kn_shape){1, 1, 9}, KN_RANK_VECTOR,
            "it takes a sequence, not the vector [9]");
    refuses(&kn_layer_rows, NULL, (kn_shape){1, 1, 9}, KN_RANK_VECTOR,
            "it takes an image, not the vector [9]");
    refuses(&kn_layer_rows, NULL, (kn_shape){2, 65536, 65536}, KN_RANK_IMAGE,
            "a row of 65536 pixels x 65536 channels has more than 2147483647 values");
    refuses(&kn_layer_flatten, NULL, (kn_shape){65536, 32768, 1}, KN_RANK_IMAGE,
            "the image [65536, 32768, 1] has more than 2147483647 values");
}

const tst_case tst_nn_layers[] = {
    TST(test_every_kind_is_complete),          TST(test_every_schema_is_sound),
    TST(test_defaults_are_keras_ones),         TST(test_gradients_are_the_differences),
    TST(test_wrong_gradients_are_refused),     TST(test_dw_is_added_to),
    TST(test_inference_gives_the_same_output), TST(test_dropout_masks_differ_by_step_and_layer),
    TST(test_shapes_that_do_not_fit),          TST_END,
};
