#include "report/gather.h"
#include "report/table.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "cache/store.h"
#include "pipeline/audit/audit_fixture.h"
#include "study/attributes.h"
#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"

typedef struct rig {
    char ingest[PL_DIGEST_HEX], split[PL_DIGEST_HEX], id[PL_DATA_ID];
    pl_report_run run[3];
    pl_study_data d;
    char *dir, *cache;
} rig;

static void put_entry(pl_store *store, const char *stage, const char *from, char key[PL_DIGEST_HEX])
{
    pl_digest digest = pl_digest_text(stage);
    pl_making making;
    bool exists;
    char **names;
    size_t count;
    TST_OK(pl_store_begin(store, stage, &digest, &exists, &making, e));
    TST_OK(pl_list_dir(from, &names, &count, e));
    for (size_t i = 0; i < count; i++) {
        char *source = pl_path_join(from, names[i]), *to = pl_path_join(making.out_dir, names[i]);
        TST_OK(pl_copy_file(source, to, e));
        free(source);
        free(to);
    }
    pl_free_names(names);
    TST_OK(pl_store_commit(store, &making, NULL, e));
    pl_store_abort(store, &making);
    memcpy(key, digest.hex, PL_DIGEST_HEX);
}

/* A study of three runs, the first not done, whose data are the fixture's, in a cache. */
static rig *make(void)
{
    audit_fixture *f = calloc(1, sizeof *f);
    rig *r = calloc(1, sizeof *r);
    pl_store *store;
    audit_fixture_init(f);
    audit_fixture_copy(f, 6, 4, false);
    audit_fixture_write(f);
    r->dir = pl_strdup(tst_path("study"));
    r->cache = pl_strdup(tst_path("cache"));
    TST_OK(pl_make_dirs(r->dir, e));
    TST_OK(pl_store_open(r->cache, &store, e));
    put_entry(store, "ingest", f->dir[0], r->ingest);
    put_entry(store, "split", f->dir[1], r->split);
    pl_store_close(store);
    free(f);
    memcpy(r->id, r->split, PL_DATA_ID - 1);
    for (int k = 0; k < 3; k++) {
        r->run[k].done = k > 0;
        r->run[k].manifest =
            json_pack("{s:{s:s,s:s}}", "keys", "ingest", r->ingest, "split", r->split);
    }
    r->d.dir = r->dir;
    r->d.name = r->dir;
    r->d.run = r->run;
    r->d.run_count = 3;
    return r;
}

static void clear(rig *r)
{
    for (int k = 0; k < 3; k++)
        json_decref(r->run[k].manifest);
    free(r->dir);
    free(r->cache);
    free(r);
}

static bool has(const rig *r, const char *file)
{
    return pl_exists(tst_path("study/data/%s/%s", r->id, file));
}

static bool has_all(const rig *r)
{
    bool all = true;
    for (int i = 0; pl_audit_files[i]; i++)
        all = all && has(r, pl_audit_files[i]);
    return all;
}

static void test_the_audit_comes_into_the_study_and_stays(void)
{
    rig *r = make();
    char **names;
    size_t count;
    TST_OK(pl_gather(&r->d, r->cache, 2, 0, e));
    CU_ASSERT_TRUE(has_all(r));
    TST_OK(pl_list_dir(tst_path("study/data"), &names, &count, e));
    CU_ASSERT_EQUAL(count, 1); /* nothing half made is left */
    pl_free_names(names);
    TST_OK(pl_remove_tree(r->cache, e));
    TST_OK(pl_gather(&r->d, r->cache, 2, 0, e));
    TST_OK(pl_gather(&r->d, NULL, 2, 0, e));
    CU_ASSERT_TRUE(has_all(r));
    CU_ASSERT_FALSE(pl_exists(r->cache));
    clear(r);
}

/* The fixture has a picture of the test side in training too: every table made from that split says so, once. */
static void test_a_failing_audit_is_said_at_the_table(void)
{
    rig *r = make();
    pl_str s;
    pl_str_init(&s);
    r->d.done = 3; /* none is left out: the audit alone */
    CU_ASSERT_FALSE(pl_table_note(&r->d, &s));
    TST_OK(pl_gather(&r->d, r->cache, 1, 0, e));
    CU_ASSERT_TRUE(pl_table_note(&r->d, &s));
    char *want = pl_format("data %s fails the audit", r->id);
    CU_ASSERT(pl_starts_with(s.text, want) && !strstr(s.text + 1, want));
    free(want);
    pl_str_clear(&s);
    clear(r);
}

static void test_another_version_is_replaced_and_ours_left_alone(void)
{
    rig *r = make();
    TST_OK(pl_gather(&r->d, r->cache, 1, 0, e));
    tst_write_text(tst_path("study/data/%s/mark", r->id), "x");
    TST_OK(pl_gather(&r->d, r->cache, 1, 0, e));
    CU_ASSERT_TRUE(has(r, "mark"));
    tst_write_text(tst_path("study/data/%s/audit.json", r->id), "{\"version\": 0}");
    TST_OK(pl_gather(&r->d, r->cache, 1, 0, e));
    CU_ASSERT(!has(r, "mark") && has_all(r));
    clear(r);
}

static void test_without_entries_nothing_is_made(void)
{
    rig *r = make();
    r->run[1].done = r->run[2].done = false;
    TST_OK(pl_gather(&r->d, r->cache, 1, 0, e));
    CU_ASSERT_FALSE(pl_exists(tst_path("study/data")));
    r->run[1].done = true;
    TST_OK(pl_remove_tree(tst_path("cache/split"), e));
    TST_OK(pl_gather(&r->d, r->cache, 1, 0, e));
    CU_ASSERT_FALSE(pl_exists(tst_path("study/data/%s", r->id)));
    clear(r);
}

static void test_a_signal_ends_it_and_the_clock_leaves_it_out(void)
{
    rig *r = make();
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED, "interrupted", pl_gather(&r->d, r->cache, 1, 0, e));
    pl_interrupt_set(false);
    CU_ASSERT_FALSE(has(r, "audit.json"));
    TST_OK(pl_gather(&r->d, r->cache, 1, pl_now() - 1, e));
    CU_ASSERT_FALSE(has(r, "audit.json"));
    TST_OK(pl_gather(&r->d, r->cache, 1, pl_now() + 60, e));
    CU_ASSERT_TRUE(has_all(r));
    clear(r);
}

const tst_case tst_report_gather[] = {
    TST(test_the_audit_comes_into_the_study_and_stays),
    TST(test_a_failing_audit_is_said_at_the_table),
    TST(test_another_version_is_replaced_and_ours_left_alone),
    TST(test_without_entries_nothing_is_made),
    TST(test_a_signal_ends_it_and_the_clock_leaves_it_out),
    TST_END,
};
