/* Models that tell several attributes, side by side with one that tells a single one: numbers, section, and what steps aside. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/compare_target.h"
#include "compare/marks.h"
#include "compare/told_attributes.h"
#include "compare/told_section.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

/* Right answers of 40 test images to the attributes: of two runs that tell both, and of two that tell the first alone. */
static const int right[4][2] = {{30, 38}, {34, 36}, {33, 0}, {35, 0}};

static void add_scores(pl_str *s, int n, int wrong, const char *more)
{
    pl_str_addf(
        s,
        "{\"count\": %d, \"accuracy\": %.9g, \"majority\": 0.6, \"balanced_accuracy\": 0.5, "
        "\"auc\": 0.75, \"f1\": null, \"confusion\": [[%d, %d], [0, 0]]%s}",
        n, (double)(n - wrong) / n, n - wrong, wrong, more);
}

static void write_run(int run, bool several)
{
    char *dir = pl_format("%s/runs/%012d", tst_dir(), run),
         *metrics = pl_path_join(dir, "metrics.json");
    char *manifest = pl_path_join(dir, "manifest.json");
    double a = right[run][0] / 40.0, b = right[run][1] / 40.0;
    pl_str s;
    pl_str_init(&s);
    TST_OK(pl_make_dirs(dir, e));
    if (several) {
        pl_str_addf(
            &s,
            "{\"test\": {\"count\": 40, \"accuracy\": %.9g, \"majority\": 0.6, \"targets\": "
            "{\"Male\": ",
            (a + b) / 2);
        add_scores(&s, 40, 40 - right[run][0], ", \"unknown\": 0");
        pl_str_add(&s, ", \"Hat\": ");
        add_scores(&s, 40, 40 - right[run][1], ", \"unknown\": 3");
        pl_str_add(&s, "}}}");
    } else {
        pl_str_add(&s, "{\"test\": ");
        add_scores(&s, 40, 40 - right[run][0], "");
        pl_str_add(&s, "}");
    }
    tst_write_text(metrics, s.text);
    tst_write_text(manifest, several ? "{\"spec\": {\"data.target\": \"[Male, Hat]\"}, \"ingest\": "
                                       "{\"target\": \"Male\", \"targets\": [\"Male\", \"Hat\"]}}"
                                     : "{\"spec\": {\"data.target\": \"Male\"}, \"ingest\": "
                                       "{\"target\": \"Male\"}}");
    pl_str_clear(&s);
    free(dir);
    free(metrics);
    free(manifest);
}

/* Runs 0 and 1 tell both attributes, 2 and 3 Male alone; seeds 1 and 2. yaml: the spec's report section. */
static void read_study(const char *yaml, int runs, pl_study_data *d)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "run,group,status,seed,data.target,model,size,params,epochs,train_accuracy,"
                   "val_accuracy,test_accuracy,test_loss,test_auc,model_digest,train_seconds,"
                   "images_per_second\n");
    for (int i = 0; i < runs; i++) {
        double a = right[i][0] / 40.0, b = right[i][1] / 40.0;
        pl_str_addf(&s, "%012d,%s,done,%d,%s,cnn,50x50,9,1,,,%.9g,,,,1,\n", i,
                    i < 2 ? "both" : "alone", 1 + i % 2, i < 2 ? "\"[Male, Hat]\"" : "Male",
                    i < 2 ? (a + b) / 2 : a);
        write_run(i, i < 2);
    }
    tst_write_text(tst_path("runs.csv"), s.text);
    tst_write_text(tst_path("study.yaml"), yaml);
    pl_str_clear(&s);
    TST_OK(pl_study_data_read(tst_dir(), d, e));
}

static void test_every_attribute_of_every_group(void)
{
    pl_study_data d;
    int count, pairs;
    pl_str csv;
    pl_str_init(&csv);
    read_study("", 4, &d);
    pl_told *told = pl_told_new(&d, &count);
    CU_ASSERT_EQUAL_FATAL(count, 4);
    pl_told_csv(&d, told, count, &csv);
    TST_TEXT(csv.text,
             "group,kind,attribute,n,labelled,unknown,majority,accuracy_mean,accuracy_std,"
             "accuracy_ci95_low,accuracy_ci95_high,wilson_low,wilson_high,balanced_accuracy_mean,"
             "auc_mean,f1_mean\n"
             "both,attribute,Male,2,40,0,0.6,0.8,0.0707106781,0.164689763,1.43531024,0.652426937,"
             "0.895000103,0.5,0.75,\n"
             "both,attribute,Hat,2,40,3,0.6,0.925,0.0353553391,0.607344882,1.24265512,0.801357665,"
             "0.974163974,0.5,0.75,\n"
             "both,mean,,2,40,0,0.6,0.8625,0.0176776695,0.703672441,1.02132756,,,,,\n"
             "alone,attribute,Male,2,40,0,0.6,0.85,0.0353553391,0.532344882,1.16765512,0.709276756,"
             "0.929388123,0.5,0.75,\n");
    pl_told_pair *pair = pl_told_pairs_new(&d, told, count, &pairs);
    CU_ASSERT_EQUAL_FATAL(pairs, 1);
    CU_ASSERT_TRUE(pair->alone == &told[3] && pair->together == &told[0]);
    CU_ASSERT_TRUE(pair->difference.n == 2 && tst_near(pair->difference.value, -0.05, 1e-12, 0));
    free(pair);
    free(told);
    pl_str_clear(&csv);
    pl_study_data_clear(&d);
}

/* The counts of a run are those of the attribute that is looked into; rankings step aside. */
static void test_what_is_looked_into(void)
{
    pl_study_data d;
    pl_marks m;
    pl_study_answers none = {.run = NULL};
    read_study("", 4, &d);
    TST_TEXT(d.target, "Male");
    CU_ASSERT_TRUE(pl_study_tells_several(&d) && !pl_study_tells_alike(&d) && isnan(d.majority));
    CU_ASSERT_TRUE(d.run[0].test.count[0][0] == 30 && d.run[3].test.count[0][1] == 5);
    pl_marks_make(&d, &none, &m);
    CU_ASSERT_TRUE(m.best == -1 && m.compared == 0 && m.unpaired == 0);
    pl_marks_clear(&m);
    pl_study_data_clear(&d);
    read_study("report:\n  target: Hat\n", 4, &d);
    TST_TEXT(d.target, "Hat");
    CU_ASSERT_TRUE(d.run[0].test.count[0][0] == 38 && d.run[3].test.count[0][0] == 0);
    pl_study_data_clear(&d);
    read_study("", 2, &d);
    CU_ASSERT_TRUE(pl_study_tells_alike(&d) && tst_near(d.majority, 0.6, 1e-12, 0));
    pl_study_data_clear(&d);
}

static void test_the_section_and_its_file(void)
{
    pl_study_data d;
    pl_doc doc;
    pl_figures f;
    pl_drawn drawn;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    read_study("", 4, &d);
    pl_drawn_choose(&d, false, &drawn);
    pl_told_section(&d, &drawn, &doc, &f);
    CU_ASSERT_EQUAL_FATAL(f.count, 1);
    TST_TEXT(f.item[0].name, "group-01-attributes");
    TST_TEXT(f.item[0].csv, "attribute,accuracy,low,high,majority,gain\n"
                            "Hat,0.925,0.607344882,1.24265512,0.6,0.325\n"
                            "Male,0.8,0.164689763,1.43531024,0.6,0.2\n");
    TST_OK(pl_figures_draw(&f, tst_path("plots"), 1, e));
    TST_OK(pl_told_write(&d, e));
    CU_ASSERT_TRUE(pl_exists(tst_path("attributes.csv")));
    pl_drawn_clear(&drawn);
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    pl_study_data_clear(&d);
}

/* A study of one attribute knows nothing of this, and an earlier file goes. */
static void test_one_attribute_has_no_section(void)
{
    pl_study_data d;
    pl_doc doc;
    pl_figures f;
    pl_drawn drawn;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    read_study("", 4, &d);
    for (int i = 0; i < 2; i++) {
        write_run(i, false);
        d.run[i].done = false;
    }
    pl_drawn_choose(&d, false, &drawn);
    tst_write_text(tst_path("attributes.csv"), "old\n");
    pl_told_section(&d, &drawn, &doc, &f);
    TST_OK(pl_told_write(&d, e));
    CU_ASSERT_TRUE(doc.count == 0 && f.count == 0 && !pl_exists(tst_path("attributes.csv")));
    CU_ASSERT_TRUE(!pl_study_tells_several(&d) && pl_study_tells_alike(&d));
    pl_drawn_clear(&drawn);
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    pl_study_data_clear(&d);
}

static void test_what_a_comparison_is_about(void)
{
    pl_study_data d;
    pl_side_run run[3];
    char id[] = "run", seed[] = "1", first[] = "x/both", second[] = "x/alone";
    for (int i = 0; i < 3; i++)
        run[i] = (pl_side_run){id, seed, pl_format("%s/runs/%012d", tst_dir(), i)};
    pl_compare_side both = {.name = first, .run = run, .runs = 2};
    pl_compare_side alone = {.name = second, .run = run + 2, .runs = 1};
    const pl_compare_side mixed[2] = {both, alone}, same[2] = {both, both}, one[2] = {alone, alone};
    char *target, *others;
    read_study("", 4, &d);
    TST_OK(pl_compare_target(mixed, NULL, &target, &others, e));
    TST_TEXT(target, "Male");
    CU_ASSERT_PTR_NULL(others);
    free(target);
    TST_OK(pl_compare_target(same, NULL, &target, &others, e));
    TST_TEXT(others, "1 other can be compared with --target: Hat");
    free(target);
    free(others);
    TST_OK(pl_compare_target(same, "Hat", &target, &others, e));
    TST_TEXT(target, "Hat");
    CU_ASSERT_PTR_NULL(others);
    free(target);
    TST_OK(pl_compare_target(one, NULL, &target, &others, e));
    CU_ASSERT_PTR_NULL(target);
    TST_FAILS(KN_EUSAGE, "x/alone does not tell 'Hat'; it tells: Male",
              pl_compare_target(mixed, "Hat", &target, &others, e));
    TST_FAILS(KN_EUSAGE, "x/both does not tell 'Young'; it tells: Male, Hat",
              pl_compare_target(same, "Young", &target, &others, e));
    for (int i = 0; i < 3; i++)
        free(run[i].dir);
    pl_study_data_clear(&d);
}

const tst_case tst_compare_told[] = {
    TST(test_every_attribute_of_every_group), TST(test_what_is_looked_into),
    TST(test_the_section_and_its_file),       TST(test_one_attribute_has_no_section),
    TST(test_what_a_comparison_is_about),     TST_END,
};
