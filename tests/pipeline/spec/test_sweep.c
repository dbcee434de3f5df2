/* Sweeps: which runs they make, in which order, in which groups, under which labels. */

#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

/* Loads the spec and compares its runs, one line "group label" each. */
static void expect_runs(const char *text, const char *want)
{
    pl_study s = spec_study(text);
    pl_str got;
    pl_str_init(&got);
    for (int i = 0; i < s.run_count; i++)
        pl_str_addf(&got, "%d %s\n", s.runs[i].group, s.runs[i].label);
    TST_TEXT(got.text, want);
    pl_str_clear(&got);
    pl_study_clear(&s);
}

static void test_product_turns_the_last_key_fastest(void)
{
    expect_runs(SPEC_HEAD "model: cnn\n"
                          "sweep: {product: {data.image.size: [50, 100], train.lr: [0.1, 1e-2]}}\n",
                "0 data.image.size=50 train.lr=0.1\n"
                "1 data.image.size=50 train.lr=0.01\n"
                "2 data.image.size=100 train.lr=0.1\n"
                "3 data.image.size=100 train.lr=0.01\n");
}

static void test_zip_goes_in_step(void)
{
    expect_runs(SPEC_HEAD "model: cnn\n"
                          "sweep: {zip: {train.lr: [0.1, 0.2], train: {batch: [32, 64]}}}\n",
                "0 train.lr=0.1 train.batch=32\n"
                "1 train.lr=0.2 train.batch=64\n");
}

static void test_list_nested_or_dotted(void)
{
    expect_runs(SPEC_HEAD "sweep:\n"
                          "  list:\n"
                          "    - {model.type: cnn, train: {lr: 0.1}}\n"
                          "    - {model: {type: logreg, C: 10}}\n",
                "0 model.type=cnn train.lr=0.1\n"
                "1 model.type=logreg model.C=10\n");
}

static void test_parts_are_combined(void)
{
    expect_runs(SPEC_HEAD "sweep:\n"
                          "  list: [{model.type: cnn}, {model.type: rnn}]\n"
                          "  product: {train.lr: [0.1, 0.2]}\n",
                "0 train.lr=0.1 model.type=cnn\n"
                "1 train.lr=0.1 model.type=rnn\n"
                "2 train.lr=0.2 model.type=cnn\n"
                "3 train.lr=0.2 model.type=rnn\n");
}

static void test_seeds_make_groups(void)
{
    expect_runs(SPEC_HEAD "model: cnn\n"
                          "sweep: {product: {train.lr: [0.1, 0.2]}, seeds: [3, 1]}\n",
                "0 train.lr=0.1 seed=3\n"
                "0 train.lr=0.1 seed=1\n"
                "1 train.lr=0.2 seed=3\n"
                "1 train.lr=0.2 seed=1\n");
}

static void test_group_label_is_without_the_seed(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: cnn\nsweep: {seeds: [1, 2]}\n");
    CU_ASSERT_EQUAL(s.run_count, 2);
    CU_ASSERT_EQUAL(s.group_count, 1);
    CU_ASSERT_EQUAL(s.axis_count, 0);
    TST_TEXT(s.runs[1].label, "seed=2");
    TST_TEXT(s.runs[1].group_label, "x");
    CU_ASSERT_EQUAL(s.runs[1].spec.train.seed, 2);
    CU_ASSERT_EQUAL(s.runs[1].spec.split.seed, 1);
    pl_study_clear(&s);
}

/* lbfgs has no seed and no learning rate: its runs are one. */
static void test_runs_that_become_equal_are_one(void)
{
    expect_runs(SPEC_HEAD "sweep:\n"
                          "  product: {model.type: [cnn, logreg], train.lr: [0.1, 0.2]}\n"
                          "  seeds: [1, 2]\n",
                "0 model.type=cnn train.lr=0.1 seed=1\n"
                "0 model.type=cnn train.lr=0.1 seed=2\n"
                "1 model.type=cnn train.lr=0.2 seed=1\n"
                "1 model.type=cnn train.lr=0.2 seed=2\n"
                "2 model.type=logreg\n");
}

static void test_seeds_of_a_model_without_any(void)
{
    expect_runs(SPEC_HEAD "model: logreg\nsweep: {seeds: [1, 2, 3]}\n", "0 x\n");
}

static void test_swept_sections_are_shown_by_key(void)
{
    expect_runs(SPEC_HEAD "sweep:\n"
                          "  product:\n"
                          "    model: [{type: cnn, regularizer: {l1: 0.5}}, logreg, {type: rnn}]\n"
                          "    data.image: [50, {size: 40}]\n",
                "0 model.type=cnn model.regularizer.l1=0.5 data.image.size=50\n"
                "1 model.type=cnn model.regularizer.l1=0.5 data.image.size=40\n"
                "2 model.type=logreg data.image.size=50\n"
                "3 model.type=logreg data.image.size=40\n"
                "4 model.type=rnn model.regularizer.l1=0 data.image.size=50\n"
                "5 model.type=rnn model.regularizer.l1=0 data.image.size=40\n");
}

static void test_values_of_axes(void)
{
    pl_study s =
        spec_study(SPEC_HEAD "sweep: {product: {model.type: [cnn, logreg], train.lr: [0.1]}}\n");
    CU_ASSERT_EQUAL_FATAL(s.axis_count, 2);
    TST_TEXT(s.axis[0], "model.type");
    TST_TEXT(s.axis[1], "train.lr");
    TST_TEXT(s.runs[0].value[1], "0.1");
    TST_TEXT(s.runs[1].value[0], "logreg");
    TST_TEXT(s.runs[1].value[1], "");
    pl_study_clear(&s);
}

static void test_exclude_takes_runs_away(void)
{
    expect_runs(SPEC_HEAD "model: cnn\n"
                          "sweep:\n"
                          "  product: {data.image.size: [50, 100], train.lr: [0.1, 0.01, 0.001]}\n"
                          "  exclude:\n"
                          "    - {data.image.size: [100, 100], train.lr: [1e-1, 0.010]}\n"
                          "    - {data: {image: {size: 50}}, train.lr: 1e-3}\n",
                "0 train.lr=0.1\n"
                "1 train.lr=0.01\n"
                "2 data.image.size=100 train.lr=0.001\n");
}

static void test_when_sets_and_multiplies(void)
{
    expect_runs(SPEC_HEAD "sweep:\n"
                          "  product: {model.type: [cnn, rnn]}\n"
                          "  when:\n"
                          "    - if: {model.type: cnn}\n"
                          "      set: {train.epochs: 3}\n"
                          "      product: {model.regularizer: [none, {l2: 0.01}]}\n",
                "0 model.type=cnn\n"
                "1 model.type=cnn model.regularizer.l2=0.01\n"
                "2 model.type=rnn\n");
    pl_study s =
        spec_study(SPEC_HEAD "sweep:\n"
                             "  product: {model.type: [cnn, rnn]}\n"
                             "  when: [{if: {model.type: [cnn]}, set: {train.epochs: 3}}]\n");
    CU_ASSERT_EQUAL(s.runs[0].spec.train.epochs, 3);
    CU_ASSERT_EQUAL(s.runs[1].spec.train.epochs, 1);
    pl_study_clear(&s);
}

static void test_swept_layers_have_a_short_name(void)
{
    expect_runs(SPEC_HEAD "model:\n"
                          "  type: layers\n"
                          "sweep:\n"
                          "  product:\n"
                          "    model.layers:\n"
                          "      - [flatten]\n"
                          "      - [flatten, {type: dense, units: 8}]\n",
                "0 model.layers=flatten\n"
                "1 model.layers=flatten dense(units=8)\n");
}

static void test_axis_of_a_list_value(void)
{
    expect_runs(SPEC_HEAD "model: cnn\n"
                          "sweep: {product: {model.filters: [32, [16, 32]]}}\n",
                "0 model.filters=[32]\n"
                "1 model.filters=[16, 32]\n");
}

/* A key that touches some runs only is dropped from the others without an error. */
static void test_key_of_one_model_in_a_sweep_over_models(void)
{
    pl_study s = spec_study(SPEC_HEAD "model: {hidden: [16], kernel: 5, C: 3}\n"
                                      "sweep: {product: {model.type: [cnn, rnn, logreg]}}\n");
    CU_ASSERT_EQUAL(s.run_count, 3);
    CU_ASSERT_EQUAL(s.runs[0].spec.model.hidden.count, 2);
    CU_ASSERT_EQUAL(s.runs[1].spec.model.hidden.item[0], 16);
    CU_ASSERT_EQUAL(s.runs[1].spec.model.kernel, 3);
    CU_ASSERT_DOUBLE_EQUAL(s.runs[2].spec.model.c, 3, 0);
    pl_study_clear(&s);
}

/* The file's own value is overridden in every run that it would touch: that is no error. */
static void test_value_that_the_sweep_overrides_where_it_matters(void)
{
    expect_runs(SPEC_HEAD "model: {output: sigmoid}\n"
                          "sweep: {list: [{model: {type: cnn, output: relu}}, {model: logreg}]}\n",
                "0 model.type=cnn model.output=relu\n"
                "1 model.type=logreg\n");
}

static void test_ten_thousand_runs(void)
{
    pl_str text;
    pl_str_init(&text);
    pl_str_add(&text, SPEC_HEAD "model: cnn\nsweep:\n  product:\n    train.batch: [1");
    for (int i = 2; i <= 100; i++)
        pl_str_addf(&text, ", %d", i);
    pl_str_add(&text, "]\n  seeds: [1");
    for (int i = 2; i <= 100; i++)
        pl_str_addf(&text, ", %d", i);
    pl_str_add(&text, "]\n");
    pl_study s = spec_study(text.text);
    CU_ASSERT_EQUAL(s.run_count, 10000);
    CU_ASSERT_EQUAL(s.group_count, 100);
    pl_study_clear(&s);
    pl_str_clear(&text);
}

const tst_case tst_spec_sweep[] = {TST(test_product_turns_the_last_key_fastest),
                                   TST(test_zip_goes_in_step),
                                   TST(test_list_nested_or_dotted),
                                   TST(test_parts_are_combined),
                                   TST(test_seeds_make_groups),
                                   TST(test_group_label_is_without_the_seed),
                                   TST(test_runs_that_become_equal_are_one),
                                   TST(test_seeds_of_a_model_without_any),
                                   TST(test_swept_sections_are_shown_by_key),
                                   TST(test_values_of_axes),
                                   TST(test_exclude_takes_runs_away),
                                   TST(test_when_sets_and_multiplies),
                                   TST(test_swept_layers_have_a_short_name),
                                   TST(test_axis_of_a_list_value),
                                   TST(test_key_of_one_model_in_a_sweep_over_models),
                                   TST(test_value_that_the_sweep_overrides_where_it_matters),
                                   TST(test_ten_thousand_runs),
                                   TST_END};
