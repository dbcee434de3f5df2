/* Studies left alone: workers that die, runs that fail, orders, time limits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "pipeline/run/fake_stages.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static const pl_exec_options plain = {
    .maker = {"0", 1}, .jobs = 1, .until = PL_EVALUATE, .retries = 2};

static void expect_order(const char *want)
{
    pl_str got;
    pl_str_init(&got);
    for (int i = 0; i < fake->started; i++)
        pl_str_addf(&got, "%s%d", i ? " " : "", fake->order[i]);
    TST_TEXT(got.text, want);
    pl_str_clear(&got);
}

static void test_a_killed_worker_takes_one_try(void)
{
    pl_exec_result r;
    fake_start("one", "sweep: {seeds: [1, 2, 3]}\n");
    fake->kill_after = 3;
    fake->kills = 2;
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(r.made, 3);
    CU_ASSERT_EQUAL(fake->kills, 0);
    CU_ASSERT_EQUAL(fake->steps, 15); /* no step that was saved was done again */
    fake_expect_column("one", "status", "done done done");
}

static void test_a_worker_killed_too_often_fails_by_a_cause_outside(void)
{
    pl_exec_result r;
    fake_start("one", "sweep: {seeds: [1, 2]}\n");
    fake->kill_after = 2;
    fake->kills = 3;
    TST_OK(fake_run("one", &plain, &r, e));
    CU_ASSERT_EQUAL(r.failed, 1);
    fake_expect_column("one", "status", "failed done");
    fake_expect_member("one", 0, "cause", "outside");
    fake_expect_member("one", 0, "error",
                       "its process was killed, as the kernel does when memory is out");
    TST_OK(fake_run("one", &plain, &r, e)); /* without being asked to */
    fake_expect_column("one", "status", "done done");
}

static void test_the_first_failure_stops_where_asked(void)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    options.fail_fast = true;
    fake_start("one", "sweep: {product: {train.lr: [0.1, 0.9, 0.2]}, seeds: [1]}\n");
    TST_FAILS(KN_ENUMERIC,
              "epoch 1, batch 3: the loss is not finite in layer dense_1 (stopped at the first "
              "failed run, 1 of 3 are done)",
              fake_run("one", &options, &r, e));
    CU_ASSERT_TRUE(r.gave_up);
    fake_expect_column("one", "status", "done failed pending");
    fake_expect_member("one", 1, "cause", "run");
}

static void test_three_that_fail_alike_stop_the_study(void)
{
    pl_exec_result r;
    fake_start("one", "train: {lr: 0.9}\nsweep: {seeds: [1, 2, 3, 4, 5]}\n");
    TST_FAILS(KN_ENUMERIC,
              "epoch 1, batch 3: the loss is not finite in layer dense_1 (the first 3 runs fail by "
              "this: the study is stopped, 2 of 5 runs were not tried)",
              fake_run("one", &plain, &r, e));
    fake_expect_column("one", "status", "failed failed failed pending pending");
    fake_start("two", "sweep: {product: {train.lr: [0.1, 0.9]}, seeds: [1, 2, 3, 4]}\n");
    TST_OK(fake_run("two", &plain, &r, e)); /* not where others went well */
    CU_ASSERT_EQUAL(r.failed, 4);
}

/* Costs by epochs; seeds tell the runs apart. */
static const char costs_sweep[] =
    "sweep: {list: [{train.epochs: 3000, train.seed: 1}, {train.epochs: 1000, train.seed: 2}, "
    "{train.epochs: 2000, train.seed: 3}]}\n";

static void order_is(pl_order order, const char *want)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    options.order = order;
    fake_start("one", costs_sweep);
    TST_OK(fake_run("one", &options, &r, e));
    expect_order(want);
}

static void test_orders(void)
{
    order_is(PL_ORDER_AUTO, "1 2 3");
    order_is(PL_ORDER_SPEC, "1 2 3");
    order_is(PL_ORDER_CHEAP, "2 3 1");
    order_is(PL_ORDER_EXPENSIVE, "1 3 2");
}

static void test_random_order_is_the_same_each_time(void)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    int first[64];
    options.order = PL_ORDER_RANDOM;
    fake_start("one", "sweep: {seeds: [1, 2, 3, 4, 5, 6, 7, 8]}\n");
    TST_OK(fake_run("one", &options, &r, e));
    memcpy(first, fake->order, sizeof first);
    int in_order = 0;
    for (int i = 0; i < 8; i++)
        in_order += first[i] == i + 1;
    CU_ASSERT_TRUE(in_order < 8);
    fake_start("one", "sweep: {seeds: [1, 2, 3, 4, 5, 6, 7, 8]}\n");
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_EQUAL(memcmp(first, fake->order, sizeof first), 0);
}

static void test_under_a_limit_a_group_is_made_whole(void)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    options.seconds = 1000;
    fake_start("one", "sweep: {seeds: [1, 2], product: {train.epochs: [5000, 1000]}}\n");
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_FALSE(r.stopped);
    fake_start("two", "sweep: {list: [{train.epochs: 5000, train.seed: 1}, {train.epochs: 1000, "
                      "train.seed: 2}, {train.epochs: 5000, train.seed: 3}, {train.epochs: 1000, "
                      "train.seed: 4}]}\n");
    TST_OK(fake_run("two", &options, &r, e));
    expect_order("2 4 1 3");
}

static void test_threads_are_divided(void)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    options.maker.threads = 4;
    options.jobs = 2;
    fake_start("one", "");
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_EQUAL(fake->threads, 4); /* alone */
    fake_start("two", "sweep: {seeds: [1, 2]}\n");
    options.only = NULL;
    TST_OK(fake_run("two", &options, &r, e));
    CU_ASSERT_EQUAL(fake->threads, 2);
}

static void test_without_jobs_the_faster_split_is_found(void)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    options.maker.threads = 2;
    options.jobs = 0;
    fake_start("one", "sweep: {seeds: [1, 2, 3, 4, 5, 6]}\n");
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_EQUAL(r.made, 6);
    char *times = tst_read(tst_path("cache/times.tsv"), NULL);
    CU_ASSERT_PTR_NOT_NULL(times);
    free(times);
    fake_expect_column("one", "status", "done done done done done done");
}

/* A run starts beside others only where the machine has the memory for it; alone it is tried. */
static void test_memory_is_asked_for(void)
{
    static const double need[] = {0, 1e15};
    for (int i = 0; i < 2; i++) {
        pl_exec_result r;
        pl_exec_options options = plain;
        options.maker.threads = options.jobs = 2;
        fake_start("one", "sweep: {seeds: [1, 2]}\n"); /* a third would know what the first took */
        fake->bytes = need[i];
        fake->nap = 0.1;
        TST_OK(fake_run("one", &options, &r, e));
        CU_ASSERT_EQUAL(r.made, 2);
        CU_ASSERT_EQUAL(atomic_load(&fake->most), i == 0 ? 2 : 1);
    }
}

static void test_only_some_runs(void)
{
    pl_exec_result r;
    pl_exec_options options = plain;
    const bool only[] = {false, true, false};
    options.only = only;
    fake_start("one", "sweep: {seeds: [1, 2, 3]}\n");
    TST_OK(fake_run("one", &options, &r, e));
    CU_ASSERT_EQUAL(r.asked, 1);
    CU_ASSERT_EQUAL(r.made, 1);
    expect_order("2");
    CU_ASSERT_FALSE(pl_exists(tst_path("results/one/runs.csv"))); /* the coordinator's */
    fake_expect_member("one", 1, "status", "done");
}

const tst_case tst_run_night[] = {TST(test_a_killed_worker_takes_one_try),
                                  TST(test_a_worker_killed_too_often_fails_by_a_cause_outside),
                                  TST(test_the_first_failure_stops_where_asked),
                                  TST(test_three_that_fail_alike_stop_the_study),
                                  TST(test_orders),
                                  TST(test_random_order_is_the_same_each_time),
                                  TST(test_under_a_limit_a_group_is_made_whole),
                                  TST(test_threads_are_divided),
                                  TST(test_without_jobs_the_faster_split_is_found),
                                  TST(test_memory_is_asked_for),
                                  TST(test_only_some_runs),
                                  TST_END};
