/* sweep.halving, sweep.budget and train.checkpoint: their values, and what they leave alone. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

#define SWEEP                                                                                      \
    SPEC_HEAD "model: cnn\ntrain: {epochs: 9}\nsweep:\n  product: {train.lr: [0.1, 0.2]}\n"

static void expect_halving(const char *text, pl_halving want)
{
    pl_study s = spec_study(text);
    CU_ASSERT_EQUAL(s.halving.on, want.on);
    CU_ASSERT_EQUAL(s.halving.metric, want.metric);
    CU_ASSERT_EQUAL(s.halving.factor, want.factor);
    CU_ASSERT_EQUAL(s.halving.min_epochs, want.min_epochs);
    pl_study_clear(&s);
}

static void test_halving_and_its_defaults(void)
{
    static const pl_halving off = {false, PL_MONITOR_VAL_LOSS, 0, 0};
    expect_halving(SWEEP, off);
    expect_halving(SWEEP "  halving: none\n", off);
    expect_halving(SWEEP "  halving:\n", off);
    expect_halving(SWEEP "  halving: {}\n", (pl_halving){true, PL_MONITOR_VAL_ACCURACY, 3, 1});
    expect_halving(SWEEP "  halving: val_loss\n", (pl_halving){true, PL_MONITOR_VAL_LOSS, 3, 1});
    expect_halving(SWEEP "  halving: {metric: val_loss, factor: 2, min_epochs: 8}\n",
                   (pl_halving){true, PL_MONITOR_VAL_LOSS, 2, 8});
    expect_halving(SWEEP "sweep.halving.factor: 4\n",
                   (pl_halving){true, PL_MONITOR_VAL_ACCURACY, 4, 1});
}

static void test_halving_is_inherited_and_taken_back(void)
{
    tst_write_text(tst_path("base.yaml"), SWEEP "  halving: {factor: 2}\n");
    expect_halving("base: base.yaml\nsweep: {halving: {min_epochs: 2}}\n",
                   (pl_halving){true, PL_MONITOR_VAL_ACCURACY, 2, 2});
    expect_halving("base: base.yaml\nsweep: {halving: null}\n",
                   (pl_halving){false, PL_MONITOR_VAL_LOSS, 0, 0});
    expect_halving("base: base.yaml\nsweep: null\nsweep.seeds: [1, 2]\n",
                   (pl_halving){false, PL_MONITOR_VAL_LOSS, 0, 0});
}

/* Some run has more epochs: that is enough. Validation images out of train are enough too. */
static void test_halving_that_can_stop_some_run(void)
{
    expect_halving(SPEC_HEAD "model: cnn\n"
                             "split: {ratios: [0.9, 0, 0.1], validation_split: 0.1}\n"
                             "sweep: {product: {train.epochs: [1, 2]}, halving: {}}\n",
                   (pl_halving){true, PL_MONITOR_VAL_ACCURACY, 3, 1});
}

static void test_budget(void)
{
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {{"8h", 28800}, {"90", 90}, {"1h30m", 5400}, {"\"45m\"", 2700}, {"null", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = pl_format(SPEC_HEAD "model: cnn\nsweep: {budget: %s}\n", cases[i].text);
        pl_study s = spec_study(text);
        CU_ASSERT_DOUBLE_EQUAL(s.budget, cases[i].seconds, 0);
        CU_ASSERT_EQUAL(s.run_count, 1);
        pl_study_clear(&s);
        free(text);
    }
}

/* No key, no RUN-ID, no group: the canonical text and the labels are those without it. */
static void test_checkpoint_is_no_parameter(void)
{
    const char *const set[] = {"train.checkpoint=1h", NULL};
    pl_study plain = spec_study(SWEEP "  seeds: [1, 2]\n"), with;
    TST_OK(spec_load(SWEEP "  seeds: [1, 2]\n", set, &with, e));
    CU_ASSERT_EQUAL_FATAL(with.run_count, plain.run_count);
    for (int i = 0; i < plain.run_count; i++) {
        char *a = spec_canonical(&plain.runs[i]), *b = spec_canonical(&with.runs[i]);
        TST_TEXT(b, a);
        CU_ASSERT_PTR_NULL(strstr(a, "checkpoint"));
        TST_TEXT(with.runs[i].label, plain.runs[i].label);
        CU_ASSERT_EQUAL(with.runs[i].group, plain.runs[i].group);
        CU_ASSERT_DOUBLE_EQUAL(plain.runs[i].spec.train.checkpoint, 60, 0);
        CU_ASSERT_DOUBLE_EQUAL(with.runs[i].spec.train.checkpoint, 3600, 0);
        free(a);
        free(b);
    }
    pl_study_clear(&with);
    pl_study_clear(&plain);
}

static void test_a_run_read_back_has_the_default(void)
{
    kn_arena arena;
    pl_run_spec spec;
    kn_arena_init(&arena);
    TST_OK(pl_spec_from_canonical("model.type=cnn\n", &arena, &spec, e));
    CU_ASSERT_DOUBLE_EQUAL(spec.train.checkpoint, 60, 0);
    TST_FAILS(KN_EFORMAT, "canonical parameters: train.checkpoint is no key this version knows",
              pl_spec_from_canonical("train.checkpoint=5s\n", &arena, &spec, e));
    kn_arena_clear(&arena);
}

/* Runs that become equal stay one run. */
static void test_checkpoint_in_a_sweep_over_models(void)
{
    pl_study s =
        spec_study(SPEC_HEAD "train: {checkpoint: 5s}\n"
                             "sweep: {product: {model.type: [cnn, logreg]}, seeds: [1, 2]}\n");
    CU_ASSERT_EQUAL_FATAL(s.run_count, 3);
    CU_ASSERT_DOUBLE_EQUAL(s.runs[0].spec.train.checkpoint, 5, 0);
    pl_study_clear(&s);
}

static void test_all_of_them_are_shown(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: cnn\n"
                                      "train: {epochs: 9, checkpoint: 90}\n"
                                      "sweep: {product: {train.lr: [0.1, 0.2]}, budget: 90m,\n"
                                      "  halving: val_loss}\n");
    pl_str text;
    pl_str_init(&text);
    pl_study_yaml(&s, &text);
    const char *sweep = strstr(text.text, "\nsweep:");
    CU_ASSERT_PTR_NOT_NULL(strstr(text.text, "\n  checkpoint: 90s\n"));
    TST_TEXT(sweep ? sweep : text.text, "\nsweep:\n"
                                        "  budget: 1h30m\n"
                                        "  halving:\n"
                                        "    metric: val_loss\n"
                                        "    factor: 3\n"
                                        "    min_epochs: 1\n"
                                        "  list:\n"
                                        "    - {train.lr: 0.1}\n"
                                        "    - {train.lr: 0.2}\n");
    pl_str_clear(&text);
    pl_study_clear(&s);
}

const tst_case tst_spec_limits[] = {TST(test_halving_and_its_defaults),
                                    TST(test_halving_is_inherited_and_taken_back),
                                    TST(test_halving_that_can_stop_some_run),
                                    TST(test_budget),
                                    TST(test_checkpoint_is_no_parameter),
                                    TST(test_a_run_read_back_has_the_default),
                                    TST(test_checkpoint_in_a_sweep_over_models),
                                    TST(test_all_of_them_are_shown),
                                    TST_END};
