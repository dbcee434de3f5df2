/* Numbers by scripts/oracle/effects.py (statsmodels). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/effects_section.h"
#include "compare/effects_study.h"
#include "pipeline/compare/rows_study.h"
#include "tst.h"

/* Every combination of two keys, three seeds each. */
static const char *const product[][5] = {
    {"a", "1", "0.001,50", "0.950", "1"},  {"a", "2", "0.001,50", "0.953", "1"},
    {"a", "3", "0.001,50", "0.949", "1"},  {"b", "1", "0.001,100", "0.961", "1"},
    {"b", "2", "0.001,100", "0.958", "1"}, {"b", "3", "0.001,100", "0.963", "1"},
    {"c", "1", "0.01,50", "0.931", "1"},   {"c", "2", "0.01,50", "0.940", "1"},
    {"c", "3", "0.01,50", "0.938", "1"},   {"d", "1", "0.01,100", "0.955", "1"},
    {"d", "2", "0.01,100", "0.950", "1"},  {"d", "3", "0.01,100", "0.941", "1"}};

static void check(const pl_effect *f, int df, double value, double low, double high, double p)
{
    CU_ASSERT_EQUAL(f->df, df);
    CU_ASSERT(tst_near(f->value, value, 0, 1e-9));
    CU_ASSERT(tst_near(f->low, low, 0, 1e-9));
    CU_ASSERT(tst_near(f->high, high, 0, 1e-9));
    CU_ASSERT(tst_near(f->p, p, 0, 1e-8));
}

static void test_effects_of_a_product_are_those_of_least_squares(void)
{
    pl_study_data d;
    pl_study_effects e;
    rows_study_read("train.lr,data.image.size", product, 12, &d);
    pl_study_effects_new(&d, &e);
    CU_ASSERT_EQUAL_FATAL(e.keys, 2);
    CU_ASSERT(e.key[0].levels == 2 && e.key[0].trend.n == 0);
    TST_TEXT(e.key[0].level[0].value, "0.001");
    CU_ASSERT(e.key[0].level[0].effect.n == 0 && e.key[0].level[1].effect.n == 6);
    CU_ASSERT_EQUAL(e.key[0].level[1].cells, 2);
    check(&e.key[0].level[1].effect, 5, -0.0131666666667, -0.019717588802, -0.0066157445313,
          0.0035649996968);
    check(&e.key[1].level[1].effect, 5, 0.0111666666667, 0.00332978746956, 0.0190035458638,
          0.0145524669729);
    CU_ASSERT(tst_near(e.key[0].level[1].holm_p, 2 * 0.0035649996968, 0, 1e-8));
    CU_ASSERT(tst_near(e.key[1].level[1].holm_p, 0.0145524669729, 0, 1e-8));
    CU_ASSERT_EQUAL_FATAL(e.interactions, 1);
    CU_ASSERT(e.interaction[0].cells == 1 && e.interaction[0].effect.n == 3);
    check(&e.interaction[0].effect, 2, 0.00233333333333, -0.0280233309354, 0.0326899976021,
          0.772289982979);
    pl_study_effects_free(&e);
    pl_study_data_clear(&d);
}

/* One key at a time from a base; another model, on which the rate has no effect and which takes no seed. */
static const char *const list[][5] = {{"base", "1", "0.001,cnn,sigmoid", "0.90", "1"},
                                      {"base", "2", "0.001,cnn,sigmoid", "0.92", "1"},
                                      {"lr", "1", "0.01,cnn,sigmoid", "0.80", "1"},
                                      {"lr", "2", "0.01,cnn,sigmoid", "", ""},
                                      {"line", "", ",logreg,", "0.85", "1"},
                                      {"rnn", "1", "0.001,rnn,softmax", "0.7", "1"},
                                      {"rnn", "2", "0.001,rnn,softmax", "0.75", "1"}};

static void test_a_list_is_compared_with_its_base(void)
{
    pl_study_data d;
    pl_study_effects e;
    rows_study_read("train.lr,model.type,model.output", list, 7, &d);
    pl_study_effects_new(&d, &e);
    const pl_effect *lr = &e.key[0].level[1].effect, *line = &e.key[1].level[1].effect;
    CU_ASSERT(lr->n == 1 && tst_near(lr->value, -0.1, 0, 1e-12) && isnan(lr->low));
    /* against both seeds of the base, not against lr=0.01 */
    CU_ASSERT(line->n == 2 && e.key[1].level[1].cells == 1);
    CU_ASSERT(tst_near(line->value, -0.06, 0, 1e-12));
    /* rnn differs from the base in its output too, and softmax in the model: neither is told */
    TST_TEXT(e.key[1].level[2].value, "rnn");
    CU_ASSERT(e.key[1].level[2].effect.n == 0 && e.key[1].level[2].cells == 0);
    CU_ASSERT(isnan(e.key[1].level[2].effect.value) && isnan(e.key[1].level[2].holm_p));
    CU_ASSERT_EQUAL(e.key[2].level[1].effect.n, 0);
    CU_ASSERT_EQUAL(e.interactions, 0);
    pl_study_effects_free(&e);
    pl_study_data_clear(&d);
}

static void test_three_numbers_have_a_trend(void)
{
    static const char *const row[][5] = {
        {"a", "1", "0", "0.90", "1"},    {"a", "2", "0", "0.89", "1"},
        {"c", "1", "0.01", "0.95", "1"}, {"c", "2", "0.01", "0.945", "1"},
        {"b", "1", "1e-4", "0.93", "1"}, {"b", "2", "1e-4", "0.94", "1"}};
    pl_study_data d;
    pl_study_effects e;
    rows_study_read("model.regularizer.l2", row, 6, &d);
    pl_study_effects_new(&d, &e);
    CU_ASSERT_EQUAL(e.key[0].trend.n, 6);
    check(&e.key[0].trend, 3, 0.02625, 0.00880893925204, 0.043691060748, 0.0173079925762);
    pl_study_effects_free(&e);
    pl_study_data_clear(&d);
}

static void test_seeds_that_do_not_match_make_one_pair_of_means(void)
{
    static const char *const row[][5] = {{"a", "1", "x", "0.90", "1"},
                                         {"a", "2", "x", "0.92", "1"},
                                         {"b", "3", "y", "0.95", "1"},
                                         {"b", "4", "y", "0.97", "1"}};
    pl_study_data d;
    pl_study_effects e;
    rows_study_read("model.activation", row, 4, &d);
    pl_study_effects_new(&d, &e);
    CU_ASSERT_EQUAL(e.key[0].level[1].effect.n, 1);
    CU_ASSERT(tst_near(e.key[0].level[1].effect.value, 0.05, 0, 1e-12));
    CU_ASSERT_EQUAL(e.key[0].trend.n, 0);
    pl_study_effects_free(&e);
    pl_study_data_clear(&d);
}

static void test_effects_csv_says_what_cannot_be_estimated(void)
{
    pl_study_data d;
    rows_study_read("train.lr,model.type,model.output", list, 7, &d);
    TST_OK(pl_effects_write(&d, e));
    char *text = tst_read(tst_path("effects.csv"), NULL);
    TST_TEXT(text,
             "kind,key,value,reference,key_2,value_2,reference_2,cells,n,df,difference,ci95_low,"
             "ci95_high,p,p_holm\n"
             "level,train.lr,0.01,0.001,,,,1,1,0,-0.1,,,,\n"
             "level,model.type,logreg,cnn,,,,1,2,1,-0.06,-0.187062047,0.0670620474,"
             "0.105136913,0.105136913\n"
             "level,model.type,rnn,cnn,,,,0,0,0,,,,,\n"
             "level,model.output,softmax,sigmoid,,,,0,0,0,,,,,\n");
    free(text);
    pl_study_data_clear(&d);
}

static const pl_block *find(const pl_doc *doc, pl_block_kind kind, const char *text)
{
    for (size_t i = 0; i < doc->count; i++)
        if (doc->block[i].kind == kind && doc->block[i].text && strstr(doc->block[i].text, text))
            return &doc->block[i];
    return NULL;
}

static void test_effects_section_tells_table_and_figure(void)
{
    pl_study_data d;
    pl_doc doc;
    pl_figures f;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    rows_study_read("train.lr,data.image.size", product, 12, &d);
    pl_effects_section(&d, &doc, &f);
    CU_ASSERT(f.count == 1 && strcmp(f.item[0].name, "effects") == 0 && f.item[0].csv);
    CU_ASSERT_PTR_NOT_NULL(
        find(&doc, PL_BLOCK_ITEM,
             "train.lr: 0.01 against 0.001 changes test accuracy by -1.32 points "
             "(95 % interval -1.97 to -0.66, n 6)."));
    CU_ASSERT_PTR_NOT_NULL(find(&doc, PL_BLOCK_TABLE, "Interactions of two keys"));
    TST_OK(pl_figures_draw(&f, tst_path("plots"), 1, e));
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    pl_study_data_clear(&d);
}

static void test_without_effects_there_is_no_section(void)
{
    static const char *const row[][5] = {{"a", "1", "x", "0.90", "1"}, {"b", "1", "y", "", ""}};
    pl_study_data d;
    pl_doc doc;
    pl_figures f;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    rows_study_read("model.activation", row, 2, &d);
    pl_effects_section(&d, &doc, &f);
    CU_ASSERT(f.count == 0 && doc.count == 0);
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    pl_study_data_clear(&d);
}

const tst_case tst_compare_effects[] = {TST(test_effects_of_a_product_are_those_of_least_squares),
                                        TST(test_a_list_is_compared_with_its_base),
                                        TST(test_three_numbers_have_a_trend),
                                        TST(test_seeds_that_do_not_match_make_one_pair_of_means),
                                        TST(test_effects_csv_says_what_cannot_be_estimated),
                                        TST(test_effects_section_tells_table_and_figure),
                                        TST(test_without_effects_there_is_no_section),
                                        TST_END};
