#include "study/runs_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "io/json.h"
#include "study/runs_print.h"
#include "study/studies.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static const char runs_csv[] =
    "run,group,status,seed,train.lr,model.regularizer.l2,data.image.size,model.output,model,size,"
    "params,epochs,train_accuracy,val_accuracy,test_accuracy,test_loss,test_auc,model_digest,"
    "train_seconds,images_per_second\n"
    "000000000001,train.lr=0.01 model.output=relu,done,1,0.01,0,50,relu,cnn,50x50,533313,10,0.97,"
    "0.96,0.9541,0.105,0.99,d1,95,4731.2\n"
    "000000000002,train.lr=0.01 model.output=relu,done,2,0.010,0,50,relu,cnn,50x50,533313,9,0.96,"
    "0.95,0.9,0.2,0.98,d2,4000,99.5\n"
    "000000000003,train.lr=0.001 model.output=softmax,done,1,0.001,0.1,100,softmax,cnn,100x100,9,"
    "2,0.5,0.5,,,,d3,1,10\n"
    "000000000004,train.lr=0.001 model.output=softmax,failed,2,0.001,0.1,100,softmax,cnn,100x100,"
    ",,,,,,,,,\n"
    "000000000005,train.lr=0.1 model.output=softmax,pending,1,0.1,,50,softmax,cnn,50x50,,,,,,,,,,"
    "\n";

static pl_study_data data;

/* The study's table, with these words done to it; NULL: not. As CSV without its head, heap. */
static void open_study(pl_runs_table *t)
{
    json_t *live =
        json_pack("[{s:s,s:s,s:n}]", "name", "000000000005", "note", "epoch 1/10", "paused");
    TST_OK(pl_make_dirs(tst_path("s/runs/000000000004"), e));
    tst_write_text(tst_path("s/runs.csv"), runs_csv);
    tst_write_text(tst_path("s/runs/000000000004/manifest.json"),
                   "{\"status\": \"failed\", \"error\": \"the loss is not finite\"}");
    TST_OK(pl_studies_read(tst_path("s"), &data, e));
    pl_runs_of_study(&data, live, t);
    json_decref(live);
}

static void close_study(pl_runs_table *t)
{
    pl_runs_clear(t);
    pl_study_data_clear(&data);
}

/* The last digits of the ids that are left, "12". */
static void check_ids(const pl_runs_table *t, const char *want)
{
    char got[16] = "";
    for (size_t r = 0; r < t->rows && r < 15; r++)
        got[r] = t->cell[r * t->columns][11];
    TST_TEXT(got, want);
}

static void filtered(const char *conditions, const char *want)
{
    pl_runs_table t;
    open_study(&t);
    TST_OK(pl_runs_filter(&t, conditions, e));
    check_ids(&t, want);
    close_study(&t);
}

static void test_filter(void)
{
    filtered("", "12345");
    filtered("train.lr=0.01", "12"); /* 0.010 is the same number */
    filtered("lr=0.01 test_accuracy>0.95", "1");
    filtered("  lr=1e-2   test>=95.41%\n", "1");
    filtered("test<0.9541", "2"); /* an empty cell is not below anything */
    filtered("test<=0.9541 test!=0.9", "1");
    filtered("lr!=0.01", "345");
    filtered("group~softmax", "345");
    filtered("group~'output=softmax'", "345"); /* what people see */
    filtered("group~\"lr=0.01 model\"", "12");
    filtered("l2=", "5");
    filtered("l2!=", "1234");
    filtered("size=100", "34"); /* the swept key, not the column 50x50 */
    filtered("status=running", "5");
    filtered("status=failed", "4");
    filtered("why~finite", "4");
    filtered("why~epoch", "5");
    filtered("seed>1", "24");
    filtered("output=relu seed=3", "");
    filtered("run~0001", "1");
}

static void refused(const char *conditions, const char *want)
{
    pl_runs_table t;
    open_study(&t);
    TST_FAILS(KN_EUSAGE, want, pl_runs_filter(&t, conditions, e));
    close_study(&t);
}

static void test_filter_refuses(void)
{
    refused("lrr=1", "--filter: s has no column 'lrr'; did you mean 'lr'?");
    refused("test_acuracy>0.9",
            "--filter: s has no column 'test_acuracy'; did you mean 'test_accuracy'?");
    refused("wholly_else=1",
            "--filter: s has no column 'wholly_else'; it has run, group, status, seed, train.lr, "
            "model.regularizer.l2, data.image.size, model.output, model, size, params, epochs, "
            "train_accuracy, val_accuracy, test_accuracy, test_loss, test_auc, model_digest, "
            "train_seconds, images_per_second, why");
    refused("seed=1 lr",
            "--filter: 'lr' is no condition such as train.lr=0.01, test_accuracy>0.95 or group~cnn "
            "(operators: = != < <= > >= ~, no blanks around them)");
    refused("=1", "--filter: '=1' is no condition such as train.lr=0.01, test_accuracy>0.95 or "
                  "group~cnn (operators: = != < <= > >= ~, no blanks around them)");
    refused("test>high", "--filter: test> needs a number, not 'high'");
    refused("test>", "--filter: test> needs a number, not ''");
    refused("group='a b", "--filter: the quote in 'group='a b' has no end");
}

static void sorted(const char *key, const char *want)
{
    pl_runs_table t;
    open_study(&t);
    TST_OK(pl_runs_sort(&t, key, e));
    check_ids(&t, want);
    close_study(&t);
}

static void test_sort(void)
{
    sorted("test", "21345"); /* empty cells last, in their order */
    sorted("test,desc", "12345");
    sorted("lr,asc", "34125");
    sorted("train.lr,desc", "51234");
    sorted("time,desc", "21345");
    sorted("status", "12345"); /* done, failed, running */
    sorted("status,desc", "54123");
    pl_runs_table t;
    open_study(&t);
    TST_FAILS(KN_EUSAGE, "--sort: behind 'lr' stands asc or desc, not 'down'",
              pl_runs_sort(&t, "lr,down", e));
    TST_FAILS(KN_EUSAGE, "--sort: s has no column 'tset'; did you mean 'test'?",
              pl_runs_sort(&t, "tset", e));
    pl_runs_limit(&t, 2);
    check_ids(&t, "12");
    close_study(&t);
}

static void test_csv_and_columns(void)
{
    pl_runs_table t;
    pl_str s;
    pl_str_init(&s);
    open_study(&t);
    TST_FAILS(KN_EUSAGE, "--columns: 'lr' is named twice", pl_runs_choose(&t, "train.lr,lr", e));
    TST_FAILS(KN_EUSAGE, "--columns: s has no column 'runn'; did you mean 'run'?",
              pl_runs_choose(&t, "runn", e));
    TST_OK(pl_runs_choose(&t, "test,run,why", e));
    pl_runs_csv(&t, &s);
    TST_TEXT(s.text, "test_accuracy,run,why\n0.9541,000000000001,\n0.9,000000000002,\n"
                     ",000000000003,\n,000000000004,the loss is not finite\n"
                     ",000000000005,epoch 1/10\n");
    json_t *all = pl_runs_json(&t);
    json_t *want =
        json_pack("{s:f,s:s,s:n}", "test_accuracy", 0.9541, "run", "000000000001", "why");
    CU_ASSERT(json_equal(json_array_get(all, 0), want));
    CU_ASSERT(json_is_null(json_object_get(json_array_get(all, 3), "test_accuracy")));
    CU_ASSERT_EQUAL(json_array_size(all), 5);
    json_decref(want);
    json_decref(all);
    pl_str_clear(&s);
    close_study(&t);
}

static void test_text_for_people(void)
{
    pl_runs_table t;
    pl_str s;
    pl_str_init(&s);
    open_study(&t);
    pl_runs_text(&t, 0, false, &s);
    TST_TEXT(s.text,
             "run           group                    status   seed  epochs  val %  test %     auc  "
             "      time  why\n"
             "000000000001  lr=0.01 output=relu      done        1      10  96.00   95.41  0.9900  "
             "1 min 35 s\n"
             "000000000002  lr=0.01 output=relu      done        2       9  95.00   90.00  0.9800  "
             " 1 h 6 min\n"
             "000000000003  lr=0.001 output=softmax  done        1       2  50.00                  "
             "     1.0 s\n"
             "000000000004  lr=0.001 output=softmax  failed      2                                 "
             "            the loss is not finite\n"
             "000000000005  lr=0.1 output=softmax    running     1                                 "
             "            epoch 1/10\n");
    close_study(&t);
    pl_str_clear(&s);
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        char *one = pl_format("%.*s", (int)n, line);
        longest = pl_text_width(one) > longest ? pl_text_width(one) : longest;
        free(one);
        line += n + 1;
    }
    return longest;
}

static void test_lines_fit_the_terminal(void)
{
    size_t whole = 0;
    for (size_t width = 0; width < 150; width++) {
        pl_runs_table t;
        pl_str s;
        pl_str_init(&s);
        open_study(&t);
        pl_runs_text(&t, width, false, &s);
        whole = width == 0 ? longest_line(s.text) : whole;
        CU_ASSERT(longest_line(s.text) <= (width ? width : whole));
        CU_ASSERT(width < 100 || strstr(s.text, "000000000004")); /* ids stay whole */
        CU_ASSERT((strstr(s.text, "\xE2\x80\xA6") != NULL) == (width > 0 && width < whole));
        close_study(&t);
        pl_str_clear(&s);
    }
}

static void test_colour_by_state(void)
{
    pl_runs_table t;
    pl_str s;
    pl_str_init(&s);
    open_study(&t);
    pl_runs_text(&t, 0, true, &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\033[31mfailed\033[0m"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\033[32mrunning\033[0m"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\033[1mrun\033[0m"));
    CU_ASSERT_PTR_NULL(strstr(s.text, "mdone"));
    close_study(&t);
    pl_str_clear(&s);
}

/* Mean and Student's interval of 0.9541 and 0.9: scipy.stats.t.interval(0.95, 1, 0.92705, 0.02705) =
 * (0.583347161886475, 1.270752838113525). */
static void test_groups(void)
{
    pl_runs_table t;
    pl_str s;
    pl_str_init(&s);
    open_study(&t);
    pl_runs_clear(&t);
    pl_runs_of_groups(&data, &t);
    TST_OK(pl_runs_choose(&t, "group,runs,done,test,low,high,val", e));
    pl_runs_csv(&t, &s);
    TST_TEXT(s.text,
             "group,runs,done,test_accuracy,test_accuracy_low,test_accuracy_high,val_accuracy\n"
             "train.lr=0.01 model.output=relu,2,2,0.92705,0.583347162,1.27075284,0.955\n"
             "train.lr=0.001 model.output=softmax,2,1,,,,0.5\n"
             "train.lr=0.1 model.output=softmax,1,0,,,,\n");
    close_study(&t);
    pl_str_clear(&s);
}

static void test_studies(void)
{
    pl_runs_table t;
    pl_str s;
    pl_str_init(&s);
    open_study(&t);
    close_study(&t);
    TST_OK(pl_make_dirs(tst_path("no-study"), e));
    TST_OK(pl_studies_table(tst_dir(), &t, e));
    TST_OK(pl_runs_choose(&t, "study,runs,done,failed,best_group,best", e));
    pl_runs_csv(&t, &s);
    TST_TEXT(s.text, "study,runs,done,failed,best_group,best_accuracy\n"
                     "s,5,3,1,train.lr=0.01 model.output=relu,0.92705\n");
    pl_runs_clear(&t);
    pl_str_clear(&s);
    char *dir = NULL;
    TST_OK(pl_studies_find(tst_dir(), "s", &dir, e));
    free(dir);
    TST_OK(pl_studies_find("elsewhere", tst_path("s"), &dir, e));
    free(dir);
    char *want =
        pl_format("no study 'long-gone': there is no %s/long-gone/runs.csv (facet runs lists "
                  "the studies)",
                  tst_dir());
    TST_FAILS(KN_EUSAGE, want, pl_studies_find(tst_dir(), "long-gone", &dir, e));
    free(want);
    TST_FAILS(KN_EUSAGE, "there is no results folder 'elsewhere'; --results names another",
              pl_studies_table("elsewhere", &t, e));
}

const tst_case tst_study_runs_query[] = {TST(test_filter),
                                         TST(test_filter_refuses),
                                         TST(test_sort),
                                         TST(test_csv_and_columns),
                                         TST(test_text_for_people),
                                         TST(test_lines_fit_the_terminal),
                                         TST(test_colour_by_state),
                                         TST(test_groups),
                                         TST(test_studies),
                                         TST_END};
