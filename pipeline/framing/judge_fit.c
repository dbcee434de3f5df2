#include "framing/judge_fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "nn/layer_config.h"
#include "nn/trainer.h"
#include "util/interrupt.h"

enum { BATCH = 128, EPOCHS = 10, SEED = 21 };

/* Faces are fewer than what is none, and each is worth keeping. */
static const float PENALTY = 3e-4f, FIRST_RATE = 2e-3f, FACE_WEIGHT = 3;

static kn_status build(kn_net **net, kn_error *e)
{
    const kn_dense_config dense = {.units = PL_JUDGE_UNITS, .activation = KN_ACT_RELU, .alpha = -1};
    const kn_layer_spec layers[] = {{.kind = &kn_layer_flatten},
                                    {.kind = &kn_layer_dense, .config = &dense, .l2 = PENALTY}};
    const kn_net_desc desc = {.input = {PL_WINDOW_CELLS, PL_WINDOW_CELLS, KN_CELL_WAYS},
                              .layers = layers,
                              .layer_count = 2,
                              .output = KN_OUTPUT_SIGMOID,
                              .targets = 1};
    return kn_net_new(&desc, net, e);
}

/* The rate falls to nothing over all steps. */
static kn_status train(kn_trainer *t, kn_batch all, uint32_t *order, kn_error *e)
{
    size_t steps = (all.count + BATCH - 1) / BATCH, done = 0;
    for (size_t i = 0; i < all.count; i++)
        order[i] = (uint32_t)i;
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
        kn_rng rng;
        kn_rng_init(&rng, SEED, epoch);
        kn_rng_shuffle(&rng, order, all.count);
        for (size_t first = 0; first < all.count; first += BATCH, done++) {
            kn_batch batch = all;
            kn_step_result r;
            batch.index = order + first;
            batch.count = all.count - first < BATCH ? all.count - first : BATCH;
            float rate = FIRST_RATE * (1 - (float)done / (float)(steps * EPOCHS));
            KN_TRY(kn_trainer_step(t, &batch, rate, &r, e));
        }
    }
    return KN_OK;
}

static void take(const kn_net *net, float *block, pl_judge *out)
{
    memcpy(out->weight, kn_net_tensor(net, 0, block).data, sizeof out->weight);
    memcpy(out->bias, kn_net_tensor(net, 1, block).data, sizeof out->bias);
    memcpy(out->out, kn_net_tensor(net, 2, block).data, sizeof out->out);
    out->out_bias = kn_net_tensor(net, 3, block).data[0];
}

kn_status pl_judge_fit(const uint8_t *x, const uint8_t *label, size_t rows, kn_pool *pool,
                       pl_judge *out, kn_error *e)
{
    const kn_trainer_options options = {.batch_max = BATCH,
                                        .optimizer = kn_optimizer_default(KN_OPT_ADAM),
                                        .seed = SEED,
                                        .class_weight = {1, FACE_WEIGHT},
                                        .cancelled = pl_interrupt_asked};
    const kn_batch all = {.x = x, .label = label, .count = rows};
    kn_net *net = NULL;
    kn_trainer *t = NULL;
    uint32_t *order = malloc(rows * sizeof *order);
    kn_status rc =
        order ? build(&net, e) : kn_fail(e, KN_ENOMEM, "no memory to fit %zu windows", rows);
    if (rc == KN_OK)
        rc = kn_trainer_new(net, pool, &options, &t, e);
    if (rc == KN_OK)
        rc = train(t, all, order, e);
    if (rc == KN_OK)
        take(net, kn_trainer_params(t), out);
    kn_trainer_free(t);
    kn_net_free(net);
    free(order);
    return rc;
}
