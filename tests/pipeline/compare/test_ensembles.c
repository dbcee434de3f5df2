/* Averages of a group's seeds: numbers against scripts/oracle/ensembles.py, which runs count, and what is said of them. */
#include "compare/ensembles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/ensembles_section.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

enum { VAL = 80, TEST = 400, RUNS = 3, TARGETS = 2 };

/* accuracy, balanced accuracy, log loss, AUC; difference, low, high, p, standard error. */
typedef struct target_numbers {
    int test_images;
    double val[4], single_val[4], test[4], single_test[4], wilson[2], gain[5], over_best[5];
    int best;
    double best_accuracy;
} target_numbers;

#include "pipeline/compare/ensemble_numbers.inc"

static unsigned hashed(unsigned i, unsigned salt)
{
    unsigned h = i * 2654435761u + salt * 2246822519u;
    h ^= h >> 15;
    h *= 3266489917u;
    return (h >> 16) % 1000;
}

/* The row of image i and a target as the runs of the oracle have it; the second is not known of some images. */
static void add_answer(unsigned run, unsigned i, unsigned target, bool named, pl_str *s)
{
    static const char *const name[TARGETS] = {"Male", "Hat"};
    unsigned label = hashed(i, 77 + target) < 400;
    bool known = target == 0 || hashed(i, 99) >= 100;
    unsigned p = (40000 * label + (target ? 20 : 30) * hashed(i, 1 + target) +
                  54 * hashed(i, 10 * run + 20 + target)) /
                 1000;
    pl_str_addf(s, "%04u.jpg,%s,", i, i < VAL ? "val" : "test");
    if (named)
        pl_str_addf(s, "%s,", name[target]);
    if (known)
        pl_str_addf(s, "%u", label);
    pl_str_addf(s, ",%.9g\n", p / 125.0);
}

static void write_in_run(int run, const char *name, const char *text)
{
    TST_OK(pl_make_dirs(tst_path("runs/%012d", run), e));
    tst_write_text(tst_path("runs/%012d/%s", run, name), text);
}

/* The first `targets` of them. */
static void write_oracle_run(int run, unsigned targets)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, targets > 1 ? "image,split,target,label,probability\n"
                               : "image,split,label,probability\n");
    for (unsigned i = 0; i < VAL + TEST; i++)
        for (unsigned t = 0; t < targets; t++)
            add_answer((unsigned)run, i, t, targets > 1, &s);
    write_in_run(run, "predictions.csv", s.text);
    write_in_run(run, "metrics.json", "{}");
    write_in_run(run, "manifest.json",
                 targets > 1
                     ? "{\"ingest\": {\"targets\": [\"Male\", \"Hat\"]}}"
                     : "{\"spec\": {\"model.type\": \"logreg\", \"evaluate.tta.flip\": \"true\"}}");
    pl_str_clear(&s);
}

/* A row of each "group,status" word, seeds counted on. */
static void write_rows(const char *const *row, int rows)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "run,group,status,seed,train.lr,model,size,params,epochs,train_accuracy,"
                   "val_accuracy,test_accuracy,test_loss,test_auc,model_digest,train_seconds,"
                   "images_per_second\n");
    for (int i = 0; i < rows; i++)
        pl_str_addf(&s, "%012d,%s,%d,0.1,cnn,8x8,100,1,,,,,,,,\n", i, row[i], i + 1);
    tst_write_text(tst_path("runs.csv"), s.text);
    pl_str_clear(&s);
}

typedef struct opened {
    pl_study_data d;
    pl_study_answers a;
    pl_ensembles s;
} opened;

static void open_study(opened *o)
{
    TST_OK(pl_study_data_read(tst_dir(), &o->d, e));
    TST_OK(pl_study_answers_read(&o->d, &o->a, e));
    TST_OK(pl_ensembles_make(&o->d, &o->a, &o->s, e));
}

static void close_study(opened *o)
{
    pl_ensembles_clear(&o->s);
    pl_study_answers_clear(&o->a);
    pl_study_data_clear(&o->d);
}

static void check_scores(const pl_ensemble_scores *got, const double want[4])
{
    CU_ASSERT(tst_near(got->accuracy, want[0], 1e-9, 0));
    CU_ASSERT(tst_near(got->balanced_accuracy, want[1], 1e-9, 0));
    CU_ASSERT(tst_near(got->log_loss, want[2], 1e-7, 0));
    CU_ASSERT(tst_near(got->auc, want[3], 1e-9, 0));
}

/* Bounds of a bootstrap of 10,000 draws: to a fifth of the standard error, about one image. */
static void check_gain(const pl_boot *got, const double want[5])
{
    CU_ASSERT(tst_near(got->difference, want[0], 1e-10, 0));
    CU_ASSERT(tst_near(got->low, want[1], 0.2 * want[4], 0));
    CU_ASSERT(tst_near(got->high, want[2], 0.2 * want[4], 0));
    CU_ASSERT(tst_near(got->p, want[3], 0.01, 0));
}

static void check_target(const pl_ensemble *r, const target_numbers *want)
{
    CU_ASSERT_EQUAL(r->models, RUNS);
    CU_ASSERT_EQUAL(r->of[PL_SIDE_TEST].images, want->test_images);
    check_scores(&r->of[PL_SIDE_VAL], want->val);
    check_scores(&r->single[PL_SIDE_VAL], want->single_val);
    check_scores(&r->of[PL_SIDE_TEST], want->test);
    check_scores(&r->single[PL_SIDE_TEST], want->single_test);
    CU_ASSERT(tst_near(r->wilson.low, want->wilson[0], 1e-9, 0));
    CU_ASSERT(tst_near(r->wilson.high, want->wilson[1], 1e-9, 0));
    check_gain(&r->gain, want->gain);
    check_gain(&r->gain_over_best, want->over_best);
    CU_ASSERT_EQUAL(r->best, want->best);
    CU_ASSERT(tst_near(r->best_accuracy, want->best_accuracy, 1e-9, 0));
}

static const char *const three_done[] = {"g,done", "g,done", "g,done"};

static void test_the_average_of_three_seeds(void)
{
    opened o;
    for (int r = 0; r < RUNS; r++)
        write_oracle_run(r, 1);
    write_rows(three_done, RUNS);
    open_study(&o);
    CU_ASSERT_EQUAL_FATAL(o.s.count, 1);
    check_target(&o.s.row[0], &numbers[0]);
    CU_ASSERT_PTR_NULL(o.s.row[0].attribute);
    CU_ASSERT_EQUAL(o.s.row[0].passes, 2 * RUNS); /* as it is and mirrored */
    CU_ASSERT(tst_near(o.s.row[0].parameters, 300, 0, 0));
    CU_ASSERT_PTR_EQUAL(pl_ensemble_of_group(&o.s, 0), &o.s.row[0]);
    CU_ASSERT_PTR_NULL(pl_ensemble_of_group(&o.s, 1));
    close_study(&o);
}

/* A row for what is told of all, then one for each; a mean over attributes is no share of images. */
static void test_the_average_of_several_attributes(void)
{
    opened o;
    for (int r = 0; r < RUNS; r++)
        write_oracle_run(r, TARGETS);
    write_rows(three_done, RUNS);
    open_study(&o);
    CU_ASSERT_EQUAL_FATAL(o.s.count, 1 + TARGETS);
    for (int t = 0; t < TARGETS; t++)
        check_target(&o.s.row[1 + t], &numbers[t]);
    TST_TEXT(o.s.row[1].attribute, "Male");
    TST_TEXT(o.s.row[2].attribute, "Hat");
    const pl_ensemble *own = pl_ensemble_of_group(&o.s, 0);
    CU_ASSERT_PTR_EQUAL_FATAL(own, &o.s.row[0]);
    double accuracy = (numbers[0].test[0] + numbers[1].test[0]) / 2;
    double single = (numbers[0].single_test[0] + numbers[1].single_test[0]) / 2;
    CU_ASSERT(tst_near(own->of[PL_SIDE_TEST].accuracy, accuracy, 1e-9, 0));
    CU_ASSERT(tst_near(own->of[PL_SIDE_TEST].log_loss,
                       (numbers[0].test[2] + numbers[1].test[2]) / 2, 1e-7, 0));
    CU_ASSERT(tst_near(own->gain.difference, accuracy - single, 1e-9, 0));
    CU_ASSERT(tst_near(own->gain_over_best.difference, accuracy - best_mean, 1e-9, 0));
    CU_ASSERT_EQUAL(own->best, best_over_both);
    CU_ASSERT(own->of[PL_SIDE_TEST].images == 0 && isnan(own->wilson.low) && isnan(own->gain.low) &&
              isnan(own->gain_over_best.p));
    close_study(&o);
}

/* Three test images, by hand: the runs are right about 2, 2 and 1 of them, the average about all. */
static const char *const small[3] = {
    "image,split,label,probability\na,test,1,0.875\nb,test,0,0.25\nc,test,1,0.4375\n",
    "image,split,label,probability\na,test,1,0.75\nb,test,0,0.625\nc,test,1,0.5625\n",
    "image,split,label,probability\na,test,1,0.5\nb,test,0,0.5625\nc,test,1,0.75\n"};

static void write_small(int run, const char *predictions)
{
    write_in_run(run, "manifest.json", "{}");
    write_in_run(run, "metrics.json", "{}");
    if (predictions)
        write_in_run(run, "predictions.csv", predictions);
}

static void test_a_row_of_the_file(void)
{
    opened o;
    pl_str csv;
    for (int r = 0; r < 3; r++)
        write_small(r, small[r]);
    write_rows(three_done, 3);
    open_study(&o);
    pl_str_init(&csv);
    pl_ensembles_csv(&o.d, &o.s, &csv);
    TST_TEXT(strchr(csv.text, '\n') + 1,
             "g,group,,3,0,3,300,,,,,3,1,0.438502968,1,1,0.512054072,1,,0.555555556,0.544363926,"
             "0.666666667,0.444444444,0.333333343,0.666666687,0.000199980002,000000000000,"
             "0.666666667,0.333333333,0,1,0.584941506\n");
    pl_str_clear(&csv);
    close_study(&o);
}

static char *section(const opened *o)
{
    pl_doc doc;
    pl_str s;
    pl_doc_init(&doc);
    pl_str_init(&s);
    pl_ensembles_section(&o->d, &o->s, &doc);
    for (size_t b = 0; b < doc.count; b++)
        pl_str_addf(&s, "%s\n", doc.block[b].text);
    pl_doc_clear(&doc);
    return pl_str_take(&s);
}

/* Failed runs, runs without answers and runs that were asked about other images are left out, and it is said. */
static void test_runs_that_do_not_fit_are_left_out(void)
{
    static const char *const rows[] = {"g,done", "g,failed", "g,done", "g,done", "g,done"};
    opened o;
    write_small(0, small[0]);
    write_small(2, small[1]);
    write_small(3, "image,split,label,probability\na,test,1,0.5\nd,test,0,0.5\nc,test,1,0.5\n");
    write_small(4, NULL);
    write_rows(rows, 5);
    open_study(&o);
    CU_ASSERT_EQUAL_FATAL(o.s.count, 1);
    const pl_ensemble *r = &o.s.row[0];
    CU_ASSERT(r->models == 2 && r->not_done == 1 && r->other_images == 1 && r->unanswered == 1);
    CU_ASSERT(tst_near(r->of[PL_SIDE_TEST].accuracy, 2.0 / 3, 1e-9, 0)); /* c: exactly 0.5 */
    char *text = section(&o);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nlr=0.1: 3 of 5 runs are left out: 1 not done, 1 without "
                                        "predictions.csv, 1 asked about other images.\n"));
    free(text);
    close_study(&o);
}

static void test_one_seed_has_no_average(void)
{
    static const char *const rows[] = {"g,done", "g,failed", "h,done"};
    opened o;
    write_small(0, small[0]);
    write_small(2, small[1]);
    write_rows(rows, 3);
    open_study(&o);
    CU_ASSERT_EQUAL(o.s.count, 0);
    char *text = section(&o);
    TST_TEXT(text, "");
    free(text);
    close_study(&o);
}

/* Nor two that answered different images: there is nothing to average. */
static void test_no_two_alike_have_no_average(void)
{
    opened o;
    write_small(0, small[0]);
    write_small(1, "image,split,label,probability\na,test,1,0.5\n");
    write_rows(three_done, 2);
    open_study(&o);
    CU_ASSERT_EQUAL(o.s.count, 0);
    close_study(&o);
}

static void test_validation_alone_has_no_gain(void)
{
    opened o;
    pl_str csv;
    for (int r = 0; r < 2; r++)
        write_small(r, "image,split,label,probability\na,val,1,0.75\nb,val,0,0.25\n");
    write_rows(three_done, 2);
    open_study(&o);
    pl_str_init(&csv);
    pl_ensembles_csv(&o.d, &o.s, &csv);
    TST_TEXT(strchr(csv.text, '\n') + 1,
             "g,group,,2,0,2,200,2,1,0.287682072,1,,,,,,,,1,,,,,,,,,,,,,\n");
    pl_str_clear(&csv);
    close_study(&o);
}

static void test_files_of_other_attributes_are_refused(void)
{
    opened o;
    for (int r = 0; r < 2; r++)
        write_oracle_run(r, TARGETS);
    write_rows(three_done, 2);
    open_study(&o);
    pl_ensembles_clear(&o.s);
    write_in_run(1, "predictions.csv", small[0]);
    char *why = pl_format("%s: answers to 1 attributes where the run's group tells 2",
                          tst_path("runs/%012d/predictions.csv", 1));
    TST_FAILS(KN_EFORMAT, why, pl_ensembles_make(&o.d, &o.a, &o.s, e));
    free(why);
    close_study(&o);
}

const tst_case tst_compare_ensembles[] = {
    TST(test_the_average_of_three_seeds),
    TST(test_the_average_of_several_attributes),
    TST(test_a_row_of_the_file),
    TST(test_runs_that_do_not_fit_are_left_out),
    TST(test_one_seed_has_no_average),
    TST(test_no_two_alike_have_no_average),
    TST(test_validation_alone_has_no_gain),
    TST(test_files_of_other_attributes_are_refused),
    TST_END,
};
