/* Studies that are right: values, defaults, bases, overrides, sweeps, labels. */
#include <stdio.h>
#include <stdlib.h>

#include "pipeline/spec/spec_fixture.h"
#include "tst.h"
#include "util/fs.h"

static void test_every_default(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: {type: cnn}\n");
    const pl_run_spec *r = &s.runs[0].spec;
    CU_ASSERT_EQUAL(s.run_count, 1);
    CU_ASSERT_EQUAL(s.group_count, 1);
    CU_ASSERT_EQUAL(s.axis_count, 0);
    TST_TEXT(s.name, "x");
    TST_TEXT(s.runs[0].label, "x");
    TST_TEXT(s.runs[0].group_label, "x");
    TST_TEXT(r->data.target.name[0], "Male");
    CU_ASSERT(r->data.width == 50 && r->data.height == 50 && r->data.channels == 1);
    CU_ASSERT_EQUAL(r->data.filter, KN_FILTER_TRIANGLE);
    CU_ASSERT_EQUAL(r->split.method, PL_SPLIT_STRATIFIED);
    CU_ASSERT_EQUAL(r->split.seed, 1);
    CU_ASSERT_DOUBLE_EQUAL(r->split.ratios[0], 0.8, 0);
    CU_ASSERT_EQUAL(r->model.output, KN_OUTPUT_SIGMOID);
    CU_ASSERT_EQUAL(r->model.act.kind, KN_ACT_RELU);
    CU_ASSERT(r->model.filters.count == 2 && r->model.filters.item[1] == 64);
    CU_ASSERT(r->model.units.count == 1 && r->model.units.item[0] == 64);
    CU_ASSERT(r->model.kernel == 3 && r->model.pool == 2);
    CU_ASSERT_EQUAL(r->train.optimizer.kind, KN_OPT_ADAM);
    CU_ASSERT_DOUBLE_EQUAL(r->train.lr, 0.001, 0);
    CU_ASSERT(r->train.batch == 32 && r->train.epochs == 1 && r->train.seed == 1);
    CU_ASSERT_TRUE(r->train.shuffle);
    CU_ASSERT_FALSE(r->train.early.on);
    CU_ASSERT_EQUAL(r->train.class_weight, PL_WEIGHT_NONE);
    CU_ASSERT_DOUBLE_EQUAL((double)r->train.weight[1], 1, 0);
    pl_study_clear(&s);
}

/* The optimizer's defaults are those of the kernels, which are Keras's. */
static void test_optimizer_defaults_are_the_kernels(void)
{
    for (int kind = 0; kind < KN_OPT_COUNT; kind++) {
        const char *set[] = {pl_format("train.optimizer=%s", kn_optimizer_names[kind]), NULL};
        pl_study s;
        TST_OK(spec_load(SPEC_HEAD "model: cnn\n", set, &s, e));
        kn_optimizer want = kn_optimizer_default((kn_optimizer_kind)kind);
        const kn_optimizer *got = &s.runs[0].spec.train.optimizer;
        CU_ASSERT_EQUAL(got->kind, want.kind);
        if (kind == KN_OPT_ADAM || kind == KN_OPT_ADAMW) {
            CU_ASSERT_DOUBLE_EQUAL(got->beta1, want.beta1, 0);
            CU_ASSERT_DOUBLE_EQUAL(got->beta2, want.beta2, 0);
        }
        if (kind != KN_OPT_SGD)
            CU_ASSERT_DOUBLE_EQUAL(got->eps, want.eps, 0);
        if (kind == KN_OPT_RMSPROP)
            CU_ASSERT_DOUBLE_EQUAL(got->rho, want.rho, 0);
        if (kind == KN_OPT_ADAMW)
            CU_ASSERT_DOUBLE_EQUAL(got->weight_decay, want.weight_decay, 0);
        CU_ASSERT_EQUAL((float)s.runs[0].spec.train.lr, kind == KN_OPT_SGD ? 0.01f : 0.001f);
        pl_study_clear(&s);
        free((void *)(uintptr_t)set[0]);
    }
}

static void test_every_form_of_a_value(void)
{
    pl_study s = spec_study("name: study-7\n"
                            "data:\n"
                            "  images: i.zip\n"
                            "  labels: l.csv\n"
                            "  partition: p.csv\n"
                            "  target: 5_o_Clock_Shadow\n"
                            "  image: {size: [60, 40], channels: rgb, filter: linear}\n"
                            "model:\n"
                            "  type: cnn\n"
                            "  filters: 32\n"
                            "  units: []\n"
                            "  activation: leaky_relu\n"
                            "  regularizer: {l1: 1e-4}\n"
                            "train:\n"
                            "  schedule: {type: step, gamma: 0.5, every: 2, warmup: 1}\n"
                            "  early_stopping: {patience: 2, restore: yes}\n"
                            "  class_weight: [1, 2.5]\n"
                            "  shuffle: off\n");
    const pl_run_spec *r = &s.runs[0].spec;
    TST_TEXT(s.name, "study-7");
    TST_TEXT(r->data.images, tst_path("i.zip"));
    TST_TEXT(r->data.target.name[0], "5_o_Clock_Shadow");
    CU_ASSERT(r->data.width == 60 && r->data.height == 40 && r->data.channels == 3);
    CU_ASSERT_EQUAL(r->data.filter, KN_FILTER_LINEAR);
    CU_ASSERT_EQUAL(r->split.method, PL_SPLIT_OFFICIAL);
    CU_ASSERT(r->model.filters.count == 1 && r->model.filters.item[0] == 32);
    CU_ASSERT_EQUAL(r->model.units.count, 0);
    CU_ASSERT_DOUBLE_EQUAL((double)r->model.act.alpha, (double)0.3f, 0);
    CU_ASSERT_DOUBLE_EQUAL((double)r->model.l1, (double)1e-4f, 0);
    CU_ASSERT_EQUAL(r->train.schedule.kind, KN_SCHEDULE_STEP);
    CU_ASSERT(r->train.schedule.every == 2 && r->train.early.patience == 2);
    CU_ASSERT_TRUE(r->train.early.on && r->train.early.restore);
    CU_ASSERT_FALSE(r->train.shuffle);
    CU_ASSERT_EQUAL(r->train.class_weight, PL_WEIGHT_GIVEN);
    CU_ASSERT_DOUBLE_EQUAL((double)r->train.weight[1], 2.5, 0);
    pl_study_clear(&s);
}

static void test_shorthands(void)
{
    pl_study s = spec_study("data: {images: i, labels: l, image: 64}\n"
                            "split: random\n"
                            "model: rnn\n"
                            "train: {schedule: cosine, early_stopping: true}\n");
    const pl_run_spec *r = &s.runs[0].spec;
    CU_ASSERT_EQUAL(r->data.width, 64);
    CU_ASSERT_EQUAL(r->split.method, PL_SPLIT_RANDOM);
    CU_ASSERT_EQUAL(r->model.type, PL_MODEL_RNN);
    CU_ASSERT_EQUAL(r->model.output, KN_OUTPUT_SOFTMAX);
    CU_ASSERT_EQUAL(r->model.units.item[0], 32);
    CU_ASSERT_EQUAL(r->train.schedule.kind, KN_SCHEDULE_COSINE);
    CU_ASSERT_TRUE(r->train.early.on);
    pl_study_clear(&s);
}

static void test_own_layers_become_a_net(void)
{
    pl_study s = spec_study(SPEC_HEAD "model:\n"
                                      "  type: layers\n"
                                      "  output: softmax\n"
                                      "  layers:\n"
                                      "    - {type: conv2d, filters: 8, kernel: [3, 5]}\n"
                                      "    - maxpool\n"
                                      "    - flatten\n"
                                      "    - {type: dense, units: 4, regularizer: {l2: 0.5}}\n");
    kn_arena arena;
    kn_net_desc desc;
    kn_net *net;
    kn_arena_init(&arena);
    TST_OK(pl_spec_net(&s.runs[0].spec, &arena, &desc, e));
    CU_ASSERT_EQUAL(desc.layer_count, 4);
    CU_ASSERT_EQUAL(desc.output, KN_OUTPUT_SOFTMAX);
    TST_TEXT(desc.layers[1].kind->name, "maxpool");
    CU_ASSERT_DOUBLE_EQUAL((double)desc.layers[3].l2, 0.5, 0);
    TST_OK(kn_net_new(&desc, &net, e));
    /* conv 3*5*8 + 8, 48x46 pooled to 24x23x8, dense 4416*4 + 4, output 4*2 + 2 */
    CU_ASSERT_EQUAL(kn_net_params(net), 128 + 17668 + 10);
    kn_net_free(net);
    kn_arena_clear(&arena);
    pl_study_clear(&s);
}

/* DESIGN's parameter counts. */
static void test_parameter_counts_of_the_models(void)
{
    static const struct {
        const char *model;
        size_t params;
    } want[] = {{"cnn", 533313}, {"rnn", 227426}, {"logreg", 2501}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, SPEC_HEAD "model: %s\n", want[i].model);
        pl_study s = spec_study(text);
        kn_arena arena;
        kn_net_desc desc;
        kn_net *net;
        kn_arena_init(&arena);
        TST_OK(pl_spec_net(&s.runs[0].spec, &arena, &desc, e));
        TST_OK(kn_net_new(&desc, &net, e));
        CU_ASSERT_EQUAL(kn_net_params(net), want[i].params);
        kn_net_free(net);
        kn_arena_clear(&arena);
        pl_study_clear(&s);
    }
}

static void test_base_is_inherited_and_overridden(void)
{
    tst_write_text(tst_path("base.yaml"), "name: not-mine\n" SPEC_HEAD "  partition: p.csv\n"
                                          "model: {type: cnn, kernel: 5, regularizer: {l2: 0.1}}\n"
                                          "train: {lr: 0.5, epochs: 7}\n");
    pl_study s = spec_study("base: base.yaml\n"
                            "data: {partition: null}\n"
                            "model: {pool: 3, regularizer: none}\n"
                            "train: {lr: 0.25}\n");
    const pl_run_spec *r = &s.runs[0].spec;
    TST_TEXT(s.name, "x");
    CU_ASSERT_PTR_NULL(r->data.partition);
    CU_ASSERT_EQUAL(r->split.method, PL_SPLIT_STRATIFIED);
    CU_ASSERT(r->model.kernel == 5 && r->model.pool == 3);
    CU_ASSERT_DOUBLE_EQUAL((double)r->model.l2, 0, 0);
    CU_ASSERT_DOUBLE_EQUAL(r->train.lr, 0.25, 0);
    CU_ASSERT_EQUAL(r->train.epochs, 7);
    pl_study_clear(&s);
}

static void test_overrides_win(void)
{
    const char *const set[] = {"train.lr=0.5", "model={kernel: 5, filters: [8]}", "name=other",
                               NULL};
    pl_study s;
    TST_OK(spec_load(SPEC_HEAD "model: {type: cnn, kernel: 3, pool: 3}\ntrain: {lr: 0.1}\n", set,
                     &s, e));
    const pl_run_spec *r = &s.runs[0].spec;
    TST_TEXT(s.name, "other");
    CU_ASSERT_DOUBLE_EQUAL(r->train.lr, 0.5, 0);
    CU_ASSERT(r->model.kernel == 5 && r->model.pool == 3 && r->model.filters.item[0] == 8);
    pl_study_clear(&s);
}

static void test_anchors_and_merge_keys(void)
{
    pl_study s = spec_study("x-common: &common {batch: 64, epochs: 3}\n"
                            "x-more: &more {epochs: 9, lr: 0.5}\n" SPEC_HEAD "model: cnn\n"
                            "train:\n"
                            "  <<: [*common, *more]\n"
                            "  batch: 128\n");
    const pl_run_spec *r = &s.runs[0].spec;
    CU_ASSERT(r->train.batch == 128 && r->train.epochs == 3);
    CU_ASSERT_DOUBLE_EQUAL(r->train.lr, 0.5, 0);
    pl_study_clear(&s);
}

/* Every spec of the repository is right. */
static void test_experiments_load(void)
{
    static const char *const folders[] = {"experiments", "experiments/original",
                                          "experiments/reference"};
    int specs = 0;
    for (size_t f = 0; f < sizeof folders / sizeof folders[0]; f++) {
        char **names;
        size_t count = 0;
        TST_OK(pl_list_dir(folders[f], &names, &count, e));
        for (size_t i = 0; i < count; i++) {
            pl_study s;
            if (!pl_ends_with(names[i], ".yaml"))
                continue;
            char *path = pl_path_join(folders[f], names[i]);
            TST_OK(pl_study_load(path, NULL, 0, &s, e));
            pl_study_clear(&s);
            free(path);
            specs++;
        }
        pl_free_names(names);
    }
    CU_ASSERT(specs >= 3);
}

const tst_case tst_spec_study[] = {TST(test_every_default),
                                   TST(test_optimizer_defaults_are_the_kernels),
                                   TST(test_every_form_of_a_value),
                                   TST(test_shorthands),
                                   TST(test_own_layers_become_a_net),
                                   TST(test_parameter_counts_of_the_models),
                                   TST(test_base_is_inherited_and_overridden),
                                   TST(test_overrides_win),
                                   TST(test_anchors_and_merge_keys),
                                   TST(test_experiments_load),
                                   TST_END};
