#include "study/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/report/report_fixture.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static const char head[] = "run,group,status,seed,train.lr,model,size,params,epochs,"
                           "train_accuracy,val_accuracy,test_accuracy,test_loss,test_auc,"
                           "model_digest,train_seconds,images_per_second\n";

/* A row of runs.csv; accuracies below 0 stay empty. */
static void add_row(pl_str *s, int id, const char *lr, const char *status, int seed, double val,
                    double test)
{
    pl_str_addf(s, "%012x,train.lr=%s,%s,%d,%s,cnn,8x8,", id, lr, status, seed, lr);
    if (val < 0)
        pl_str_add(s, ",,,,,,,,,\n");
    else if (test < 0)
        pl_str_addf(s, "9,4,0.9,%.9g,,,,d,1,1\n", val);
    else
        pl_str_addf(s, "9,4,0.9,%.9g,%.9g,0.1,0.9,d,1,1\n", val, test);
}

static void write_manifest(int id, const char *text)
{
    TST_OK(pl_make_dirs(tst_path("runs/%012x", id), e));
    tst_write_text(tst_path("runs/%012x/manifest.json", id), text);
}

static void write_table(pl_str *rows)
{
    tst_write_text(tst_path("runs.csv"), rows->text);
    pl_str_clear(rows);
}

/* The text with the study's folder as DIR and its name as STUDY. */
static void check(const pl_summary_facts *facts, const char *want)
{
    pl_str s, got;
    pl_str_init(&s);
    pl_str_init(&got);
    TST_OK(pl_summary_make(tst_dir(), facts, &s, e));
    const char *dir = tst_dir(), *name = pl_path_base(dir);
    for (const char *p = s.text; *p;) {
        bool is_dir = pl_starts_with(p, dir), is_name = pl_starts_with(p, name);
        pl_str_add_bytes(&got,
                         is_dir    ? "DIR"
                         : is_name ? "STUDY"
                                   : p,
                         is_dir    ? 3
                         : is_name ? 5
                                   : 1);
        p += is_dir ? strlen(dir) : is_name ? strlen(name) : 1;
    }
    TST_TEXT(got.text, want);
    pl_str_clear(&got);
    pl_str_clear(&s);
}

static void test_a_night_is_told_in_order_of_its_use(void)
{
    pl_str rows;
    pl_str_init(&rows);
    pl_str_add(&rows, head);
    int id = 0;
    for (int g = 0; g < 7; g++) {
        char lr[16];
        snprintf(lr, sizeof lr, "0.%d", g + 1);
        for (int seed = 1; seed <= 2; seed++, id++)
            add_row(&rows, id, lr, "done", seed, 0.9 + 0.01 * g, 0.8 + 0.01 * g + 0.001 * seed);
    }
    add_row(&rows, id++, "1", "done", 1, 0.99, 0.99);
    add_row(&rows, id, "1", "failed", 2, -1, -1);
    write_manifest(id++, "{\"error\": \"the loss is not finite in epoch 2, batch 17, layer c\"}");
    add_row(&rows, id, "2", "failed", 1, -1, -1);
    write_manifest(id++, "{\"error\": \"its process ended by signal 9\", \"cause\": \"outside\"}");
    add_row(&rows, id, "2", "failed", 2, -1, -1);
    write_manifest(id++, "{\"error\": \"the loss is not finite in epoch 9, batch 7, layer c\"}");
    for (int seed = 1; seed <= 3; seed++) {
        add_row(&rows, id, "3", "stopped", seed, -1, -1);
        write_manifest(
            id++,
            seed == 1
                ? "{\"reason\": \"halving: place 7 of 9 groups after epoch 3, val_accuracy 0.5\"}"
            : seed == 2
                ? "{\"reason\": \"halving: place 8 of 9 groups after epoch 3, val_accuracy 0.5\"}"
                : "{\"reason\": \"the time limit\"}");
    }
    add_row(&rows, id++, "4", "interrupted", 1, -1, -1);
    add_row(&rows, id++, "4", "pending", 2, -1, -1);
    write_table(&rows);
    const pl_summary_facts facts = {.spec = "night.yaml",
                                    .seconds = 28680,
                                    .expected = 27600,
                                    .made = 12,
                                    .ended = PL_ENDED_BY_CLOCK};
    check(&facts,
          "STUDY: 15 of 23 runs done, 3 failed, 3 stopped, 1 interrupted, 1 pending; 12 made in "
          "7 h 58 min (expected 7 h 40 min), ended by the time limit\n"
          "best 5 of 11 groups by test accuracy (mean, 95 % interval of the mean, runs):\n"
          "   99.00 %                   n 1 of 2  lr=1\n"
          "   86.15 %  85.51 to 86.79   n 2  lr=0.7\n"
          "   85.15 %  84.51 to 85.79   n 2  lr=0.6\n"
          "   84.15 %  83.51 to 84.79   n 2  lr=0.5\n"
          "   83.15 %  82.51 to 83.79   n 2  lr=0.4\n"
          "3 failed:\n"
          "  2 runs: the loss is not finite in epoch 2, batch 17, layer c (numbers of the first)\n"
          "  1 run: its process ended by signal 9\n"
          "  `facet run night.yaml` tries those of causes outside the run again, with "
          "--retry-failed all; `facet why DIR/runs/00000000000f` tells more of one\n"
          "3 stopped:\n"
          "  2 runs: halving after epoch 3, among 9 groups\n"
          "  1 run: the time limit\n"
          "  `facet run night.yaml --finish` completes those of halving\n"
          "  `facet run night.yaml` goes on with the others\n"
          "1 interrupted, 1 pending: `facet run night.yaml` goes on\n"
          "report: DIR/report.html\n");
}

static void test_a_whole_study_is_told_without_more(void)
{
    const report_fixture f = {
        .groups = 2, .seeds = 2, .epochs = 1, .axis = {"train.lr", NULL}, .images = 50};
    report_fixture_write(tst_dir(), &f);
    check(NULL, "STUDY: 4 of 4 runs done\n"
                "groups by test accuracy (mean, 95 % interval of the mean, runs):\n"
                "   95.00 %  82.29 to 107.71  n 2  lr=v0\n"
                "   93.00 %  80.29 to 105.71  n 2  lr=v1\n"
                "report: DIR/report.html\n");
}

static void test_one_group_has_no_name(void)
{
    const report_fixture f = {.groups = 1, .seeds = 3, .epochs = 1, .images = 50};
    report_fixture_write(tst_dir(), &f);
    const pl_summary_facts facts = {.seconds = 5, .made = 3, .ended = PL_ENDED_BY_SIGNAL};
    check(&facts, "STUDY: 3 of 3 runs done; 5.0 s, interrupted\n"
                  "test accuracy (mean, 95 % interval of the mean, runs):\n"
                  "   94.00 %  89.03 to 98.97   n 3\n"
                  "report: DIR/report.html\n");
}

static void test_without_test_images_validation_ranks(void)
{
    pl_str rows;
    pl_str_init(&rows);
    pl_str_add(&rows, head);
    add_row(&rows, 1, "0.1", "done", 1, 0.5, -1);
    add_row(&rows, 2, "0.2", "done", 1, 0.75, -1);
    write_table(&rows);
    check(NULL, "STUDY: 2 of 2 runs done\n"
                "groups by validation accuracy (mean, runs):\n"
                "   75.00 %  n 1  lr=0.2\n"
                "   50.00 %  n 1  lr=0.1\n"
                "report: DIR/report.html\n");
}

static void test_one_run_takes_a_line(void)
{
    pl_str rows;
    pl_str_init(&rows);
    pl_str_add(&rows, head);
    add_row(&rows, 1, "0.1", "done", 1, 0.5, 0.625);
    write_table(&rows);
    const pl_summary_facts facts = {.seconds = 61};
    check(&facts, "STUDY: done; 1 min 1 s; test accuracy 62.50 %\nreport: DIR/report.html\n");
    pl_str_init(&rows);
    pl_str_add(&rows, head);
    add_row(&rows, 1, "0.1", "failed", 1, -1, -1);
    write_table(&rows);
    write_manifest(1, "{\"error\": \"gone\"}");
    check(NULL, "STUDY: failed\n1 failed:\n  1 run: gone\n"
                "  `facet run SPEC --retry-failed` tries it again; `facet why "
                "DIR/runs/000000000001` tells more\n"
                "report: DIR/report.html\n");
}

static void test_many_reasons_are_cut(void)
{
    pl_str rows;
    pl_str_init(&rows);
    pl_str_add(&rows, head);
    for (int i = 0; i < 8; i++) {
        add_row(&rows, i, "0.1", "failed", i, -1, -1);
        char *error = pl_format("{\"error\": \"reason %c%0*d\", \"cause\": \"outside\"}", 'a' + i,
                                i == 0 ? 300 : 1, 0);
        write_manifest(i, error);
        free(error);
    }
    write_table(&rows);
    pl_str s;
    pl_str_init(&s);
    TST_OK(pl_summary_make(tst_dir(), NULL, &s, e));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "00000\xE2\x80\xA6"
                                          "00000"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "\n  1 run: reason e0\n  3 runs: 3 other reasons\n"
                                          "  `facet run SPEC` tries them again; `facet why "));
    pl_str_clear(&s);
}

static void test_a_folder_without_table_is_refused(void)
{
    char *want =
        pl_format("%s: no runs.csv there; `facet run SPEC` makes a study's results", tst_dir());
    pl_str s;
    pl_str_init(&s);
    TST_FAILS(KN_EIO, want, pl_summary_make(tst_dir(), NULL, &s, e));
    pl_str_clear(&s);
    free(want);
}

const tst_case tst_study_summary[] = {TST(test_a_night_is_told_in_order_of_its_use),
                                      TST(test_a_whole_study_is_told_without_more),
                                      TST(test_one_group_has_no_name),
                                      TST(test_without_test_images_validation_ranks),
                                      TST(test_one_run_takes_a_line),
                                      TST(test_many_reasons_are_cut),
                                      TST(test_a_folder_without_table_is_refused),
                                      TST_END};
