/* A study seen by another process: what is counted, what goes on, what it would take; and a study read
 * from its results folder alone. */
#include "run/study_status.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/json.h"
#include "pipeline/run/fake_stages.h"
#include "run/cost.h"
#include "run/study_folder.h"
#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"

static char ids[4][PL_RUN_ID];

/* A study of four runs, the first of them done. */
static void make_study(void)
{
    fake_world w;
    pl_exec_result r;
    const pl_exec_options plain = {.maker = {"0", 1}, .jobs = 1, .until = PL_EVALUATE};
    fake_write_study("one", "sweep: {seeds: [1, 2, 3, 4]}\n");
    TST_OK(fake_run("one", &plain, &r, e));
    fake_open("one", &w);
    for (int i = 0; i < 4; i++) {
        memcpy(ids[i], w.plan.run[i].id, sizeof ids[i]);
        if (i > 0)
            TST_OK(pl_remove_tree(tst_path("results/one/runs/%s", ids[i]), e));
    }
    fake_close(&w);
}

static void write_end(int run, const char *status, const char *key, const char *text)
{
    json_t *m = json_pack("{s:s,s:s}", "status", status, key, text);
    TST_OK(pl_make_dirs(tst_path("results/one/runs/%s", ids[run]), e));
    TST_OK(pl_json_write(tst_path("results/one/runs/%s/manifest.json", ids[run]), m, e));
    json_decref(m);
}

/* A live file as a task on another machine writes it. */
static void write_live(const char *name, double done, double total, double seconds,
                       const char *paused)
{
    json_t *live =
        json_pack("{s:s,s:s,s:s,s:f,s:f,s:f,s:f,s:i,s:f,s:s}", "title", "some work", "note",
                  "epoch 2/5", "unit", "images", "done", done, "total", total, "from", 0.0,
                  "seconds", seconds, "process", 7, "started", 1.0, "host", "node1");
    json_object_set_new(live, "paused", paused ? json_string(paused) : json_null());
    TST_OK(pl_make_dirs(tst_path("results/one/.live"), e));
    TST_OK(pl_json_write(tst_path("results/one/.live/%s.json", name), live, e));
    json_decref(live);
}

static long long number(const json_t *status, const char *key)
{
    return (long long)json_integer_value(json_object_get(status, key));
}

static json_t *look(const char *cache)
{
    pl_status *s = NULL;
    json_t *status = NULL;
    TST_OK(pl_status_open(tst_path("results"), "one", cache, &s, e));
    TST_OK(pl_status_look(s, &status, e));
    pl_status_close(s);
    return status;
}

static void test_every_status_is_counted(void)
{
    make_study();
    write_end(1, "failed", "error", "no hope");
    write_end(2, "stopped", "reason", "halving: place 3 of 4");
    write_end(3, "stopped", "reason", "the time limit");
    json_t *status = look(NULL);
    CU_ASSERT_TRUE(json_is_false(json_object_get(status, "running")));
    CU_ASSERT_EQUAL(number(status, "done"), 1);
    CU_ASSERT_EQUAL(number(status, "failed"), 1);
    CU_ASSERT_EQUAL(number(status, "halted"), 1);
    CU_ASSERT_EQUAL(number(status, "stopped"), 1);
    CU_ASSERT_EQUAL(number(status, "left"), 1);
    CU_ASSERT_TRUE(json_is_null(json_object_get(status, "seconds_left")));
    pl_str s;
    pl_str_init(&s);
    pl_status_text(status, &s);
    char *want = pl_format("one: 1 of 4 runs done, 1 failed, 1 stopped by halving, 1 stopped\n"
                           "nobody runs it now\n"
                           "  failed  %s  one: no hope\n",
                           ids[1]);
    TST_TEXT(s.text, want);
    free(want);
    pl_str_clear(&s);
    json_decref(status);
}

static void test_tasks_of_another_machine_are_seen(void)
{
    make_study();
    write_live(ids[1], 40, 100, 8, NULL);
    write_live("ingest-0123456789ab", 10, 0, 1, "no room on the disk");
    json_t *status = look(NULL);
    CU_ASSERT_TRUE(json_is_true(json_object_get(status, "running")));
    TST_TEXT(json_string_value(json_object_get(status, "who")), "2 tasks on node1");
    TST_TEXT(json_string_value(json_object_get(status, "paused")), "no room on the disk");
    CU_ASSERT_EQUAL(number(status, "active"), 1);
    CU_ASSERT_EQUAL(number(status, "pending"), 2);
    CU_ASSERT_EQUAL(number(status, "left"), 3);
    pl_str s;
    pl_str_init(&s);
    pl_status_text(status, &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "one: 1 of 4 runs done, 1 running, 2 pending"));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "run by 2 tasks on node1\npaused: no room on the "
                                          "disk\n"));
    char *line =
        pl_format("  running %s  some work  epoch 2/5  40%%  5.00 images/s  12 s left\n", ids[1]);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, line));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "  running shared  some work  epoch 2/5  10 images/s\n"));
    free(line);
    pl_str_clear(&s);
    json_decref(status);
}

static void test_the_time_left_comes_from_the_costs(void)
{
    pl_costs *c = NULL;
    pl_study study;
    make_study();
    write_live(ids[1], 50, 100, 10, NULL);
    TST_OK(pl_study_load(tst_path("one.yaml"), NULL, 0, &study, e));
    TST_OK(pl_costs_open(tst_path("cache"), &c, e));
    for (int i = 0; i < 30; i++) { /* so that the work of the study itself counts no more */
        for (int threads = 1; threads <= 64; threads++) {
            pl_costs_note(c, PL_TRAIN, &study.runs[0].spec, threads, 1, 100, 0);
            pl_costs_note(c, PL_EVALUATE, &study.runs[0].spec, threads, 1, 20, 0);
        }
    }
    pl_costs_free(c);
    pl_study_clear(&study);
    json_t *status = look(tst_path("cache"));
    double left = json_number_value(json_object_get(status, "seconds_left"));
    CU_ASSERT_TRUE(tst_near(left, 2.5 * 120, 1, 0.05)); /* two whole runs and a half */
    json_decref(status);
}

static void test_a_second_look_sees_what_was_done_since(void)
{
    pl_status *s = NULL;
    json_t *status = NULL;
    make_study();
    TST_OK(pl_status_open(tst_path("results"), "one", NULL, &s, e));
    TST_OK(pl_status_look(s, &status, e));
    CU_ASSERT_EQUAL(number(status, "done"), 1);
    json_decref(status);
    write_end(1, "done", "label", "x");
    TST_OK(pl_status_look(s, &status, e));
    CU_ASSERT_EQUAL(number(status, "done"), 2);
    json_decref(status);
    pl_status_close(s);
}

static void test_a_missing_study_is_named(void)
{
    kn_error e = {KN_OK, ""};
    json_t *status = NULL;
    CU_ASSERT_EQUAL(pl_status_read(tst_path("results"), "none", &status, &e), KN_EUSAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "there is no study 'none': "));
}

static void test_a_study_is_loaded_from_its_folder(void)
{
    pl_study study;
    make_study();
    TST_OK(pl_study_folder_load(tst_path("results/one"), &study, e));
    CU_ASSERT_EQUAL(study.run_count, 4);
    CU_ASSERT_TRUE(pl_exists(study.runs[3].spec.data.images)); /* relative to the spec's folder */
    CU_ASSERT_TRUE(pl_ends_with(study.runs[3].spec.data.labels, "/labels.csv"));
    TST_OK(pl_study_check_files(&study, e));
    pl_study_clear(&study);
    char *spec = pl_study_folder_spec(tst_path("results/one"));
    CU_ASSERT_TRUE(spec && pl_ends_with(spec, "/one.yaml"));
    free(spec);
    TST_OK(pl_rename(tst_path("results/one/.spec.json"), tst_path("away"), e));
    TST_OK(pl_study_folder_load(tst_path("results/one"), &study, e));
    CU_ASSERT_FALSE(pl_exists(study.runs[3].spec.data.images));
    pl_study_clear(&study);
    CU_ASSERT_PTR_NULL(pl_study_folder_spec(tst_path("results/one")));
}

const tst_case tst_run_status[] = {TST(test_every_status_is_counted),
                                   TST(test_tasks_of_another_machine_are_seen),
                                   TST(test_the_time_left_comes_from_the_costs),
                                   TST(test_a_second_look_sees_what_was_done_since),
                                   TST(test_a_missing_study_is_named),
                                   TST(test_a_study_is_loaded_from_its_folder),
                                   TST_END};
