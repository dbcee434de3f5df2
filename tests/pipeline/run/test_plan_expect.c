/* What a plan says of time and disk, how it is told, and that it stays quick. */
#include "run/plan_expect.h"

#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "pipeline/run/fake_stages.h"
#include "run/plan_text.h"
#include "run/run_key.h"
#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"

static pl_costs *open_costs(void)
{
    pl_costs *c = NULL;
    TST_OK(pl_costs_open(tst_path("cache"), &c, e));
    return c;
}

/* Notes what every stage of the plan's runs takes, in the company of `threads` and `jobs`. */
static void note_all(const fake_world *w, pl_costs *c, int threads, int jobs)
{
    static const double seconds[PL_STAGE_COUNT] = {8, 1, 100, 10};
    for (int s = 0; s < PL_STAGE_COUNT; s++)
        pl_costs_note(c, (pl_stage_id)s, &w->study.runs[0].spec, threads, jobs, seconds[s], 0);
}

static void test_jobs_share_the_runs(void)
{
    fake_world w;
    fake_write_study("one", "sweep: {seeds: [1, 2, 3]}\n");
    fake_open("one", &w);
    pl_costs *c = open_costs();
    note_all(&w, c, 4, 1);
    note_all(&w, c, 2, 2);
    pl_expectation one = pl_plan_expect(&w.plan, c, PL_EVALUATE, 4, 1);
    CU_ASSERT_TRUE(tst_near(one.seconds, 8 + 1 + 3 * 110, 0, 1e-6));
    CU_ASSERT_EQUAL(one.works[PL_COST_MEASURED], 8);
    CU_ASSERT_TRUE(tst_near(pl_expectation_measured(&one), 1, 0, 1e-9));
    pl_expectation two = pl_plan_expect(&w.plan, c, PL_EVALUATE, 4, 2);
    CU_ASSERT_TRUE(tst_near(two.seconds, 8 + 1 + 2 * 110, 0, 1e-6)); /* the third one is alone */
    CU_ASSERT_EQUAL(two.threads, 2);
    pl_expectation until = pl_plan_expect(&w.plan, c, PL_SPLIT, 4, 1);
    CU_ASSERT_TRUE(tst_near(until.seconds, 9, 0, 1e-6));
    pl_costs_free(c);
    fake_close(&w);
}

static void test_without_jobs_the_quicker_split_is_taken(void)
{
    fake_world w;
    fake_write_study("one", "sweep: {seeds: [1, 2, 3, 4]}\n");
    fake_open("one", &w);
    pl_costs *c = open_costs();
    const pl_run_spec *spec = &w.study.runs[0].spec;
    pl_costs_note(c, PL_TRAIN, spec, 4, 1, 100, 0);
    pl_costs_note(c, PL_TRAIN, spec, 1, 4, 300, 0);
    CU_ASSERT_EQUAL(pl_plan_expect(&w.plan, c, PL_TRAIN, 4, 0).jobs, 4);
    for (int i = 0; i < 10; i++)
        pl_costs_note(c, PL_TRAIN, spec, 1, 4, 500, 0);
    CU_ASSERT_EQUAL(pl_plan_expect(&w.plan, c, PL_TRAIN, 4, 0).jobs, 1);
    pl_costs_free(c);
    fake_close(&w);
}

static void test_the_basis_of_the_time_is_told(void)
{
    fake_world w;
    fake_write_study("one", "sweep: {list: [{train.lr: 0.1}, {data.image.size: 30}]}\n");
    fake_open("one", &w);
    pl_costs *c = open_costs();
    pl_str s;
    pl_str_init(&s);
    pl_expectation x = pl_plan_expect(&w.plan, c, PL_EVALUATE, 2, 2);
    TST_OK(pl_plan_text(&w.plan, PL_EVALUATE, false, &x, &s, e));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(s.text, "by 2 jobs of 1 thread; nothing like it was run before\n"));
    pl_str_reset(&s);
    pl_costs_note(c, PL_TRAIN, &w.study.runs[0].spec, 1, 2, 100, 0);
    pl_costs_note(c, PL_TRAIN, &w.study.runs[1].spec, 1, 1, 100, 0);
    x = pl_plan_expect(&w.plan, c, PL_EVALUATE, 2, 2);
    TST_OK(pl_plan_text(&w.plan, PL_EVALUATE, false, &x, &s, e));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, "time: about "));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, " of it measured on this machine, "));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, " scaled from like work, "));
    CU_ASSERT_PTR_NOT_NULL(strstr(s.text, " guessed by its amount\n"));
    pl_str_clear(&s);
    pl_costs_free(c);
    fake_close(&w);
}

/* Writes a manifest that tells of another end. */
static void write_end(const fake_world *w, int run, const char *status, const char *key,
                      const char *text)
{
    const char *path = tst_path("results/one/runs/%s/manifest.json", w->plan.run[run].id);
    json_t *versions = json_object();
    for (int s = 0; s < PL_STAGE_COUNT; s++)
        json_object_set_new(versions, fake_stages[s]->name, json_integer(fake_stages[s]->version));
    json_t *m =
        json_pack("{s:s,s:s,s:o,s:s,s:s}", "status", status, key, text, "stage_versions", versions,
                  "numeric", pl_numeric_identity(KN_PRECISION_F32), "error", "no hope");
    TST_OK(pl_make_dirs(tst_path("results/one/runs/%s", w->plan.run[run].id), e));
    TST_OK(pl_json_write(path, m, e));
    json_decref(m);
}

static void test_runs_that_are_left_alone_cost_nothing(void)
{
    fake_world w;
    fake_write_study("one", "sweep: {seeds: [1, 2, 3, 4]}\n");
    fake_open("one", &w);
    write_end(&w, 0, "failed", "cause", "run");
    write_end(&w, 1, "failed", "cause", "outside");
    write_end(&w, 2, "stopped", "reason", "halving: place 3 of 4");
    write_end(&w, 3, "stopped", "reason", "the time limit");
    fake_close(&w);
    fake_open("one", &w);
    CU_ASSERT_EQUAL(w.plan.left_failed, 1);
    CU_ASSERT_EQUAL(w.plan.left_halted, 1);
    CU_ASSERT_TRUE(w.plan.run[0].left_failed && w.plan.run[2].left_halted);
    pl_costs *c = open_costs();
    note_all(&w, c, 1, 1);
    pl_expectation x = pl_plan_expect(&w.plan, c, PL_EVALUATE, 1, 1);
    CU_ASSERT_TRUE(tst_near(x.seconds, 8 + 1 + 2 * 110, 0, 1e-6));
    pl_str s;
    pl_str_init(&s);
    TST_OK(pl_plan_text(&w.plan, PL_EVALUATE, false, &x, &s, e));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        s.text, "study one: 4 runs, 0 done\n"
                "1 run failed before and is left alone; facet run --retry-failed tries again\n"
                "1 run is stopped by halving; facet run --finish completes it\n"));
    json_t *plan = NULL;
    TST_OK(pl_plan_json(&w.plan, PL_EVALUATE, &x, &plan, e));
    const json_t *runs = json_object_get(plan, "runs");
    TST_TEXT(json_string_value(json_object_get(json_array_get(runs, 0), "left_alone")), "failed");
    CU_ASSERT_TRUE(json_is_null(json_object_get(json_array_get(runs, 1), "left_alone")));
    TST_TEXT(json_string_value(json_object_get(json_array_get(runs, 2), "left_alone")), "halted");
    CU_ASSERT_EQUAL(json_number_value(json_object_get(plan, "measured")), 1);
    json_decref(plan);
    pl_str_clear(&s);
    pl_costs_free(c);
    fake_close(&w);
}

static void test_a_stage_version_is_a_reason(void)
{
    fake_world w;
    pl_exec_result r;
    const pl_exec_options plain = {.maker = {"0", 1}, .jobs = 1, .until = PL_EVALUATE};
    fake_write_study("one", "");
    TST_OK(fake_run("one", &plain, &r, e));
    pl_stage newer = *fake_stages[PL_TRAIN];
    const pl_stage *stages[PL_STAGE_COUNT];
    memcpy(stages, fake_stages, sizeof stages);
    stages[PL_TRAIN] = &newer;
    newer.version++;
    TST_OK(pl_study_load(tst_path("one.yaml"), NULL, 0, &w.study, e));
    TST_OK(pl_store_open(tst_path("cache"), &w.store, e));
    TST_OK(pl_plan_make(&w.study, stages, w.store, tst_path("results"), &w.plan, e));
    TST_OK(pl_plan_explain(&w.plan, PL_EVALUATE, e));
    TST_TEXT(w.plan.node[w.plan.run[0].node[PL_INGEST]].reason, "made before");
    TST_TEXT(w.plan.node[w.plan.run[0].node[PL_TRAIN]].reason, "train stage version 1 -> 2");
    fake_close(&w);
}

/* 10,000 runs, their ingest and split made: read, checked, planned, explained and told. */
static void test_ten_thousand_runs_are_planned_in_two_seconds(void)
{
    fake_world w;
    pl_exec_result r;
    const pl_exec_options until = {.maker = {"0", 1}, .jobs = 1, .until = PL_SPLIT};
    pl_str spec, text;
    pl_str_init(&spec);
    pl_str_init(&text);
    fake_write_study("one", "");
    TST_OK(fake_run("one", &until, &r, e));
    pl_str_add(&spec, "sweep: {product: {train.lr: [");
    for (int i = 1; i <= 1000; i++)
        pl_str_addf(&spec, "%s%g", i > 1 ? ", " : "", 1e-4 * i);
    pl_str_add(&spec, "]}, seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\n");
    fake_write_study("one", spec.text);
    double began = pl_now();
    fake_open("one", &w);
    pl_costs *c = open_costs();
    pl_expectation x = pl_plan_expect(&w.plan, c, PL_EVALUATE, 2, 0);
    TST_OK(pl_plan_text(&w.plan, PL_EVALUATE, false, &x, &text, e));
    double took = pl_now() - began;
    CU_ASSERT_EQUAL(w.study.run_count, 10000);
    CU_ASSERT_EQUAL(w.plan.node_count, 1 + 1 + 2 * 10000);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.text, "train     10000  miss  10,000 trainings "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text.text, "never run\n"));
    CU_ASSERT_TRUE(text.size < 1000);
    tst_note("10,000 runs planned in %.2f s", took);
    CU_ASSERT_TRUE(took < 4); /* 1.3 s on a core of its own; other work may share this one */
    pl_costs_free(c);
    fake_close(&w);
    pl_str_clear(&spec);
    pl_str_clear(&text);
}

const tst_case tst_run_plan_expect[] = {TST(test_jobs_share_the_runs),
                                        TST(test_without_jobs_the_quicker_split_is_taken),
                                        TST(test_the_basis_of_the_time_is_told),
                                        TST(test_runs_that_are_left_alone_cost_nothing),
                                        TST(test_a_stage_version_is_a_reason),
                                        TST_M(test_ten_thousand_runs_are_planned_in_two_seconds),
                                        TST_END};
