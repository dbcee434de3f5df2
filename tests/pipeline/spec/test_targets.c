/* data.target as a name, a list and all; in sweeps; and what cannot be together with several. */
#include "pipeline/spec/spec_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "spec/target_list.h"
#include "tst.h"

#define ADAM "model: {type: logreg, solver: adam}\n"

/* The canonical text's first line, with the run's names joined by |. */
static void expect_target(const char *target, const char *canonical, const char *names)
{
    char *text = pl_format(SPEC_HEAD "  target: %s\n" ADAM, target);
    pl_study s = spec_study(text);
    char *got = spec_canonical(&s.runs[0]);
    const pl_targets *t = &s.runs[0].spec.data.target;
    pl_str joined;
    pl_str_init(&joined);
    for (int i = 0; i < t->count; i++)
        pl_str_addf(&joined, "%s%s", i ? "|" : "", t->name[i]);
    got[strcspn(got, "\n")] = '\0';
    TST_TEXT(got, canonical);
    TST_TEXT(joined.text, names);
    pl_str_clear(&joined);
    free(got);
    free(text);
    pl_study_clear(&s);
}

static void test_a_name_a_list_or_all(void)
{
    expect_target("Male", "data.target=Male", "Male");
    expect_target("[Male]", "data.target=Male", "Male");
    expect_target("[Male, Smiling, Eyeglasses]", "data.target=[Male, Smiling, Eyeglasses]",
                  "Male|Smiling|Eyeglasses");
    expect_target("[Smiling, Male]", "data.target=[Smiling, Male]", "Smiling|Male");
    expect_target("['a, b', 5_o_Clock, '[c]']", "data.target=[\"a, b\", \"5_o_Clock\", \"[c]\"]",
                  "a, b|5_o_Clock|[c]");
    expect_target("all", "data.target=all", "");
    expect_target("'all'", "data.target=\"all\"", "all");
    expect_target("[all]", "data.target=\"all\"", "all");
    expect_target("[all, Male]", "data.target=[all, Male]", "all|Male");
}

static void test_it_reads_back(void)
{
    static const char *const targets[] = {"Male", "[a, 'b, c', all]", "all", "'all'"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        char *text = pl_format(SPEC_HEAD "  target: %s\n" ADAM, targets[i]);
        pl_study s = spec_study(text);
        char *first = spec_canonical(&s.runs[0]), *again;
        kn_arena arena;
        pl_run back = {.label = ""};
        kn_arena_init(&arena);
        TST_OK(pl_spec_from_canonical(first, &arena, &back.spec, e));
        again = spec_canonical(&back);
        TST_TEXT(again, first);
        free(again);
        free(first);
        free(text);
        kn_arena_clear(&arena);
        pl_study_clear(&s);
    }
}

/* One line "group label" a run. */
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

static void test_items_of_a_sweep_are_values(void)
{
    expect_runs(SPEC_HEAD ADAM "sweep: {product: {data.target: [Male, Smiling]}}\n",
                "0 data.target=Male\n1 data.target=Smiling\n");
    expect_runs(SPEC_HEAD ADAM "sweep: {product: {data.target: [Male, [Male, Smiling], all]}}\n",
                "0 data.target=Male\n1 data.target=[Male, Smiling]\n2 data.target=all\n");
    expect_runs(SPEC_HEAD ADAM
                "sweep: {zip: {data.target: [[Smiling, Male], Male], train.lr: [1, 2]}}\n",
                "0 data.target=[Smiling, Male] train.lr=1\n1 data.target=Male train.lr=2\n");
    expect_runs(SPEC_HEAD ADAM
                "sweep: {list: [{data.target: [Male, Smiling]}, {data.target: all}]}\n",
                "0 data.target=[Male, Smiling]\n1 data.target=all\n");
}

/* The same list twice is one run, another order another. */
static void test_equal_lists_are_one_run(void)
{
    expect_runs(SPEC_HEAD ADAM
                "sweep: {product: {data.target: [[a, b], [a, b], [b, a], [a], a]}}\n",
                "0 data.target=[a, b]\n1 data.target=[b, a]\n2 data.target=a\n");
}

static void test_conditions_take_any_of_the_names(void)
{
    expect_runs(SPEC_HEAD ADAM "sweep:\n"
                               "  product: {data.target: [a, b, c, [a, b], all]}\n"
                               "  exclude: [{data.target: [a, b]}]\n",
                "0 data.target=c\n1 data.target=[a, b]\n2 data.target=all\n");
    expect_runs(SPEC_HEAD ADAM "sweep:\n"
                               "  product: {data.target: [a, [a, b], all]}\n"
                               "  exclude: [{data.target: [[a, b], all]}]\n",
                "0 data.target=a\n");
}

static void test_an_override_may_be_a_list(void)
{
    const char *const set[] = {"data.target=[Male, Smiling]", NULL};
    pl_study s;
    TST_OK(spec_load(SPEC_HEAD ADAM, set, &s, e));
    CU_ASSERT_EQUAL(s.runs[0].spec.data.target.count, 2);
    pl_study_clear(&s);
}

static void test_the_net_has_a_unit_for_each(void)
{
    static const struct {
        const char *target;
        int units;
    } cases[] = {{"Male", 1}, {"[Male, Smiling, Bald]", 3}, {"all", KN_TARGETS_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = pl_format(SPEC_HEAD "  target: %s\nmodel: cnn\n", cases[i].target);
        pl_study s = spec_study(text);
        kn_arena arena;
        kn_net_desc desc;
        kn_arena_init(&arena);
        TST_OK(pl_spec_net(&s.runs[0].spec, &arena, &desc, e));
        CU_ASSERT_EQUAL(desc.targets, cases[i].units);
        kn_arena_clear(&arena);
        pl_study_clear(&s);
        free(text);
    }
}

/* clang-format off */
static const spec_wrong wrong[] = {
    {"no_target",
     SPEC_HEAD "  target: []\n" ADAM, {NULL},
     "x.yaml:4:11: data.target: 0 names; a model tells 1 to 64 attributes\n"
     "  target: []\n"
     "          ^"},
    {"a_target_twice",
     SPEC_HEAD "  target: [Male, Smiling, Male]\n" ADAM, {NULL},
     "x.yaml:4:27: data.target: 'Male' is named twice\n"
     "  target: [Male, Smiling, Male]\n"
     "                          ^"},
    {"a_target_that_is_a_list",
     SPEC_HEAD "  target: [Male, [Smiling]]\n" ADAM, {NULL},
     "x.yaml:4:18: data.target: expected the name of a column, found a list\n"
     "  target: [Male, [Smiling]]\n"
     "                 ^"},
    {"a_target_that_is_a_map",
     SPEC_HEAD "  target: {a: b}\n" ADAM, {NULL},
     "x.yaml:4:11: data.target: expected the name of a column, a list of them or all, found a map\n"
     "  target: {a: b}\n"
     "          ^"},
    {"targets_of_softmax",
     SPEC_HEAD "  target: [Male, Smiling]\nmodel: {type: cnn, output: softmax}\n", {NULL},
     "x.yaml:5:28: model.output: softmax tells one target, not a data.target of 2 names; set model.output: sigmoid\n"
     "model: {type: cnn, output: softmax}\n"
     "                           ^"},
    {"targets_of_an_rnn",
     SPEC_HEAD "  target: all\nmodel: rnn\n", {NULL},
     "x.yaml:4:3: model.output: softmax tells one target, not data.target: all; set model.output: sigmoid\n"
     "  target: all\n"
     "  ^"},
    {"targets_of_relu",
     SPEC_HEAD "  target: all\nmodel: {type: cnn, output: relu}\n", {NULL},
     "x.yaml:5:28: model.output: relu tells one target, not data.target: all; set model.output: sigmoid\n"
     "model: {type: cnn, output: relu}\n"
     "                           ^"},
    {"targets_of_lbfgs",
     SPEC_HEAD "  target: all\nmodel: logreg\n", {NULL},
     "x.yaml:4:3: model.solver: lbfgs fits one target, not data.target: all; set model.solver: adam (and its train.epochs), or a target each in a sweep\n"
     "  target: all\n"
     "  ^"},
    {"targets_with_weights",
     SPEC_HEAD "  target: [a, b]\nmodel: cnn\ntrain: {class_weight: balanced}\n", {NULL},
     "x.yaml:6:23: train.class_weight: weights are of the two classes of one target, not of a data.target of 2 names; leave train.class_weight at none\n"
     "train: {class_weight: balanced}\n"
     "                      ^"},
    {"targets_in_a_sweep_over_models",
     SPEC_HEAD "model: cnn\nsweep: {product: {model.type: [cnn, rnn], data.target: [a, [a, b], all]}}\n", {NULL},
     "x.yaml:5:43: model.output: softmax tells one target, not a data.target of 2 names; set model.output: sigmoid\n"
     "sweep: {product: {model.type: [cnn, rnn], data.target: [a, [a, b], all]}}\n"
     "                                          ^"},
    {"a_report_target_of_one",
     SPEC_HEAD ADAM "report: {target: Male}\n", {NULL},
     "x.yaml:5:10: report.target: has no effect: every run tells one attribute\n"
     "report: {target: Male}\n"
     "         ^"},
    {"a_report_target_that_is_a_list",
     SPEC_HEAD "  target: all\n" ADAM "report: {target: [Male]}\n", {NULL},
     "x.yaml:6:18: report.target: expected the name of an attribute, found a list\n"
     "report: {target: [Male]}\n"
     "                 ^"},
};
/* clang-format on */

static void test_wrong_ones_are_told(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof *wrong);
}

static void test_more_than_a_model_tells(void)
{
    pl_str text;
    pl_str_init(&text);
    pl_str_add(&text, SPEC_HEAD "  target: [");
    for (int i = 0; i <= KN_TARGETS_MAX; i++)
        pl_str_addf(&text, "%sc%d", i ? ", " : "", i);
    pl_str_add(&text, "]\n" ADAM);
    pl_study s;
    kn_error e = {KN_OK, ""};
    CU_ASSERT_EQUAL(spec_load(text.text, NULL, &s, &e), KN_EUSAGE);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(e.text, "x.yaml:4:11: data.target: 65 names; a model tells 1 to 64 attributes"));
    pl_str_clear(&text);
}

static void test_the_report_target_is_kept(void)
{
    pl_study s = spec_study(SPEC_HEAD "  target: all\n" ADAM "report: {target: 'a b'}\n");
    pl_str yaml;
    pl_str_init(&yaml);
    pl_report_spec_yaml(&s.report, &yaml);
    TST_TEXT(yaml.text, "report:\n  target: \"a b\"\n");
    pl_str_clear(&yaml);
    pl_study_clear(&s);
}

const tst_case tst_spec_targets[] = {
    TST(test_a_name_a_list_or_all),
    TST(test_it_reads_back),
    TST(test_items_of_a_sweep_are_values),
    TST(test_equal_lists_are_one_run),
    TST(test_conditions_take_any_of_the_names),
    TST(test_an_override_may_be_a_list),
    TST(test_the_net_has_a_unit_for_each),
    TST(test_wrong_ones_are_told),
    TST(test_more_than_a_model_tells),
    TST(test_the_report_target_is_kept),
    TST_END,
};
