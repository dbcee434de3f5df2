/* Whole models: one training step and the inference of one batch, on all cores this process has.
 * The arithmetic of a step is counted as three forward passes; the share of peak is of one core's,
 * so 2 cores can reach 200 %. */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/rng.h"
#include "nn/layer_config.h"
#include "nn/models.h"
#include "nn/trainer.h"
#include "ops/gemm/gemm.h"
#include "ops/probe/probe.h"
#include "stages/step_profile.h"

enum { IMAGES = 2048 };

typedef struct model {
    char kind[8];
    int size, mb;
    kn_precision precision;
    bool augment;
} model;

typedef struct run {
    kn_net *net;
    kn_pool *pool;
    kn_trainer *trainer;
    uint8_t *x, *label;
    uint32_t index[IMAGES];
    kn_augment augment;
    size_t mb;
    kn_status status;
} run;

/* [conv 3x3 same, avgpool 2] x 4 of 32 to 256 filters: no gradient of a convolution is 0 by pooling. */
static int deep_layers(kn_arena *a, kn_layer_spec *specs)
{
    enum { STAGES = 4 };
    kn_conv2d_config *conv = kn_arena_alloc(a, STAGES, sizeof *conv);
    kn_pool_config *pool = kn_arena_alloc(a, 1, sizeof *pool);
    if (!conv || !pool)
        return -1;
    *pool = (kn_pool_config){.size = {2, 2}};
    int n = 0;
    for (int i = 0; i < STAGES; i++) {
        conv[i] = (kn_conv2d_config){.filters = 32 << i,
                                     .kernel = {3, 3},
                                     .stride = {1, 1},
                                     .padding = KN_PADDING_SAME,
                                     .activation = KN_ACT_RELU};
        specs[n++] = (kn_layer_spec){.kind = &kn_layer_conv2d, .config = &conv[i]};
        specs[n++] = (kn_layer_spec){.kind = &kn_layer_avgpool, .config = pool};
    }
    specs[n++] = (kn_layer_spec){.kind = &kn_layer_flatten};
    return n;
}

static int model_layers(const char *kind, kn_arena *a, kn_layer_spec *specs)
{
    const kn_cnn_options cnn = {.filters = {2, {64, 64}},
                                .units = {1, {64}},
                                .kernel = 3,
                                .pool = 2,
                                .act = {KN_ACT_RELU, 0}};
    const kn_rnn_options rnn = {.cell = KN_RNN_LSTM,
                                .hidden = {2, {128, 128}},
                                .units = {1, {32}},
                                .act = {KN_ACT_RELU, 0}};
    if (strcmp(kind, "cnn") == 0)
        return kn_model_cnn(&cnn, a, specs);
    if (strcmp(kind, "deep") == 0)
        return deep_layers(a, specs);
    if (strcmp(kind, "rnn") == 0)
        return kn_model_rnn(&rnn, a, specs);
    return kn_model_logreg(a, specs);
}

static kn_status build_net(const char *kind, kn_precision precision, int size, kn_net **out,
                           kn_error *e)
{
    kn_arena arena;
    kn_arena_init(&arena);
    kn_layer_spec specs[KN_MODEL_MAX_LAYERS];
    int count = model_layers(kind, &arena, specs);
    kn_net_desc desc = {.input = {size, size, 1},
                        .layers = specs,
                        .layer_count = count,
                        .output = strcmp(kind, "rnn") == 0 ? KN_OUTPUT_SOFTMAX : KN_OUTPUT_SIGMOID,
                        .targets = 1,
                        .precision = precision};
    kn_status rc =
        count < 0 ? kn_fail(e, KN_ENOMEM, "no memory for the layers") : kn_net_new(&desc, out, e);
    kn_arena_clear(&arena);
    return rc;
}

static void run_clear(run *r)
{
    kn_trainer_free(r->trainer);
    kn_pool_free(r->pool);
    kn_net_free(r->net);
    free(r->x);
    free(r->label);
}

/* What the presets do to a training image, and a turn and a scale besides. */
static kn_augment usual_changes(void)
{
    kn_augment a = kn_augment_none();
    a.flip = 0.5f;
    a.shift = 0.06f;
    a.scale[0] = 0.9f;
    a.scale[1] = 1.1f;
    a.rotate = 10;
    a.brightness = 0.05f;
    a.contrast = 0.1f;
    return a;
}

/* Noise that is brighter where the label is 1, so that the loss can fall. */
static void fill_images(run *r, size_t pixels)
{
    kn_rng g;
    kn_rng_init(&g, 1, 2);
    for (uint32_t n = 0; n < IMAGES; n++) {
        r->index[n] = n;
        r->label[n] = (uint8_t)kn_rng_below(&g, 2);
        for (size_t i = 0; i < pixels; i++)
            r->x[n * pixels + i] = (uint8_t)(kn_rng_below(&g, 200) + 40u * r->label[n]);
    }
}

static kn_status run_init(run *r, const model *m, int threads, kn_error *e)
{
    size_t pixels = (size_t)m->size * (size_t)m->size;
    *r = (run){.augment = usual_changes(), .mb = (size_t)m->mb};
    r->x = malloc(IMAGES * pixels);
    r->label = malloc(IMAGES);
    if (!r->x || !r->label)
        return kn_fail(e, KN_ENOMEM, "no memory for %d images", IMAGES);
    fill_images(r, pixels);
    kn_trainer_options o = {.batch_max = m->mb,
                            .optimizer = kn_optimizer_default(KN_OPT_ADAM),
                            .seed = 1,
                            .augment = m->augment ? &r->augment : NULL,
                            .class_weight = {1, 1}};
    KN_TRY(build_net(m->kind, m->precision, m->size, &r->net, e));
    KN_TRY(kn_pool_new(threads, &r->pool, e));
    return kn_trainer_new(r->net, r->pool, &o, &r->trainer, e);
}

static kn_batch batch_of(const run *r, size_t item)
{
    size_t first = item * r->mb % IMAGES;
    if (first + r->mb > IMAGES)
        first = 0;
    return (kn_batch){.x = r->x, .label = r->label, .index = r->index + first, .count = r->mb};
}

static void step_train(void *context, size_t item)
{
    run *r = context;
    kn_batch b = batch_of(r, item);
    kn_step_result result;
    kn_status rc = kn_trainer_step(r->trainer, &b, 1e-5f, &result, NULL);
    r->status = r->status == KN_OK ? rc : r->status;
}

static void step_predict(void *context, size_t item)
{
    run *r = context;
    kn_batch b = batch_of(r, item);
    kn_step_result result;
    kn_status rc = kn_trainer_predict(r->trainer, &b, NULL, &result, NULL);
    r->status = r->status == KN_OK ? rc : r->status;
}

/* Two steps on one thread give the parameters that two steps on all threads gave. */
static kn_status verify(run *r, const model *m, kn_error *e)
{
    run one;
    kn_status rc = run_init(&one, m, 1, e);
    for (size_t i = 0; rc == KN_OK && i < 2; i++) {
        step_train(r, i);
        step_train(&one, i);
        rc = r->status != KN_OK ? r->status : one.status;
        if (rc != KN_OK)
            kn_fail(e, rc, "a training step failed");
    }
    if (rc == KN_OK && memcmp(kn_trainer_params(r->trainer), kn_trainer_params(one.trainer),
                              kn_net_block_floats(r->net) * sizeof(float)) != 0)
        rc = kn_fail(e, KN_ENUMERIC, "%d threads give other weights than one",
                     kn_pool_size(r->pool));
    run_clear(&one);
    return rc;
}

static kn_status time_model(run *r, kn_error *e)
{
    double flop = 2 * kn_net_macs(r->net) * (double)r->mb;
    const bench_row rows[] = {
        {.pass = "train", .flop = 3 * flop, .step = step_train},
        {.pass = "predict", .flop = flop, .step = step_predict},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char variant[32];
        bench_row row = rows[i];
        snprintf(variant, sizeof variant, "%d threads", kn_pool_size(r->pool));
        row.variant = variant;
        row.images = (double)r->mb;
        row.context = r;
        bench_time(&row);
    }
    return r->status == KN_OK ? KN_OK : kn_fail(e, r->status, "a step failed");
}

/* Where the time of a step goes, as `facet run --profile` tells it. */
static kn_status print_profile(run *r, kn_error *e)
{
    kn_profile *steps = NULL;
    kn_peaks peaks;
    pl_str text;
    KN_TRY(kn_probe_peaks(r->pool, &peaks, e));
    KN_TRY(kn_profile_new(r->net, kn_pool_size(r->pool), &steps, e));
    kn_trainer_set_profile(r->trainer, steps);
    double began = bench_now();
    for (size_t i = 0; bench_now() - began < 1 || i < 5; i++)
        step_train(r, i);
    kn_trainer_set_profile(r->trainer, NULL);
    pl_str_init(&text);
    pl_profile_table(steps, &peaks, &text);
    printf("\n%s\n", text.text);
    pl_str_clear(&text);
    kn_profile_free(steps);
    return r->status == KN_OK ? KN_OK : kn_fail(e, r->status, "a step failed");
}

static const char *const kinds[] = {"cnn", "deep", "rnn", "logreg", NULL};

static bool is_one_of(const char *word, const char *const *list)
{
    while (*list && strcmp(word, *list) != 0)
        list++;
    return *list != NULL;
}

static bool take(const char **text, const char *word)
{
    bool there = strncmp(*text, word, strlen(word)) == 0;
    *text += there ? strlen(word) : 0;
    return there;
}

static kn_status run_problem(const char *problem, kn_error *e)
{
    model m = {0};
    int used = 0;
    bool known = sscanf(problem, "%7[a-z]%dmb%d%n", m.kind, &m.size, &m.mb, &used) == 3 &&
                 is_one_of(m.kind, kinds);
    const char *rest = problem + used;
    m.precision = take(&rest, "/bf16") ? KN_PRECISION_BF16 : KN_PRECISION_F32;
    m.augment = take(&rest, "/augment");
    if (!known || *rest || m.size < 1 || m.size > 1000 || m.mb < 1 || m.mb > IMAGES)
        return kn_fail(e, KN_EUSAGE,
                       "'%s' is not a model such as cnn50mb500, cnn50mb500/bf16 or "
                       "cnn50mb500/bf16/augment (at most %d images)",
                       problem, IMAGES);
    if (m.precision == KN_PRECISION_BF16 && kn_bf16_get() == KN_BF16_NONE)
        return KN_OK; /* this machine has none */
    run r;
    kn_gemm_init();
    kn_status rc = run_init(&r, &m, kn_cpu_count(), e);
    if (rc == KN_OK)
        rc = verify(&r, &m, e);
    if (rc == KN_OK)
        rc = time_model(&r, e);
    if (rc == KN_OK && bench_prints_text())
        rc = print_profile(&r, e);
    run_clear(&r);
    return rc;
}

static const char *const problems[] = {"cnn50mb64",
                                       "cnn50mb64/bf16",
                                       "cnn50mb500",
                                       "cnn50mb500/bf16",
                                       "cnn50mb500/augment",
                                       "cnn50mb500/bf16/augment",
                                       "cnn100mb100",
                                       "cnn100mb100/bf16",
                                       "deep50mb128",
                                       "deep50mb128/bf16",
                                       "rnn50mb1000",
                                       "logreg50mb500",
                                       NULL};

const bench bench_train = {
    "train",
    "whole models: cnn, deep, rnn, logreg at a size and a batch, e.g. cnn50mb500/bf16/augment",
    problems, run_problem};
