#include "run/executor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/store_gc.h"
#include "io/csv.h"
#include "pipeline/run/fake_stages.h"
#include "run/study_status.h"
#include "tst.h"
#include "util/fs.h"
#include "util/interrupt.h"

static const pl_exec_options plain = {
    .maker = {"0", 1}, .jobs = 1, .until = PL_EVALUATE, .seconds = 0};

static const char sweep[] = "sweep: {product: {train.lr: [0.001, 0.9]}, seeds: [1, 2]}\n";

/* The status column of runs.csv, "done failed ...". */
static void statuses(const char *study, char *out, size_t size)
{
    pl_csv c;
    TST_OK(pl_csv_read(tst_path("results/%s/runs.csv", study), &c, e));
    *out = '\0';
    for (size_t r = 1; r < c.rows; r++) {
        strncat(out, r > 1 ? " " : "", size - strlen(out) - 1);
        strncat(out, pl_csv_get(&c, r, 2), size - strlen(out) - 1);
    }
    pl_csv_clear(&c);
}

static void test_sizes_are_made_in_one_call(void)
{
    pl_exec_result r;
    fake_write_study("one", "sweep: {product: {data.image.size: [20, 24, 28]}}\n");
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(fake->calls[PL_INGEST], 1);
    CU_ASSERT_EQUAL(fake->ingest_jobs, 3);
    CU_ASSERT_EQUAL(fake->calls[PL_SPLIT], 1); /* the names are the same for each size: one key */
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 3);
    CU_ASSERT_EQUAL(r.made, 3);
}

static void test_a_second_run_does_nothing(void)
{
    pl_exec_result r;
    fake_write_study("one", "");
    TST_OK(fake_run("one", &plain, &r, e));
    char *before = tst_read(tst_path("results/one/runs.csv"), NULL);
    fake_write_study("one", "");
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(r.done, 1);
    CU_ASSERT_EQUAL(r.made, 0);
    for (int s = 0; s < PL_STAGE_COUNT; s++)
        CU_ASSERT_EQUAL(fake->calls[s], 0);
    char *after = tst_read(tst_path("results/one/runs.csv"), NULL);
    TST_TEXT(after, before);
    free(before);
    free(after);
}

static void check_one_failure_of_two(int jobs)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    char text[100];
    options.jobs = jobs;
    fake_write_study("one", sweep);
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_EQUAL(r.made, 2);
    CU_ASSERT_EQUAL(r.failed, 2);
    statuses("one", text, sizeof text);
    TST_TEXT(text, "done done failed failed");
    json_t *status = NULL;
    TST_OK(pl_status_read(tst_path("results"), "one", &status, e));
    pl_str s;
    pl_str_init(&s);
    pl_status_text(status, &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "one: 2 of 4 runs done, 2 failed\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "epoch 1, batch 3: the loss is not finite in layer dense_1\n"));
    pl_str_clear(&s);
    json_decref(status);
}

static void test_a_failed_run_does_not_stop_the_others(void)
{
    check_one_failure_of_two(1);
}

static void test_runs_side_by_side_end_the_same(void)
{
    check_one_failure_of_two(3);
}

static void test_a_failed_run_is_tried_again_when_asked(void)
{
    pl_exec_result r;
    char text[100];
    pl_exec_options options = plain;
    fake_write_study("one", sweep);
    TST_OK(fake_run("one", &plain, &r, e));
    fake_write_study("one", sweep);
    fake->max_lr = 1;
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(r.made, 0);
    CU_ASSERT_EQUAL(r.failed, 2);
    CU_ASSERT_EQUAL(r.tried_failed, 0);
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 0);
    options.retry_failed = true;
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_EQUAL(r.made, 2);
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 2);
    statuses("one", text, sizeof text);
    TST_TEXT(text, "done done done done");
}

static void test_one_reason_for_all_is_the_error(void)
{
    pl_exec_result r;
    fake_write_study("one", "train: {lr: 0.9}\nsweep: {seeds: [1, 2]}\n");
    TST_FAILS(KN_ENUMERIC,
              "epoch 1, batch 3: the loss is not finite in layer dense_1 (all 2 runs fail by this)",
              fake_run("one", &plain, &r, e));
}

static void test_an_interruption_saves_and_the_next_run_goes_on(void)
{
    pl_exec_result r;
    char text[100];
    fake_write_study("one", "sweep: {seeds: [1, 2]}\n");
    fake->interrupt_after = 3;
    TST_FAILS(KN_EINTERRUPTED,
              "interrupted: 0 of 2 runs are done; the state is saved, the same command goes on",
              fake_run("one", &plain, &r, e));
    CU_ASSERT_TRUE(r.interrupted);
    statuses("one", text, sizeof text);
    TST_TEXT(text, "interrupted pending");
    fake->interrupt_after = 0;
    pl_interrupt_set(false);
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(fake->steps, 10); /* the three saved steps were not done again */
    statuses("one", text, sizeof text);
    TST_TEXT(text, "done done");
}

static pl_gc collect_all(void)
{
    pl_store *s = NULL;
    pl_gc done;
    TST_OK(pl_store_open(tst_path("cache"), &s, e));
    TST_OK(pl_store_gc(s, &(pl_gc_options){.max_bytes = 0, .older = 1}, &done, e));
    pl_store_close(s);
    return done;
}

/* gc with all its might between an interrupted study and its end takes nothing of it; after the end, all. */
static void test_gc_leaves_an_interrupted_study_what_it_needs(void)
{
    pl_exec_result r;
    fake_write_study("one", "sweep: {seeds: [1, 2]}\n");
    int ingests = fake->calls[PL_INGEST], splits = fake->calls[PL_SPLIT], steps = fake->steps;
    fake->interrupt_after = 3;
    CU_ASSERT_EQUAL(fake_run("one", &plain, &r, NULL), KN_EINTERRUPTED);
    fake->interrupt_after = 0;
    pl_interrupt_set(false);
    pl_gc done = collect_all();
    CU_ASSERT_EQUAL(done.entries, 0);
    CU_ASSERT_EQUAL(done.leftovers, 0);
    CU_ASSERT_EQUAL_FATAL(done.needs, 1);
    TST_TEXT(done.need[0].study, "one");
    CU_ASSERT_EQUAL(done.need[0].entries, 2);
    pl_gc_clear(&done);
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(fake->calls[PL_INGEST], ingests + 1);
    CU_ASSERT_EQUAL(fake->calls[PL_SPLIT], splits + 1);
    CU_ASSERT_EQUAL(fake->steps, steps + 10);
    done = collect_all();
    CU_ASSERT_EQUAL(done.entries, 6);
    CU_ASSERT_EQUAL(done.needs, 0);
    TST_OK(fake_run("one", &plain, &r, e)); /* and it is still finished */
    CU_ASSERT_EQUAL(r.done, 2);
    CU_ASSERT_EQUAL(fake->steps, steps + 10);
}

/* Entries that went between the plan and the start are made again. */
static void test_what_gc_took_before_the_start_is_made_again(void)
{
    fake_world w;
    pl_exec_result r;
    fake_write_study("one", "");
    pl_exec_options options = plain;
    options.until = PL_SPLIT;
    TST_OK(fake_run("one", &options, &r, e));
    fake_open("one", &w);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "rm -r cache/ingest cache/split", NULL, NULL), 0);
    TST_OK(pl_exec_run(&w.plan, &plain, &r, e));
    CU_ASSERT_EQUAL(r.done, 1);
    fake_close(&w);
}

static void test_the_clock_stops_the_study(void)
{
    pl_exec_result r;
    char text[100];
    pl_exec_options options = plain;
    options.seconds = 1e-6;
    fake_write_study("one", "sweep: {seeds: [1, 2]}\n");
    fake->interrupt_after = 2; /* should the alarm be late */
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_TRUE(r.stopped);
    CU_ASSERT_FALSE(r.interrupted);
    CU_ASSERT_FALSE(pl_interrupted());
    fake->interrupt_after = 0;
    TST_OK(fake_run("one", &plain, &r, e));
    statuses("one", text, sizeof text);
    TST_TEXT(text, "done done");
}

static void test_until_makes_entries_and_no_results(void)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    options.until = PL_SPLIT;
    fake_write_study("one", "");
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_EQUAL(r.entries, 2);
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 0);
    CU_ASSERT_FALSE(pl_exists(tst_path("results/one/runs")));
}

static void test_lost_results_come_from_the_cache(void)
{
    pl_exec_result r;
    fake_write_study("one", "");
    TST_OK(fake_run("one", &plain, &r, e));
    fake_world w;
    fake_open("one", &w);
    char *model = pl_format("%s/runs/%s/model.safetensors", w.plan.study_dir, w.plan.run[0].id);
    fake_close(&w);
    CU_ASSERT_EQUAL(unlink(model), 0);
    fake_write_study("one", "");
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 0);
    CU_ASSERT_TRUE(pl_exists(model));
    free(model);
}

static void test_a_study_is_run_by_one_process(void)
{
    fake_world w;
    int lock = -1, second = -1;
    fake_write_study("one", "");
    fake_open("one", &w);
    TST_OK(pl_results_open(w.plan.study_dir, &w.study, &lock, e));
    kn_error held = {KN_OK, ""};
    CU_ASSERT_EQUAL(pl_results_open(w.plan.study_dir, &w.study, &second, &held), KN_EIO);
    char *head = pl_format("the study 'one' is being run by process %ld on ", (long)getpid());
    CU_ASSERT_EQUAL(strncmp(held.text, head, strlen(head)), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(held.text, "; `facet status one` shows how far it is"));
    CU_ASSERT_TRUE(pl_results_is_running(w.plan.study_dir, NULL));
    pl_results_close(lock);
    CU_ASSERT_FALSE(pl_results_is_running(w.plan.study_dir, NULL));
    TST_OK(pl_results_open(w.plan.study_dir, &w.study, &lock, e));
    pl_results_close(lock);
    free(head);
    fake_close(&w);
}

static void test_the_table_is_rebuilt_from_the_folder(void)
{
    pl_exec_result r;
    bool changed = true;
    fake_write_study("one", sweep);
    TST_OK(fake_run("one", &plain, &r, e));
    const char *path = tst_path("results/one/runs.csv");
    char *before = tst_read(path, NULL);
    TST_OK(pl_results_refresh_table(tst_path("results/one"), &changed, e));
    CU_ASSERT_FALSE(changed);
    char *damaged = pl_strdup(before), *at = strstr(damaged, ",done,");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    memcpy(at, ",xxxx,", 6);
    tst_write_text(path, damaged);
    TST_OK(pl_results_refresh_table(tst_path("results/one"), &changed, e));
    CU_ASSERT_TRUE(changed);
    char *after = tst_read(path, NULL);
    TST_TEXT(after, before);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(after, "run,group,status,seed,train.lr,model,size,params,epochs,train_accuracy,"
                      "val_accuracy,test_accuracy,test_loss,test_auc,model_digest,train_seconds,"
                      "images_per_second\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(after, ",cnn,50x50,7,2,0.75,,0.5,0.25,,"));
    free(before);
    free(damaged);
    free(after);
}

const tst_case tst_run_executor[] = {TST(test_sizes_are_made_in_one_call),
                                     TST(test_a_second_run_does_nothing),
                                     TST(test_a_failed_run_does_not_stop_the_others),
                                     TST(test_runs_side_by_side_end_the_same),
                                     TST(test_a_failed_run_is_tried_again_when_asked),
                                     TST(test_one_reason_for_all_is_the_error),
                                     TST(test_an_interruption_saves_and_the_next_run_goes_on),
                                     TST(test_gc_leaves_an_interrupted_study_what_it_needs),
                                     TST(test_what_gc_took_before_the_start_is_made_again),
                                     TST(test_the_clock_stops_the_study),
                                     TST(test_until_makes_entries_and_no_results),
                                     TST(test_lost_results_come_from_the_cache),
                                     TST(test_a_study_is_run_by_one_process),
                                     TST(test_the_table_is_rebuilt_from_the_folder),
                                     TST_END};
