/* Numbers by scripts/oracle/compare.py and stats.py (scipy, statsmodels, numpy). */
#include "compare/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/fs.h"

static void write_run(const char *study, const char *id, const char *manifest,
                      const char *predictions)
{
    kn_error e;
    CU_ASSERT_EQUAL_FATAL(pl_make_dirs(tst_path("%s/runs/%s", study, id), &e), KN_OK);
    tst_write_text(tst_path("%s/runs/%s/manifest.json", study, id), manifest);
    tst_write_text(tst_path("%s/runs/%s/predictions.csv", study, id), predictions);
}

/* Writes a run of n test images; image i is labelled i % 2 and answered rightly unless i is in [from, to). */
static void make_run(const char *id, int first, int n, int from, int to)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "image,split,label,probability\nv.jpg,val,1,0.1\n");
    for (int i = first + n - 1; i >= first; i--) {
        int right = i < from || i >= to;
        pl_str_addf(&s, "%04d.jpg,test,%d,%s\n", i, i % 2, (i % 2) == right ? "0.9" : "0.1");
    }
    write_run("x", id, "{}", s.text);
    pl_str_clear(&s);
}

static kn_status compare(const char *a, const char *b, bool groups, pl_comparison *c, kn_error *e)
{
    pl_compare_side side[2] = {{.runs = 0}, {.runs = 0}};
    kn_status rc = pl_compare_side_find(tst_dir(), a, groups, &side[0], e);
    if (rc == KN_OK)
        rc = pl_compare_side_find(tst_dir(), b, groups, &side[1], e);
    if (rc == KN_OK)
        return pl_compare(side, NULL, c, e);
    pl_compare_side_clear(&side[0]);
    return rc;
}

static void test_compare_matches_by_name(void)
{
    pl_comparison c;
    make_run("a0", 0, 100, 0, 6);
    make_run("b0", 10, 100, 20, 31);
    TST_OK(compare("x/a0", "x/b0", false, &c, e));
    /* common: 10..99; a is right on all of them, b wrong on 11 */
    CU_ASSERT_EQUAL(c.images.count, 90);
    CU_ASSERT(c.images.alone[0] == 10 && c.images.alone[1] == 10 && c.pairs == 1);
    const pl_pairs *p = &c.pair[0].pairs;
    CU_ASSERT(p->both == 79 && p->first == 11 && p->second == 0 && p->neither == 0);
    CU_ASSERT(tst_near(c.pair[0].paired.exact_p, 2.0 / 2048, 0, 1e-9));
    CU_ASSERT(c.better[0] == 11 && c.better[1] == 0 && c.alike == 79);
    pl_comparison_clear(&c);
}

static void test_comparison_text_and_json_of_runs(void)
{
    /* the pairs of stats.py's first row: 90, 5, 1, 4 */
    pl_comparison c;
    pl_str s;
    pl_str_init(&s);
    make_run("a0", 0, 100, 95, 100);
    make_run("b0", 0, 100, 90, 99);
    TST_OK(compare("x/a0", "x/b0", false, &c, e));
    pl_comparison_text(&c, &s);
    TST_TEXT(s.text,
             "first       x/a0\nsecond      x/b0\n\non 100 common test images:\n"
             "  accuracy    95.00 % (88.82 to 97.85) and 91.00 % (83.77 to 95.19)\n"
             "  difference  +4.00 points\n"
             "              95 % interval -1.11 to +8.95 (Agresti and Min)\n"
             "              95 % interval +0.00 to +9.00 (paired bootstrap, 10,000 samples), "
             "p = 0.131\n\n"
             "                 second right  second wrong\n"
             "  first right              90             5\n"
             "  first wrong               1             4\n"
             "  McNemar     exact p = 0.219, mid-p = 0.125\n"
             "  AUC         0.9500 and 0.9100, difference +0.0400, 95 % interval -0.0077 to "
             "+0.0877 (DeLong), p = 0.1\n\n"
             "where they differ most (%, points; p by McNemar's exact test, Holm over 2 slices):\n"
             "  slice                       images    first  second   differ        95 % interval"
             "          p\n"
             "  class 0                         50    96.00   90.00    +6.00     -1.60 to  "
             "+13.14        0.5\n"
             "  class 1                         50    94.00   92.00    +2.00     -5.60 to   "
             "+9.44          1\n"
             "  no attributes of these images are in the study's folder: only the classes are "
             "looked at\n");
    pl_str_reset(&s);
    pl_comparison_json(&c, &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\"mcnemar_mid_p\": 0.125"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\"only_first_right\": 5"));
    pl_str_reset(&s);
    pl_comparison_csv(&c, &s);
    CU_ASSERT(pl_starts_with(s.text, "image,label,probability_first,probability_second,right_first,"
                                     "right_second\n0000.jpg,0,0.100000001,0.100000001,1,1\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\n0099.jpg,1,0.100000001,0.899999976,0,1\n"));
    pl_str_clear(&s);
    pl_comparison_clear(&c);
}

static void test_compare_refuses_what_does_not_match(void)
{
    pl_comparison c;
    make_run("a0", 0, 10, 0, 1);
    make_run("b0", 10, 10, 0, 1);
    TST_FAILS(KN_EDATA, "x/a0 and x/b0 have no test image in common (10 and 10 test images)",
              compare("x/a0", "x/b0", false, &c, e));
    tst_write_text(tst_path("x/runs/b0/predictions.csv"),
                   "image,split,label,probability\n0003.jpg,test,0,0.5\n");
    TST_FAILS(KN_EDATA, "0003.jpg is labelled 1 in x/a0 and 0 in x/b0: they have different targets",
              compare("x/a0", "x/b0", false, &c, e));
}

enum { IMAGES = 400 };

static float run_probability(int group, int seed, int i, int *label)
{
    *label = i * 7 % 5 < 2;
    int wrong = (i * 137 + 61 * seed + 17 * (i / 50) * group) % 401 < 24 + 5 * seed + 14 * group;
    int strength = (i * 53 + 29 * seed + 11 * group) % 40 + 55;
    int p = *label ? strength : 100 - strength;
    return (float)(wrong ? 100 - p : p) / 100.0f;
}

/* Two groups of three seeds, one of which has a fourth run that failed; a third that is pending. */
static void make_groups(void)
{
    static const char manifest[] = "{\"keys\": {\"split\": \"0123456789abcdef\"}}";
    pl_str s, table;
    kn_error e;
    pl_str_init(&s);
    pl_str_init(&table);
    pl_str_add(
        &table,
        "run,group,status,seed,train.lr,model,size,params,epochs,train_accuracy,val_accuracy,"
        "test_accuracy,test_loss,test_auc,model_digest,train_seconds,images_per_second\n");
    for (int group = 0; group < 2; group++) {
        for (int seed = 1; seed <= 3; seed++) {
            char *id = pl_format("%d%d00", group + 1, seed);
            pl_str_reset(&s);
            pl_str_add(&s, "image,split,label,probability\n");
            for (int i = 0; i < IMAGES; i++) {
                int label;
                float p = run_probability(group, seed, i, &label);
                pl_str_addf(&s, "%04d.jpg,test,%d,%.9g\n", i, label, (double)p);
            }
            write_run("y", id, manifest, s.text);
            pl_str_addf(&table, "%s,train.lr=0.%d,done,%d,0.%d,cnn,8x8,9,4,,,0.9,,,d,1,1\n", id,
                        group + 1, seed, group + 1);
            free(id);
        }
    }
    pl_str_add(&table, "1400,train.lr=0.1,failed,4,0.1,cnn,8x8,,,,,,,,,,\n"
                       "3100,train.lr=0.3,pending,1,0.3,cnn,8x8,,,,,,,,,,\n");
    tst_write_text(tst_path("y/runs.csv"), table.text);
    pl_str_reset(&s);
    pl_str_add(&s, "image,side,Hat,Rare,Target\n");
    for (int i = 0; i < IMAGES; i++)
        pl_str_addf(&s, "%04d.jpg,test,%d,%d,%d\n", i, i % 4 == 1 ? 1 : -1, i < 20 ? 1 : -1,
                    i * 7 % 5 < 2 ? 1 : -1);
    CU_ASSERT_EQUAL_FATAL(pl_make_dirs(tst_path("y/data/0123456789ab"), &e), KN_OK);
    tst_write_text(tst_path("y/data/0123456789ab/attributes.csv"), s.text);
    pl_str_clear(&s);
    pl_str_clear(&table);
}

static void test_groups_are_compared_over_images_and_seeds(void)
{
    static const struct {
        pl_pairs pairs;
        double exact_p, auc, auc_p;
    } want[3] = {{{335, 36, 22, 7}, 0.0869488997299, 0.0401041666667, 0.0976363263416},
                 {{329, 37, 24, 10}, 0.123731442538, 0.0596354166667, 0.00964696712827},
                 {{319, 42, 28, 11}, 0.11960933563, 0.0236979166667, 0.362426006054}};
    pl_comparison c;
    make_groups();
    TST_OK(compare("y/train.lr=0.1", "y/lr=0.2", false, &c, e)); /* by name and by label */
    CU_ASSERT(c.groups && c.images.count == IMAGES && c.side[0].runs == 3);
    CU_ASSERT(tst_near(c.accuracy[0], 0.915, 0, 1e-11));
    CU_ASSERT(tst_near(c.accuracy[1], 0.880833333333, 0, 1e-11));
    CU_ASSERT(tst_near(c.difference, 0.0341666666667, 0, 1e-10));
    CU_ASSERT(tst_near(c.by_seed.low, 0.0305811227252, 0, 1e-9));
    CU_ASSERT(tst_near(c.by_seed.high, 0.0377522106081, 0, 1e-9));
    CU_ASSERT(tst_near(c.by_seed.p, 0.000594353692921, 0, 1e-8));
    CU_ASSERT_EQUAL_FATAL(c.pairs, 3);
    for (int k = 0; k < 3; k++) {
        const pl_seed_pair *p = &c.pair[k];
        CU_ASSERT(memcmp(&p->pairs, &want[k].pairs, sizeof p->pairs) == 0);
        CU_ASSERT(tst_near(p->paired.exact_p, want[k].exact_p, 0, 1e-10));
        CU_ASSERT(tst_near(p->holm_p, 0.26084669919, 0, 1e-10));
        CU_ASSERT(tst_near(p->auc.difference, want[k].auc, 0, 1e-9));
        CU_ASSERT(tst_near(p->auc.p, want[k].auc_p, 0, 1e-9));
    }
    CU_ASSERT(tst_near(c.auc_by_seed.value, 0.0411458333333, 0, 1e-10));
    CU_ASSERT(tst_near(c.auc_by_seed.low, -0.00354723389155, 0, 1e-9));
    CU_ASSERT(tst_near(c.auc_by_seed.high, 0.0858389005582, 0, 1e-9));
    CU_ASSERT(c.better[0] == 80 && c.better[1] == 39 && c.alike == 281);
    /* numpy's 20,000 resamples: a tenth of the standard deviation */
    CU_ASSERT(tst_near(c.boot.low, 0.0166666666667, 0.1 * 0.00893356388229, 0));
    CU_ASSERT(tst_near(c.boot.high, 0.0516666666667, 0.1 * 0.00893356388229, 0));
    pl_comparison_clear(&c);
}

static const pl_slice *slice(const pl_comparison *c, const char *name)
{
    for (size_t k = 0; k < c->slices; k++)
        if (strcmp(c->slice[k].name, name) == 0)
            return &c->slice[k];
    CU_FAIL_FATAL("no such slice");
    return NULL;
}

static void test_slices_are_counted_and_small_ones_marked(void)
{
    pl_comparison c;
    make_groups();
    TST_OK(compare("y/1100", "y/2100", true, &c, e)); /* by a run of each */
    CU_ASSERT_EQUAL(c.slices, 6);                     /* the target is a class, not an attribute */
    const pl_slice *hat = slice(&c, "Hat");
    CU_ASSERT(hat->n == 100 && !hat->small);
    CU_ASSERT(tst_near(hat->accuracy[0], 0.913333333333, 0, 1e-7));
    CU_ASSERT(tst_near(hat->accuracy[1], 0.883333333333, 0, 1e-7));
    CU_ASSERT(hat->low < hat->difference && hat->difference < hat->high);
    const pl_slice *rare = slice(&c, "Rare");
    CU_ASSERT(rare->n == 20 && rare->small && rare == &c.slice[5]);
    CU_ASSERT(slice(&c, "Target")->n == 160 && slice(&c, "not Target")->n == 240);
    pl_comparison_clear(&c);
    TST_OK(compare("y/1100", "y/2100", false, &c, e)); /* the runs themselves */
    hat = slice(&c, "Hat");
    CU_ASSERT(!c.groups && tst_near(hat->p, 0.454498291016, 0, 1e-9));
    CU_ASSERT(hat->holm_p >= hat->p);
    pl_comparison_clear(&c);
}

static void test_a_run_is_compared_with_each_run_of_a_group(void)
{
    pl_comparison c;
    pl_str s;
    make_groups();
    TST_OK(compare("y/1100", "y/lr=0.2", false, &c, e));
    CU_ASSERT(c.groups && c.pairs == 3 && c.pair[2].run[1] == 2);
    pl_str_init(&s);
    pl_comparison_csv(&c, &s);
    CU_ASSERT(pl_starts_with(s.text,
                             "image,label,probability_first,probability_second,right_first,"
                             "right_second,first 1100,second 2100,second 2200,second 2300\n"));
    pl_str_clear(&s);
    pl_comparison_clear(&c);
}

static void test_a_side_that_is_not_there_is_told(void)
{
    pl_comparison c;
    make_groups();
    TST_FAILS(KN_EUSAGE,
              "'y/lr=0.7' names neither a run nor a group of y; its groups: 'lr=0.1', 'lr=0.2', "
              "'lr=0.3'",
              compare("y/lr=0.7", "y/1100", false, &c, e));
    TST_FAILS(KN_EDATA, "y: the group 'lr=0.3' has no run that is done (1 not done)",
              compare("y/1100", "y/train.lr=0.3", false, &c, e));
    TST_OK(pl_make_dirs(tst_path("y/runs/beef"), e));
    tst_write_text(tst_path("y/runs/beef/manifest.json"), "{}");
    char *want = pl_format("the run 'y/beef' has no group: %s/runs.csv does not have it (it is of "
                           "an earlier spec, or the file is missing)",
                           tst_path("y"));
    TST_FAILS(KN_EUSAGE, want, compare("y/beef", "y/1100", true, &c, e));
    free(want);
}

const tst_case tst_compare_compare[] = {TST(test_compare_matches_by_name),
                                        TST(test_comparison_text_and_json_of_runs),
                                        TST(test_compare_refuses_what_does_not_match),
                                        TST(test_groups_are_compared_over_images_and_seeds),
                                        TST(test_slices_are_counted_and_small_ones_marked),
                                        TST(test_a_run_is_compared_with_each_run_of_a_group),
                                        TST(test_a_side_that_is_not_there_is_told),
                                        TST_END};
