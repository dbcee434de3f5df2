#include "compare/compare.h"

#include <string.h>

#include "tst.h"
#include "util/fs.h"

/* Writes a run of n test images; image i is labelled i % 2 and answered rightly unless i is in
 * [from, to). */
static const char *make_run(const char *name, int first, int n, int from, int to)
{
    pl_str s;
    kn_error e;
    pl_str_init(&s);
    pl_str_add(&s, "image,split,label,probability\nv.jpg,val,1,0.1\n");
    for (int i = first + n - 1; i >= first; i--) {
        int right = i < from || i >= to;
        pl_str_addf(&s, "%04d.jpg,test,%d,%s\n", i, i % 2, (i % 2) == right ? "0.9" : "0.1");
    }
    const char *dir = tst_path("%s", name);
    CU_ASSERT_EQUAL_FATAL(pl_make_dirs(dir, &e), KN_OK);
    tst_write_text(tst_path("%s/predictions.csv", name), s.text);
    pl_str_clear(&s);
    return dir;
}

static void test_compare_runs_matches_by_name(void)
{
    const char *a = make_run("a", 0, 100, 0, 6), *b = make_run("b", 10, 100, 20, 31);
    pl_comparison c;
    TST_OK(pl_compare_runs(a, b, &c, e));
    /* common: 10..99; a is right on all of them, b wrong on 11 */
    CU_ASSERT_EQUAL(c.common, 90);
    CU_ASSERT_EQUAL(c.alone[0], 10);
    CU_ASSERT_EQUAL(c.alone[1], 10);
    CU_ASSERT(c.pairs.both == 79 && c.pairs.first == 11 && c.pairs.second == 0 &&
              c.pairs.neither == 0);
    CU_ASSERT(tst_near(c.paired.exact_p, 2.0 / 2048, 0, 1e-9));
}

static void test_comparison_text_and_json(void)
{
    /* the pairs of stats.py's first row: 90, 5, 1, 4 */
    const char *a = make_run("a", 0, 100, 95, 100), *b = make_run("b", 0, 100, 90, 99);
    pl_comparison c;
    pl_str s;
    pl_str_init(&s);
    TST_OK(pl_compare_runs(a, b, &c, e));
    pl_comparison_text(&c, "x/1", "x/2", &s);
    TST_TEXT(s.text, "first       x/1\nsecond      x/2\n\non 100 common test images:\n"
                     "  accuracy    95.00 % and 91.00 %\n"
                     "  difference  +4.00 points, 95 % interval -1.11 to +8.95\n"
                     "  both right 90, only the first 5, only the second 1, neither 4\n"
                     "  McNemar     exact p = 0.219, mid-p = 0.125\n");
    pl_str_reset(&s);
    pl_comparison_json(&c, "x/1", "x/2", &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\"mcnemar_mid_p\": 0.125"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\"only_first_right\": 5"));
    pl_str_clear(&s);
}

static void test_compare_runs_refuses_what_does_not_match(void)
{
    const char *a = make_run("a", 0, 10, 0, 1), *b = make_run("b", 10, 10, 0, 1);
    pl_comparison c;
    TST_FAILS(KN_EDATA, "the two runs have no test image in common (10 and 10 test images)",
              pl_compare_runs(a, b, &c, e));
    tst_write_text(tst_path("b/predictions.csv"),
                   "image,split,label,probability\n0003.jpg,test,0,0.5\n");
    TST_FAILS(KN_EDATA,
              "0003.jpg is labelled 1 in the first run and 0 in the second: they have different "
              "targets",
              pl_compare_runs(a, b, &c, e));
}

const tst_case tst_compare_compare[] = {
    TST(test_compare_runs_matches_by_name), TST(test_comparison_text_and_json),
    TST(test_compare_runs_refuses_what_does_not_match), TST_END};
