/* sweep.random: which points it makes, and that they hold still when the spec around them changes. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

#define RANDOM(n, params)                                                                          \
    SPEC_HEAD "model: cnn\nsweep:\n  random: {n: " #n ", params: {" params "}}\n"
#define LR "train.lr: {log: [1e-4, 1e-1]}"

/* Group and label of each run, a line each; heap. */
static char *lines(const pl_study *s)
{
    pl_str got;
    pl_str_init(&got);
    for (int i = 0; i < s->run_count; i++)
        pl_str_addf(&got, "%d %s\n", s->runs[i].group, s->runs[i].label);
    return pl_str_take(&got);
}

static void expect_runs(const char *text, const char *want)
{
    pl_study s = spec_study(text);
    char *got = lines(&s);
    TST_TEXT(got, want);
    free(got);
    pl_study_clear(&s);
}

static void expect_same_runs(const char *text, const char *other)
{
    pl_study s = spec_study(other);
    char *want = lines(&s);
    expect_runs(text, want);
    free(want);
    pl_study_clear(&s);
}

/* The first runs of a study have these learning rates. */
static void expect_rates(const char *text, const double *want, int count)
{
    pl_study s = spec_study(text);
    CU_ASSERT_FATAL(s.run_count >= count);
    for (int i = 0; i < count; i++)
        CU_ASSERT_DOUBLE_EQUAL(s.runs[i].spec.train.lr, want[i], 0);
    pl_study_clear(&s);
}

/* A label leaves out what most runs share: kernel 2 and units [32, 16]. */
static void test_a_point_of_every_distribution(void)
{
    expect_runs(RANDOM(3, LR ", model: {dropout: {uniform: [0, 0.5]}, kernel: {int: [1, 5]}},\n"
                             "    train: {batch: {log_int: [16, 512]}},\n"
                             "    model.units: {choice: [32, [32, 16]]}"),
                "0 train.lr=0.001492 model.dropout=0.4564 train.batch=45\n"
                "1 train.lr=0.01601 model.dropout=0.03467 train.batch=46\n"
                "2 train.lr=0.04208 model.dropout=0.01564 model.kernel=5 train.batch=40 "
                "model.units=[32]\n");
}

static const double rates[] = {0.001492, 0.01601, 0.04208};

static void test_a_further_key_leaves_the_others_alone(void)
{
    expect_rates(RANDOM(3, LR), rates, 3);
    expect_rates(RANDOM(3, "model.dropout: {uniform: [0, 0.5]}, " LR), rates, 3);
    expect_rates(RANDOM(3, "train: {lr: {log: [1e-4, 1e-1]}, batch: {int: [1, 9]}}"), rates, 3);
}

static void test_more_points_begin_with_the_fewer(void)
{
    expect_rates(RANDOM(2, LR), rates, 2);
    expect_rates(RANDOM(500, LR), rates, 3);
}

static void test_the_seed_is_one_where_none_is_given(void)
{
    pl_study s =
        spec_study(SPEC_HEAD "model: cnn\nsweep: {random: {n: 3, seed: 2, params: {" LR "}}}\n");
    CU_ASSERT_EQUAL(s.run_count, 3);
    CU_ASSERT(s.runs[0].spec.train.lr != rates[0]);
    pl_study_clear(&s);
    expect_rates(SPEC_HEAD "model: cnn\nsweep: {random: {n: 3, seed: 1, params: {" LR "}}}\n",
                 rates, 3);
}

static void test_a_section_draws_as_the_key_it_stands_for(void)
{
    expect_same_runs(RANDOM(4, "data.image: {int: [40, 60]}"),
                     RANDOM(4, "data.image.size: {int: [40, 60]}"));
}

static void test_a_choice_of_sections(void)
{
    expect_runs(RANDOM(4, "model.regularizer: {choice: [none, {l1: 0.5}, {l2: 0.25}]}"),
                "0 model.regularizer.l1=0 model.regularizer.l2=0.25\n"
                "1 model.regularizer.l1=0.5 model.regularizer.l2=0\n");
}

/* Points are inside product and outside seeds. */
static void test_points_are_combined_with_the_other_parts(void)
{
    expect_runs(SPEC_HEAD "model: cnn\n"
                          "sweep:\n"
                          "  seeds: [7, 8]\n"
                          "  random: {n: 2, params: {" LR "}}\n"
                          "  product: {train.batch: [16, 64]}\n",
                "0 train.batch=16 train.lr=0.001492 seed=7\n"
                "0 train.batch=16 train.lr=0.001492 seed=8\n"
                "1 train.batch=16 train.lr=0.01601 seed=7\n"
                "1 train.batch=16 train.lr=0.01601 seed=8\n"
                "2 train.batch=64 train.lr=0.001492 seed=7\n"
                "2 train.batch=64 train.lr=0.001492 seed=8\n"
                "3 train.batch=64 train.lr=0.01601 seed=7\n"
                "3 train.batch=64 train.lr=0.01601 seed=8\n");
}

static void test_points_that_are_equal_are_one(void)
{
    expect_runs(RANDOM(50, "train.shuffle: {choice: [true, false]}"), "0 train.shuffle=false\n"
                                                                      "1 train.shuffle=true\n");
    expect_runs(RANDOM(9, "train.batch: {int: [5, 5]}"), "0 train.batch=5\n");
}

static void test_values_are_of_the_keys_type(void)
{
    pl_study s = spec_study(RANDOM(1, "model.filters: {int: [8, 9]}, split.seed: {int: [0, 99]},\n"
                                      "    data.image.size: {log_int: [40, 60]},\n"
                                      "    train.schedule.warmup: {int: [1, 3]}"));
    const pl_run_spec *r = &s.runs[0].spec;
    CU_ASSERT(r->model.filters.count == 1 && r->model.filters.item[0] >= 8);
    CU_ASSERT(r->split.seed <= 99);
    CU_ASSERT(r->data.width >= 40 && r->data.width <= 60 && r->data.height == r->data.width);
    CU_ASSERT(r->train.schedule.warmup_epochs >= 1 && r->train.schedule.warmup_epochs <= 3);
    pl_study_clear(&s);
}

static void test_a_drawn_key_of_one_model_in_a_sweep_over_models(void)
{
    pl_study s = spec_study(SPEC_HEAD "sweep:\n"
                                      "  product: {model.type: [cnn, logreg]}\n"
                                      "  random: {n: 3, params: {" LR "}}\n");
    CU_ASSERT_EQUAL(s.run_count, 4); /* logreg by lbfgs has no rate: one run */
    TST_TEXT(s.runs[3].label, "model.type=logreg");
    pl_study_clear(&s);
}

static void test_when_and_exclude_see_drawn_values(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: cnn\n"
                                      "sweep:\n"
                                      "  random: {n: 40, params: {train.batch: {int: [1, 3]}}}\n"
                                      "  when: [{if: {train.batch: 1}, set: {train.epochs: 7}}]\n"
                                      "  exclude: [{train.batch: 2}]\n");
    CU_ASSERT_EQUAL_FATAL(s.run_count, 2);
    for (int i = 0; i < 2; i++) {
        const pl_train_spec *t = &s.runs[i].spec.train;
        CU_ASSERT((t->batch == 1 && t->epochs == 7) || (t->batch == 3 && t->epochs == 1));
    }
    pl_study_clear(&s);
}

static void test_it_is_inherited_and_taken_back(void)
{
    const char *const more[] = {"sweep.random.n=5", NULL};
    pl_study s;
    TST_OK(spec_load(RANDOM(3, LR), more, &s, e));
    CU_ASSERT_EQUAL(s.run_count, 5);
    pl_study_clear(&s);
    tst_write_text(tst_path("base.yaml"), RANDOM(3, LR));
    s = spec_study("base: base.yaml\nsweep: {random: {n: 2}}\n");
    CU_ASSERT_EQUAL(s.run_count, 2);
    CU_ASSERT_DOUBLE_EQUAL(s.runs[1].spec.train.lr, rates[1], 0);
    pl_study_clear(&s);
    expect_runs("base: base.yaml\nsweep: {random: none}\n", "0 x\n");
    expect_runs("base: base.yaml\nsweep: null\n", "0 x\n");
}

const tst_case tst_spec_random[] = {TST(test_a_point_of_every_distribution),
                                    TST(test_a_further_key_leaves_the_others_alone),
                                    TST(test_more_points_begin_with_the_fewer),
                                    TST(test_the_seed_is_one_where_none_is_given),
                                    TST(test_a_section_draws_as_the_key_it_stands_for),
                                    TST(test_a_choice_of_sections),
                                    TST(test_points_are_combined_with_the_other_parts),
                                    TST(test_points_that_are_equal_are_one),
                                    TST(test_values_are_of_the_keys_type),
                                    TST(test_a_drawn_key_of_one_model_in_a_sweep_over_models),
                                    TST(test_when_and_exclude_see_drawn_values),
                                    TST(test_it_is_inherited_and_taken_back),
                                    TST_END};
