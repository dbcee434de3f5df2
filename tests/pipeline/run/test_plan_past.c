/* Which earlier entry a missing one is compared with, and that large stores do not slow it down. */
#include "run/plan_past.h"

#include <stdlib.h>
#include <string.h>

#include "cache/store_recent.h"
#include "io/json.h"
#include "pipeline/run/fake_stages.h"
#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"

/* An entry.json alone, as the listing reads it. */
static void write_entry(const char *stage, int number, const char *study, const char *lr)
{
    pl_digest key = pl_digest_bytes(&number, sizeof number);
    const char *dir = tst_path("cache/%s/%.2s/%s", stage, key.hex, key.hex);
    char *path = pl_path_join(dir, "entry.json");
    char *text =
        pl_format("{\"stage\": \"%s\", \"study\": \"%s\", \"key\": \"%s\", \"version\": 1, "
                  "\"made\": \"2026-01-01T00:00:00Z\", \"parameters\": {\"train.lr\": "
                  "\"%s\"}}",
                  stage, study, key.hex, lr);
    TST_OK(pl_make_dirs(dir, e));
    tst_write_text(path, text);
    free(text);
    free(path);
}

typedef struct seen {
    int count, most;
} seen;

static bool see(void *context, json_t *info)
{
    seen *s = context;
    CU_ASSERT_PTR_NOT_NULL(json_object_get(info, "key"));
    return ++s->count < s->most;
}

static void test_the_entries_used_last_come_first(void)
{
    pl_store *store = NULL;
    bool all = true;
    seen s = {0, 100};
    TST_OK(pl_store_open(tst_path("cache"), &store, e));
    pl_store_recent(store, "train", 10, see, &s, &all);
    CU_ASSERT_EQUAL(s.count, 0);
    CU_ASSERT_TRUE(all);
    for (int i = 0; i < 5; i++)
        write_entry("train", i, "one", "0.1");
    pl_store_recent(store, "train", 10, see, &s, &all);
    CU_ASSERT_EQUAL(s.count, 5);
    CU_ASSERT_TRUE(all);
    s = (seen){0, 100};
    pl_store_recent(store, "train", 3, see, &s, &all);
    CU_ASSERT_EQUAL(s.count, 3);
    CU_ASSERT_FALSE(all);
    s = (seen){0, 2};
    pl_store_recent(store, "train", 10, see, &s, &all);
    CU_ASSERT_EQUAL(s.count, 2);
    CU_ASSERT_FALSE(all);
    pl_store_close(store);
}

static const char *train_reason(fake_world *w)
{
    TST_OK(pl_plan_explain(&w->plan, PL_TRAIN, e));
    return w->plan.node[w->plan.run[0].node[PL_TRAIN]].reason;
}

static void make_until_split(const char *name)
{
    pl_exec_result r;
    const pl_exec_options until = {.maker = {"0", 1}, .jobs = 1, .until = PL_SPLIT};
    TST_OK(fake_run(name, &until, &r, e));
}

static void test_other_studies_entries_are_no_reason(void)
{
    fake_world w;
    fake_write_study("one", "");
    make_until_split("one");
    write_entry("train", 1, "two", "0.1");
    fake_open("one", &w);
    TST_TEXT(train_reason(&w), "never run");
    fake_close(&w);
}

static void test_beyond_the_bound_nothing_is_claimed(void)
{
    fake_world w;
    fake_write_study("one", "");
    make_until_split("one");
    for (int i = 0; i <= PL_PAST_READ; i++)
        write_entry("train", i, "two", "0.1");
    fake_open("one", &w);
    TST_TEXT(train_reason(&w), "not run lately");
    CU_ASSERT_TRUE(pl_plan_past_is_cut(&w.plan, PL_TRAIN));
    fake_close(&w);
}

static void test_a_hundred_thousand_entries_are_looked_through_quickly(void)
{
    fake_world w;
    fake_write_study("one", "");
    make_until_split("one");
    for (int i = 0; i < 100000; i++)
        write_entry("train", i, i % 2 ? "one" : "two", "0.1");
    fake_open("one", &w);
    double began = pl_now();
    CU_ASSERT_TRUE(strlen(train_reason(&w)) > 0);
    double took = pl_now() - began;
    tst_note("a reason among 100,000 entries in %.2f s", took);
    CU_ASSERT_TRUE(took < 3);
    fake_close(&w);
}

const tst_case tst_run_plan_past[] = {
    TST(test_the_entries_used_last_come_first), TST(test_other_studies_entries_are_no_reason),
    TST_M(test_beyond_the_bound_nothing_is_claimed),
    TST_L(test_a_hundred_thousand_entries_are_looked_through_quickly), TST_END};
