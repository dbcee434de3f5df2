#include <stdlib.h>
#include <string.h>

#include "compare/pareto.h"
#include "pipeline/compare/rows_study.h"
#include "tst.h"

static const char *const rows[][5] = {
    {"slow", "1", "a", "0.95", "100"}, {"fast", "1", "b", "0.80", "10"},
    {"worse", "1", "c", "0.79", "20"}, {"middle", "1", "d", "0.90", "30"},
    {"twin", "1", "e", "0.90", "30"},  {"late", "1", "f", "0.95", "200"},
    {"none", "1", "g", "", ""},        {"timeless", "1", "h", "0.99", ""}};

static void test_the_front_is_what_nothing_beats(void)
{
    static const char *const want[6] = {"fast", "worse", "middle", "twin", "slow", "late"};
    static const bool front[6] = {true, false, true, true, true, false};
    pl_study_data d;
    int n;
    rows_study_read("model.activation", rows, 8, &d);
    pl_cost_point *p = pl_pareto_new(&d, &n);
    CU_ASSERT_EQUAL_FATAL(n, 6);
    for (int i = 0; i < n; i++) {
        TST_TEXT(d.group[p[i].group].name, want[i]);
        CU_ASSERT_EQUAL(p[i].front, front[i]);
        bool beaten = false; /* by the definition, all pairs */
        for (int k = 0; k < n; k++)
            beaten = beaten || (p[k].seconds <= p[i].seconds && p[k].accuracy >= p[i].accuracy &&
                                (p[k].seconds < p[i].seconds || p[k].accuracy > p[i].accuracy));
        CU_ASSERT_EQUAL(p[i].front, !beaten);
    }
    free(p);
    pl_study_data_clear(&d);
}

static void test_pareto_section_draws_and_lists_the_front(void)
{
    pl_study_data d;
    pl_doc doc;
    pl_figures f;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    rows_study_read("model.activation", rows, 8, &d);
    pl_pareto_section(&d, &doc, &f);
    CU_ASSERT_EQUAL_FATAL(f.count, 1);
    TST_TEXT(f.item[0].csv, "group,train_seconds_mean,test_accuracy_mean,front\nfast,10,0.8,1\n"
                            "worse,20,0.79,0\nmiddle,30,0.9,1\ntwin,30,0.9,1\nslow,100,0.95,1\n"
                            "late,200,0.95,0\n");
    CU_ASSERT(doc.count == 4 && doc.block[3].rows == 4);
    TST_OK(pl_figures_draw(&f, tst_path("plots"), 1, e));
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    pl_study_data_clear(&d);
}

static void test_one_group_has_no_front(void)
{
    pl_study_data d;
    pl_doc doc;
    pl_figures f;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    rows_study_read("model.activation", rows, 1, &d);
    pl_pareto_section(&d, &doc, &f);
    CU_ASSERT(f.count == 0 && doc.count == 0);
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    pl_study_data_clear(&d);
}

const tst_case tst_compare_pareto[] = {TST(test_the_front_is_what_nothing_beats),
                                       TST(test_pareto_section_draws_and_lists_the_front),
                                       TST(test_one_group_has_no_front), TST_END};
