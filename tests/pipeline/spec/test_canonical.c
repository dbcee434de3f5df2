/* Canonical text: what keys are made of. It must not change by accident: a change makes every cache
 * entry stale. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "spec/value.h"
#include "tst.h"

static void test_text_of_a_cnn(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: {type: cnn, regularizer: {l2: 0.01}}\n"
                                      "train: {lr: 1e-3, batch: 500, epochs: 4}\n");
    char *got = spec_canonical(&s.runs[0]);
    TST_TEXT(got, "data.target=Male\n"
                  "data.max_bad=0.01\n"
                  "data.limit=0\n"
                  "data.image.size=50\n"
                  "data.image.channels=gray\n"
                  "data.image.filter=triangle\n"
                  "split.method=stratified\n"
                  "split.ratios=[0.8, 0.1, 0.1]\n"
                  "split.seed=1\n"
                  "split.validation_split=0\n"
                  "model.type=cnn\n"
                  "model.activation=relu\n"
                  "model.output=sigmoid\n"
                  "model.regularizer.l1=0\n"
                  "model.regularizer.l2=0.01\n"
                  "model.filters=[64, 64]\n"
                  "model.kernel=3\n"
                  "model.pool=2\n"
                  "model.units=[64]\n"
                  "model.dropout=0\n"
                  "train.optimizer=adam\n"
                  "train.lr=0.001\n"
                  "train.batch=500\n"
                  "train.epochs=4\n"
                  "train.seed=1\n"
                  "train.shuffle=true\n"
                  "train.beta1=0.9\n"
                  "train.beta2=0.999\n"
                  "train.eps=1e-07\n"
                  "train.schedule.type=constant\n"
                  "train.schedule.warmup=0\n"
                  "train.early_stopping.enabled=false\n"
                  "train.class_weight=none\n");
    free(got);
    pl_study_clear(&s);
}

/* A key that came later must say nothing at its default: runs made before it keep their ids. */
static void test_later_keys_are_silent_at_their_default(void)
{
    static const char *const stated[] = {"train.label_smoothing=0", "train.mixup=0.0",
                                         "train.clip_norm=0",       "train.ema=0",
                                         "train.precision=fp32",    NULL};
    pl_study plain = spec_study(SPEC_HEAD "model: cnn\n"), same;
    TST_OK(spec_load(SPEC_HEAD "model: cnn\n", stated, &same, e));
    char *want = spec_canonical(&plain.runs[0]), *got = spec_canonical(&same.runs[0]);
    TST_TEXT(got, want);
    for (int i = 0; i < pl_key_count; i++) {
        char *line = pl_format("\n%s=", pl_keys[i].name);
        if (pl_keys[i].stages & PL_KEY_LATER)
            CU_ASSERT_PTR_NULL(strstr(want, line));
        free(line);
    }
    free(want);
    free(got);
    pl_study_clear(&plain);
    pl_study_clear(&same);
}

static void test_text_of_logreg_has_no_steps(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: logreg\n");
    pl_str got;
    pl_str_init(&got);
    pl_spec_canonical(&s.runs[0].spec, PL_KEY_TRAIN, &got);
    TST_TEXT(got.text, "data.target=Male\n"
                       "data.image.size=50\n"
                       "data.image.channels=gray\n"
                       "data.image.filter=triangle\n"
                       "model.type=logreg\n"
                       "model.solver=lbfgs\n"
                       "model.C=1\n"
                       "model.max_iter=100\n"
                       "model.tol=0.0001\n"
                       "train.class_weight=none\n");
    pl_str_clear(&got);
    pl_study_clear(&s);
}

static void test_stages_have_keys_of_their_own(void)
{
    static const struct {
        unsigned stage;
        const char *heads[4];
    } want[] = {{PL_KEY_INGEST, {"data.", "data.", "data.", "data."}},
                {PL_KEY_SPLIT, {"split.", "split.", "split.", "split."}},
                {PL_KEY_TRAIN, {"model.", "train.", "data.target", "data.image."}}};
    pl_study s = spec_study(SPEC_HEAD "model: cnn\n");
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        pl_str got;
        pl_str_init(&got);
        pl_spec_canonical(&s.runs[0].spec, want[i].stage, &got);
        CU_ASSERT(got.size > 0);
        for (const char *line = got.text; *line; line = strchr(line, '\n') + 1)
            CU_ASSERT(
                pl_starts_with(line, want[i].heads[0]) || pl_starts_with(line, want[i].heads[1]) ||
                pl_starts_with(line, want[i].heads[2]) || pl_starts_with(line, want[i].heads[3]));
        pl_str_clear(&got);
    }
    pl_study_clear(&s);
}

/* A path is no parameter: the content behind it is digested. */
static void test_no_path_is_in_it(void)
{
    pl_study s =
        spec_study("data: {images: i, labels: l, partition: p, identity: d}\nmodel: cnn\n");
    char *got = spec_canonical(&s.runs[0]);
    CU_ASSERT_PTR_NULL(strstr(got, "data.images"));
    CU_ASSERT_PTR_NULL(strstr(got, "data.partition"));
    free(got);
    pl_study_clear(&s);
}

static const char *const round_trips[] = {
    SPEC_HEAD "model: cnn\n",
    SPEC_HEAD "model: logreg\n",
    SPEC_HEAD "model: {type: logreg, solver: adam}\ntrain: {optimizer: rmsprop, momentum: 0.1}\n",
    SPEC_HEAD "model: {type: rnn, cell: gru, hidden: 7, units: [], dropout: 0.1}\n",
    SPEC_HEAD
    "  target: 'a: b, [\"c\"] \\ #d'\n  image: {size: [7, 30], channels: rgb}\nmodel: rnn\n",
    SPEC_HEAD
    "model: {type: cnn, activation: elu, alpha: 0.7, regularizer: {l1: 1e-5, l2: 0.3}}\n"
    "train: {optimizer: adamw, lr: 0.1234567890123456789, seed: 9007199254740992,\n"
    "  schedule: {type: plateau, lr_min: 1e-9}, early_stopping: {monitor: val_accuracy},\n"
    "  class_weight: [0.1, 3]}\n",
    SPEC_HEAD
    "model:\n"
    "  type: layers\n"
    "  layers: [{type: conv2d, filters: 3, kernel: [3, 1], activation: elu, alpha: 0.2},\n"
    "    {type: avgpool, size: 3, stride: 2}, {type: dropout, rate: 0.3}, flatten,\n"
    "    {type: dense, units: 5, regularizer: {l1: 0.1}}]\n",
    SPEC_HEAD
    "model: {type: layers, layers: [rows, {type: lstm, units: 4, return_sequences: true},\n"
    "  {type: gru, units: 3}]}\n",
    SPEC_HEAD "model: cnn\n"
              "train: {optimizer: adamw_torch, schedule: {type: onecycle, pct_start: 0.1},\n"
              "  label_smoothing: 0.1, mixup: 0.2, clip_norm: 1.5, ema: 0.999, precision: bf16}\n",
    SPEC_HEAD "model: cnn\n"
              "train: {schedule: {type: restarts, period: 3, mult: 1, lr_min: 1e-6, warmup: 1}}\n",
};

static void test_text_reads_back_as_the_same_run(void)
{
    for (size_t i = 0; i < sizeof round_trips / sizeof round_trips[0]; i++) {
        pl_study s = spec_study(round_trips[i]);
        char *text = spec_canonical(&s.runs[0]);
        kn_arena arena;
        pl_run back = {.label = ""};
        kn_arena_init(&arena);
        TST_OK(pl_spec_from_canonical(text, &arena, &back.spec, e));
        char *again = spec_canonical(&back);
        TST_TEXT(again, text);
        CU_ASSERT_PTR_NULL(back.spec.data.images);
        free(again);
        free(text);
        kn_arena_clear(&arena);
        pl_study_clear(&s);
    }
}

/* Keys a later version adds are missing in old text: they get their default. */
static void test_missing_keys_get_their_default(void)
{
    kn_arena arena;
    pl_run_spec spec;
    kn_arena_init(&arena);
    TST_OK(pl_spec_from_canonical("model.type=rnn\ntrain.lr=0.5\n", &arena, &spec, e));
    CU_ASSERT_EQUAL(spec.model.output, KN_OUTPUT_SOFTMAX);
    CU_ASSERT_EQUAL(spec.train.batch, 32);
    CU_ASSERT_DOUBLE_EQUAL(spec.train.lr, 0.5, 0);
    kn_arena_clear(&arena);
}

static void test_damaged_text_is_refused(void)
{
    kn_arena arena;
    pl_run_spec spec;
    kn_arena_init(&arena);
    TST_FAILS(KN_EFORMAT, "canonical parameters: \"model.type\" is not key=value",
              pl_spec_from_canonical("model.type\n", &arena, &spec, e));
    TST_FAILS(KN_EFORMAT, "canonical parameters: model.colour is no key this version knows",
              pl_spec_from_canonical("model.colour=3\n", &arena, &spec, e));
    TST_FAILS(KN_EFORMAT, "canonical parameters: train.batch: 0 is not in 1..65536",
              pl_spec_from_canonical("train.batch=0\n", &arena, &spec, e));
    TST_FAILS(KN_EFORMAT, "canonical parameters: model.layers is missing",
              pl_spec_from_canonical("model.type=layers\n", &arena, &spec, e));
    kn_arena_clear(&arena);
}

/* Every key whose value differs makes different text: none is forgotten. */
static void test_every_parameter_is_in_the_text(void)
{
    static const char *const changes[] = {
        "data.target=Young",
        "data.image.size=[50, 51]",
        "data.image.channels=rgb",
        "data.image.filter=box",
        "data.max_bad=0.02",
        "data.limit=7",
        "split.method=random",
        "split.ratios=[0.6,0.2,0.2]",
        "split.seed=2",
        "split.validation_split=0.2",
        "model.type=rnn",
        "model.activation=gelu",
        "model.output=relu",
        "model.regularizer.l1=0.1",
        "model.regularizer.l2=0.1",
        "model.filters=[64]",
        "model.kernel=5",
        "model.pool=3",
        "model.units=[65]",
        "model.dropout=0.5",
        "train.optimizer=sgd",
        "train.lr=0.002",
        "train.batch=33",
        "train.epochs=2",
        "train.seed=2",
        "train.shuffle=false",
        "train.beta1=0.8",
        "train.beta2=0.9",
        "train.eps=1e-8",
        "train.schedule=cosine",
        "train.schedule.warmup=2",
        "train.early_stopping=true",
        "train.class_weight=balanced",
        "train.label_smoothing=0.1",
        "train.mixup=0.2",
        "train.clip_norm=1",
        "train.ema=0.99",
        "train.precision=bf16",
    };
    pl_study plain = spec_study(SPEC_HEAD "model: cnn\n");
    char *before = spec_canonical(&plain.runs[0]);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const char *const set[] = {changes[i], NULL};
        pl_study s;
        TST_OK(spec_load(SPEC_HEAD "model: cnn\n", set, &s, e));
        char *after = spec_canonical(&s.runs[0]);
        if (strcmp(after, before) == 0)
            tst_note("%s changes nothing", changes[i]);
        CU_ASSERT_STRING_NOT_EQUAL(after, before);
        free(after);
        pl_study_clear(&s);
    }
    free(before);
    pl_study_clear(&plain);
}

const tst_case tst_spec_canonical[] = {TST(test_text_of_a_cnn),
                                       TST(test_later_keys_are_silent_at_their_default),
                                       TST(test_text_of_logreg_has_no_steps),
                                       TST(test_stages_have_keys_of_their_own),
                                       TST(test_no_path_is_in_it),
                                       TST(test_text_reads_back_as_the_same_run),
                                       TST(test_missing_keys_get_their_default),
                                       TST(test_damaged_text_is_refused),
                                       TST(test_every_parameter_is_in_the_text),
                                       TST_END};
