#include "run/plan_text.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/run/fake_stages.h"
#include "tst.h"
#include "util/fs.h"

static const pl_exec_options plain = {
    .maker = {"0", 1}, .jobs = 1, .until = PL_EVALUATE, .seconds = 0};

static const char sweep[] = "train: {lr: 0.001, epochs: 2}\n"
                            "sweep: {product: {data.image.size: [20, 24]}, seeds: [1, 2]}\n";

static void run(const char *name)
{
    pl_exec_result r;
    TST_OK(fake_run(name, &plain, &r, e));
}

static int count(const pl_plan *p, pl_stage_id stage, pl_node_state state)
{
    int n = 0;
    for (int i = 0; i < p->node_count; i++)
        n += p->node[i].stage == stage && p->node[i].state == state;
    return n;
}

/* The reason of the stage's first node in a state, or "". Borrowed until the plan is cleared. */
static const char *reason(fake_world *w, pl_stage_id stage, pl_node_state state)
{
    TST_OK(pl_plan_explain(&w->plan, PL_EVALUATE, e));
    for (int i = 0; i < w->plan.node_count; i++)
        if (w->plan.node[i].stage == stage && w->plan.node[i].state == state)
            return w->plan.node[i].reason;
    return "";
}

static void test_shared_work_is_one_node(void)
{
    fake_world w;
    fake_write_study("one", sweep);
    fake_open("one", &w);
    CU_ASSERT_EQUAL(w.study.run_count, 4);
    CU_ASSERT_EQUAL(count(&w.plan, PL_INGEST, PL_NODE_MISS), 2);
    CU_ASSERT_EQUAL(count(&w.plan, PL_SPLIT, PL_NODE_UNKNOWN), 2);
    CU_ASSERT_EQUAL(count(&w.plan, PL_TRAIN, PL_NODE_UNKNOWN), 4);
    CU_ASSERT_EQUAL(count(&w.plan, PL_EVALUATE, PL_NODE_UNKNOWN), 4);
    CU_ASSERT_EQUAL(w.plan.node[0].uses, 2);
    TST_TEXT(reason(&w, PL_INGEST, PL_NODE_MISS), "never run");
    TST_TEXT(reason(&w, PL_SPLIT, PL_NODE_UNKNOWN), "after ingest");
    TST_TEXT(reason(&w, PL_EVALUATE, PL_NODE_UNKNOWN), "after train");
    fake_close(&w);
}

static void test_a_finished_study_needs_nothing(void)
{
    fake_world w;
    fake_write_study("one", sweep);
    run("one");
    fake_open("one", &w);
    CU_ASSERT_EQUAL(w.plan.done, 4);
    CU_ASSERT_EQUAL(count(&w.plan, PL_TRAIN, PL_NODE_SPARED), 4);
    pl_str text;
    pl_str_init(&text);
    TST_OK(pl_plan_text(&w.plan, PL_EVALUATE, false, &(pl_expectation){.jobs = 1}, &text, e));
    TST_TEXT(text.text, "study one: 4 runs, 4 done\n\nnothing to do: 4 runs are done\n");
    pl_str_clear(&text);
    fake_close(&w);
}

static void test_a_changed_key_reruns_what_depends_on_it(void)
{
    fake_world w;
    fake_write_study("one", "train: {lr: 0.001}\n");
    run("one");
    fake_write_study("one", "train: {lr: 0.01}\n");
    fake_open("one", &w);
    CU_ASSERT_EQUAL(count(&w.plan, PL_INGEST, PL_NODE_HIT), 1);
    CU_ASSERT_EQUAL(count(&w.plan, PL_SPLIT, PL_NODE_HIT), 1);
    TST_TEXT(reason(&w, PL_TRAIN, PL_NODE_MISS), "train.lr 0.001 -> 0.01");
    TST_TEXT(reason(&w, PL_EVALUATE, PL_NODE_UNKNOWN), "after train");
    fake_close(&w);
    run("one");
    CU_ASSERT_EQUAL(fake->calls[PL_INGEST], 0);
    CU_ASSERT_EQUAL(fake->calls[PL_SPLIT], 0);
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 1);
    CU_ASSERT_EQUAL(fake->calls[PL_EVALUATE], 1);
}

static void test_a_changed_source_with_the_same_output_cuts_off(void)
{
    fake_world w;
    fake_write_study("one", "");
    run("one");
    tst_write_text(tst_path("labels.csv"), "image,Male\n1.jpg, 1\n");
    fake_write_study("one", "");
    fake_open("one", &w);
    CU_ASSERT_EQUAL(w.plan.done, 0);
    TST_TEXT(reason(&w, PL_INGEST, PL_NODE_MISS), "the content of data.labels changed");
    fake_close(&w);
    run("one");
    CU_ASSERT_EQUAL(fake->calls[PL_INGEST], 1);
    CU_ASSERT_EQUAL(fake->calls[PL_SPLIT], 0);
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 0);
}

static void test_a_changed_output_is_the_reason(void)
{
    fake_world w;
    fake_write_study("one", "");
    run("one");
    fake_write_study("one", "sweep: {list: [{data.image.size: 77}]}\n");
    pl_exec_result r;
    const pl_exec_options until = {.maker = {"0", 1}, .jobs = 1, .until = PL_INGEST};
    TST_OK(fake_run("one", &until, &r, e));
    fake_open("one", &w);
    CU_ASSERT_EQUAL(count(&w.plan, PL_SPLIT, PL_NODE_HIT), 1); /* names are the same */
    const char *why = reason(&w, PL_TRAIN, PL_NODE_MISS);
    CU_ASSERT_TRUE(strcmp(why, "ingest's output changed") == 0 ||
                   strncmp(why, "data.image.size ", 16) == 0);
    fake_close(&w);
}

static void test_a_damaged_entry_is_the_reason(void)
{
    fake_world w;
    fake_write_study("one", "");
    run("one");
    TST_OK(pl_remove_tree(tst_path("results"), e));
    fake_open("one", &w);
    CU_ASSERT_EQUAL(count(&w.plan, PL_INGEST, PL_NODE_HIT), 1);
    char *file = pl_path_join(w.plan.node[0].entry.dir, "X.npy");
    tst_write_text(file, "other");
    fake_close(&w);
    fake_open("one", &w);
    TST_TEXT(reason(&w, PL_INGEST, PL_NODE_MISS), "its entry was damaged");
    fake_close(&w);
    run("one");
    CU_ASSERT_EQUAL(fake->calls[PL_TRAIN], 1); /* the rebuilt pixels are the same: a hit */
    free(file);
}

static void test_the_run_id_knows_content_and_parameters_alone(void)
{
    fake_world w;
    char id[PL_RUN_ID];
    fake_write_study("one", "");
    fake_open("one", &w);
    memcpy(id, w.plan.run[0].id, sizeof id);
    fake_close(&w);
    TST_OK(pl_rename(tst_path("images.zip"), tst_path("moved.zip"), e));
    tst_write_text(tst_path("two.yaml"),
                   "data: {images: moved.zip, labels: labels.csv, target: Male}\n"
                   "model: {type: cnn}\n");
    fake_open("two", &w);
    TST_TEXT(w.plan.run[0].id, id);
    fake_close(&w);
    tst_write_text(tst_path("moved.zip"), "others");
    fake_open("two", &w);
    CU_ASSERT_NOT_EQUAL(strcmp(w.plan.run[0].id, id), 0);
    fake_close(&w);
}

const tst_case tst_run_plan[] = {TST(test_shared_work_is_one_node),
                                 TST(test_a_finished_study_needs_nothing),
                                 TST(test_a_changed_key_reruns_what_depends_on_it),
                                 TST(test_a_changed_source_with_the_same_output_cuts_off),
                                 TST(test_a_changed_output_is_the_reason),
                                 TST(test_a_damaged_entry_is_the_reason),
                                 TST(test_the_run_id_knows_content_and_parameters_alone),
                                 TST_END};
