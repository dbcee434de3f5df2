/* The section report: its values, what it leaves alone, how it is kept in study.yaml, and every message a wrong one gives. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "spec/report_spec.h"
#include "tst.h"

#define MODEL SPEC_HEAD "model: cnn\n"

static void test_columns_sort_and_references(void)
{
    pl_study s =
        spec_study(MODEL "report:\n"
                         "  columns: [group, train.lr, n, test_accuracy, test_wilson]\n"
                         "  sort: -test_accuracy\n"
                         "  reference:\n"
                         "    - {label: published, test_accuracy: 0.9541, source: a paper}\n"
                         "    - {label: other, test_loss: 12, val_accuracy: 1, group: cnn "
                         "lr=0.1, train_accuracy: null}\n");
    const pl_report_spec *r = &s.report;
    CU_ASSERT_EQUAL_FATAL(r->columns, 5);
    CU_ASSERT_EQUAL(r->column[0].column, PL_COLUMN_GROUP);
    CU_ASSERT_EQUAL(r->column[1].column, PL_COLUMN_KEY);
    TST_TEXT(r->column[1].key, "train.lr");
    CU_ASSERT_EQUAL(r->column[4].column, PL_COLUMN_TEST_WILSON);
    CU_ASSERT(r->sorted && r->descending && r->sort.column == PL_COLUMN_TEST_ACCURACY);
    CU_ASSERT_EQUAL_FATAL(r->references, 2);
    TST_TEXT(r->reference[0].label, "published");
    TST_TEXT(r->reference[0].source, "a paper");
    CU_ASSERT_PTR_NULL(r->reference[0].group);
    CU_ASSERT_DOUBLE_EQUAL(r->reference[0].figure[2], 0.9541, 0);
    CU_ASSERT(isnan(r->reference[0].figure[0]) && isnan(r->reference[0].figure[3]));
    TST_TEXT(r->reference[1].group, "cnn lr=0.1");
    CU_ASSERT_DOUBLE_EQUAL(r->reference[1].figure[3], 12, 0);
    pl_study_clear(&s);
}

static void test_orders_of_sort(void)
{
    static const struct {
        const char *text;
        bool descending;
    } cases[] = {
        {"n", false}, {"n asc", false}, {"n desc", true}, {"-n", true}, {"\"n  desc\"", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = pl_format(MODEL "report: {sort: %s}\n", cases[i].text);
        pl_study s = spec_study(text);
        CU_ASSERT(s.report.sorted && s.report.sort.column == PL_COLUMN_N);
        CU_ASSERT_EQUAL(s.report.descending, cases[i].descending);
        pl_study_clear(&s);
        free(text);
    }
}

static void test_nothing_said_is_nothing(void)
{
    static const char *const texts[] = {MODEL, MODEL "report:\n", MODEL "report: none\n",
                                        MODEL "report: {columns: null, reference: []}\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pl_study s = spec_study(texts[i]);
        pl_str yaml;
        pl_str_init(&yaml);
        CU_ASSERT(s.report.columns == 0 && !s.report.sorted && s.report.references == 0);
        pl_study_yaml(&s, &yaml);
        CU_ASSERT_PTR_NULL(strstr(yaml.text, "report"));
        pl_str_clear(&yaml);
        pl_study_clear(&s);
    }
}

/* Three answers, one of them not to say anything; study.yaml keeps the other two. */
static void test_averages_are_rows_a_section_or_nothing(void)
{
    static const struct {
        const char *text, *yaml;
        pl_report_ensemble want;
    } cases[] = {{"report: {ensemble: true}\n", "report:\n  ensemble: true\n", PL_ENSEMBLE_ROWS},
                 {"report: {ensemble: false}\n", "report:\n  ensemble: false\n", PL_ENSEMBLE_NONE},
                 {"report: {ensemble: null}\n", "", PL_ENSEMBLE_SECTION},
                 {"", "", PL_ENSEMBLE_SECTION}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = pl_format(MODEL "%s", cases[i].text);
        pl_study s = spec_study(text);
        pl_str yaml;
        pl_str_init(&yaml);
        CU_ASSERT_EQUAL(s.report.ensemble, cases[i].want);
        pl_report_spec_yaml(&s.report, &yaml);
        TST_TEXT(yaml.text, cases[i].yaml);
        pl_str_clear(&yaml);
        pl_study_clear(&s);
        free(text);
    }
}

/* A table shown differently is of the same runs. */
static void test_runs_know_nothing_of_it(void)
{
    pl_study plain = spec_study(MODEL);
    pl_study shown = spec_study(MODEL "report: {columns: [n], sort: n,\n"
                                      "  reference: [{label: a, test_accuracy: 0.5}]}\n");
    char *a = spec_canonical(&plain.runs[0]), *b = spec_canonical(&shown.runs[0]);
    TST_TEXT(b, a);
    CU_ASSERT_EQUAL(plain.run_count, shown.run_count);
    free(a);
    free(b);
    pl_study_clear(&plain);
    pl_study_clear(&shown);
}

static void test_inherited_and_overridden(void)
{
    tst_write_text(tst_path("base.yaml"),
                   MODEL "report: {columns: [n, params], sort: n, reference: [{label: a, "
                         "test_loss: 1}]}\n");
    pl_study s = spec_study("base: base.yaml\nreport: {columns: [group], sort: null}\n");
    CU_ASSERT_EQUAL_FATAL(s.report.columns, 1);
    CU_ASSERT_EQUAL(s.report.column[0].column, PL_COLUMN_GROUP);
    CU_ASSERT_FALSE(s.report.sorted);
    CU_ASSERT_EQUAL(s.report.references, 1);
    pl_study_clear(&s);
}

/* Labels that YAML would read as something else, and those that HTML, gnuplot or TeX would. */
#define ODD_REPORT                                                                                 \
    "report:\n"                                                                                    \
    "  columns: [group, data.image.size, swept, p_holm]\n"                                         \
    "  sort: test_accuracy desc\n"                                                                 \
    "  reference:\n"                                                                               \
    "    - {label: \"a: \\\"b\\\", <script> % & _ {x} \\\\\", test_accuracy: 0.9541, group: "      \
    "\"n: 1\"}\n"                                                                                  \
    "    - {label: \"2\", train_accuracy: 1, val_accuracy: 0, test_loss: 1e-07, source: "          \
    "\"Jos\xc3\xa9\\n2\"}\n"

static void test_shows_as_itself(void)
{
    pl_study s = spec_study(MODEL ODD_REPORT);
    pl_str once, again;
    pl_str_init(&once);
    pl_str_init(&again);
    pl_study_yaml(&s, &once);
    pl_study back = spec_study(once.text);
    pl_study_yaml(&back, &again);
    TST_TEXT(again.text, once.text);
    CU_ASSERT_EQUAL_FATAL(back.report.references, 2);
    for (int i = 0; i < 2; i++)
        TST_TEXT(back.report.reference[i].label, s.report.reference[i].label);
    TST_TEXT(back.report.reference[1].source, "Jos\xc3\xa9\n2");
    CU_ASSERT(back.report.sorted && back.report.descending);
    pl_study_clear(&s);
    pl_study_clear(&back);
    pl_str_clear(&once);
    pl_str_clear(&again);
}

/* The section is taken from a study.yaml and put into one without a look at the rest. */
static void test_store_and_load(void)
{
    static const char head[] = "name: x\nsweep:\n  list:\n    - {report: 1}\n";
    static const char old[] = "report:\n  columns: [n]\n\n# a note\n  sort: n\n";
    static const char tail[] = "train:\n  lr: 1\n";
    const char *path = tst_path("study.yaml");
    kn_arena arena;
    pl_report_spec r;
    pl_study s = spec_study(MODEL ODD_REPORT);
    pl_str want;
    size_t size;
    kn_arena_init(&arena);
    TST_OK(pl_report_spec_load(tst_path("none.yaml"), &arena, &r, e));
    CU_ASSERT(r.columns == 0 && r.references == 0);

    char *text = pl_format("%s%s%s", head, old, tail);
    tst_write_text(path, text);
    TST_OK(pl_report_spec_load(path, &arena, &r, e));
    CU_ASSERT(r.columns == 1 && r.sorted);
    free(text);

    TST_OK(pl_report_spec_store(path, &s.report, e));
    pl_str_init(&want);
    pl_str_addf(&want, "%s%s", head, tail);
    pl_report_spec_yaml(&s.report, &want);
    text = tst_read(path, &size);
    TST_TEXT(text, want.text);
    free(text);
    TST_OK(pl_report_spec_load(path, &arena, &r, e));
    CU_ASSERT_EQUAL_FATAL(r.references, 2);
    TST_TEXT(r.reference[0].label, s.report.reference[0].label);

    memset(&r, 0, sizeof r);
    TST_OK(pl_report_spec_store(path, &r, e));
    text = tst_read(path, &size);
    pl_str_reset(&want);
    pl_str_addf(&want, "%s%s", head, tail);
    TST_TEXT(text, want.text);
    free(text);
    pl_str_clear(&want);
    pl_study_clear(&s);
    kn_arena_clear(&arena);
}

static void test_a_wrong_section_is_told_at_its_own_line(void)
{
    const char *path = tst_path("study.yaml");
    kn_arena arena;
    pl_report_spec r;
    kn_error e = {KN_OK, ""};
    kn_arena_init(&arena);
    tst_write_text(path, "name: x\nmodel:\n  type: cnn\nreport:\n  columns: [n, parms]\n");
    CU_ASSERT_EQUAL(pl_report_spec_load(path, &arena, &r, &e), KN_EUSAGE);
    char *got = spec_without_dir(e.text);
    TST_TEXT(got, "study.yaml:5:16: report.columns[1]: \"parms\" is no column of the table; `facet "
                  "spec schema` lists them\n"
                  "  columns: [n, parms]\n"
                  "               ^\n"
                  "did you mean \"params\"?");
    free(got);
    kn_arena_clear(&arena);
}

/* clang-format off */
static const spec_wrong wrong[] = {
    {"unknown_key",
     MODEL "report: {colums: [n]}\n",
     {NULL},
     "x.yaml:5:10: report.colums: unknown key\n"
     "report: {colums: [n]}\n"
     "         ^\n"
     "did you mean \"report.columns\"?"},
    {"not_a_section",
     MODEL "report: short\n",
     {NULL},
     "x.yaml:5:9: report: expected a map of keys, found \"short\"\n"
     "report: short\n"
     "        ^"},
    {"columns_of_another_type",
     MODEL "report: {columns: n}\n",
     {NULL},
     "x.yaml:5:19: report.columns: expected a list of columns, found \"n\"\n"
     "report: {columns: n}\n"
     "                  ^"},
    {"no_columns",
     MODEL "report: {columns: []}\n",
     {NULL},
     "x.yaml:5:19: report.columns: expected a list of columns, found an empty one\n"
     "report: {columns: []}\n"
     "                  ^"},
    {"misspelt_columns",
     MODEL "report:\n"
     "  columns: [test_acuracy, train.lrr, zzzzzz, n, n, [n]]\n",
     {NULL},
     "x.yaml:6:13: report.columns[0]: \"test_acuracy\" is no column of the table; `facet spec schema` lists them\n"
     "  columns: [test_acuracy, train.lrr, zzzzzz, n, n, [n]]\n"
     "            ^\n"
     "did you mean \"test_accuracy\"?\n"
     "x.yaml:6:27: report.columns[1]: \"train.lrr\" is no column of the table; `facet spec schema` lists them\n"
     "  columns: [test_acuracy, train.lrr, zzzzzz, n, n, [n]]\n"
     "                          ^\n"
     "did you mean \"train.lr\"?\n"
     "x.yaml:6:38: report.columns[2]: \"zzzzzz\" is no column of the table; `facet spec schema` lists them\n"
     "  columns: [test_acuracy, train.lrr, zzzzzz, n, n, [n]]\n"
     "                                     ^\n"
     "x.yaml:6:49: report.columns[4]: n is there twice\n"
     "  columns: [test_acuracy, train.lrr, zzzzzz, n, n, [n]]\n"
     "                                                ^\n"
     "x.yaml:6:52: report.columns[5]: expected the name of a column, found a list\n"
     "  columns: [test_acuracy, train.lrr, zzzzzz, n, n, [n]]\n"
     "                                                   ^"},
    {"column_of_the_study",
     MODEL "report: {columns: [data.images, name]}\n",
     {NULL},
     "x.yaml:5:33: report.columns[1]: \"name\" is no column of the table; `facet spec schema` lists them\n"
     "report: {columns: [data.images, name]}\n"
     "                                ^"},
    {"misspelt_sort",
     MODEL "report: {sort: -test_los}\n",
     {NULL},
     "x.yaml:5:16: report.sort: \"test_los\" is no column of the table; `facet spec schema` lists them\n"
     "report: {sort: -test_los}\n"
     "               ^\n"
     "did you mean \"test_loss\"?"},
    {"no_order",
     MODEL "report: {sort: n down}\n",
     {NULL},
     "x.yaml:5:16: report.sort: \"down\" is no order; write asc or desc behind the column\n"
     "report: {sort: n down}\n"
     "               ^"},
    {"sort_by_many",
     MODEL "report: {sort: swept}\n",
     {NULL},
     "x.yaml:5:16: report.sort: swept stands for many columns; name one swept key to sort by it\n"
     "report: {sort: swept}\n"
     "               ^"},
    {"sort_of_another_type",
     MODEL "report: {sort: [n]}\n",
     {NULL},
     "x.yaml:5:16: report.sort: expected the name of a column, with - before it or desc behind it for descending order, found a list\n"
     "report: {sort: [n]}\n"
     "               ^"},
    {"ensemble_of_another_type",
     MODEL "report: {ensemble: rows}\n",
     {NULL},
     "x.yaml:5:20: report.ensemble: expected true or false, found \"rows\"\n"
     "report: {ensemble: rows}\n"
     "                   ^"},
    {"references_of_another_type",
     MODEL "report: {reference: {label: a}}\n",
     {NULL},
     "x.yaml:5:21: report.reference: expected a list of {label: ..., test_accuracy: ...}, found a map\n"
     "report: {reference: {label: a}}\n"
     "                    ^"},
    {"wrong_references",
     MODEL "report:\n"
     "  reference:\n"
     "    - 0.9541\n"
     "    - {label: a, test_acuracy: 0.9}\n"
     "    - {label: b, test_accuracy: 95.41}\n"
     "    - {label: c, test_accuracy: -1}\n"
     "    - {test_accuracy: 0.5}\n"
     "    - {label: d}\n"
     "    - {label: e, test_loss: low}\n"
     "    - {label: [f], test_loss: 1}\n"
     "    - {label: g, test_loss: 1}\n"
     "    - {label: g, test_loss: 1}\n",
     {NULL},
     "x.yaml:7:7: report.reference[0]: expected a map of label and figures, found \"0.9541\"\n"
     "    - 0.9541\n"
     "      ^\n"
     "x.yaml:8:18: report.reference[1].test_acuracy: unknown key; a reference has label, group, source, train_accuracy, val_accuracy, "
     "test_accuracy and test_loss\n"
     "    - {label: a, test_acuracy: 0.9}\n"
     "                 ^\n"
     "did you mean \"test_accuracy\"?\n"
     "x.yaml:9:33: report.reference[2].test_accuracy: 95.41 is not in 0..1; a share of 95.41 % is written 0.9541\n"
     "    - {label: b, test_accuracy: 95.41}\n"
     "                                ^\n"
     "x.yaml:10:33: report.reference[3].test_accuracy: -1 is not in 0..1\n"
     "    - {label: c, test_accuracy: -1}\n"
     "                                ^\n"
     "x.yaml:11:7: report.reference[4].label: this key is required\n"
     "    - {test_accuracy: 0.5}\n"
     "      ^\n"
     "x.yaml:12:7: report.reference[5]: none of train_accuracy, val_accuracy, test_accuracy and test_loss is given\n"
     "    - {label: d}\n"
     "      ^\n"
     "x.yaml:13:29: report.reference[6].test_loss: expected a number, found \"low\"\n"
     "    - {label: e, test_loss: low}\n"
     "                            ^\n"
     "x.yaml:14:15: report.reference[7].label: expected a text, found a list\n"
     "    - {label: [f], test_loss: 1}\n"
     "              ^\n"
     "x.yaml:16:7: report.reference[9].label: another reference is called \"g\" too\n"
     "    - {label: g, test_loss: 1}\n"
     "      ^"},
    {"swept",
     MODEL "sweep: {product: {report.sort: [n]}}\n",
     {NULL},
     "x.yaml:5:19: sweep.product.report.sort: report.sort is the study's and cannot be swept\n"
     "sweep: {product: {report.sort: [n]}}\n"
     "                  ^"},
};
/* clang-format on */

static void test_every_wrong_report_is_told(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

const tst_case tst_spec_report[] = {TST(test_columns_sort_and_references),
                                    TST(test_orders_of_sort),
                                    TST(test_averages_are_rows_a_section_or_nothing),
                                    TST(test_nothing_said_is_nothing),
                                    TST(test_runs_know_nothing_of_it),
                                    TST(test_inherited_and_overridden),
                                    TST(test_shows_as_itself),
                                    TST(test_store_and_load),
                                    TST(test_a_wrong_section_is_told_at_its_own_line),
                                    TST(test_every_wrong_report_is_told),
                                    TST_END};
