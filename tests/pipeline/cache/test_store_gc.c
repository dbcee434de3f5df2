/* gc, and what studies need. */
#define _GNU_SOURCE
#include "cache/store_gc.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cache/store_use.h"
#include "pipeline/cache/store_rig.h"
#include "tst.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"

static const pl_gc_options everything = {.max_bytes = 0};

static pl_gc collect(pl_store *s, pl_gc_options options)
{
    pl_gc done;
    TST_OK(pl_store_gc(s, &options, &done, e));
    return done;
}

static void make_three(pl_store *s, pl_digest key[3])
{
    static const char *const name[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        key[i] = pl_digest_text(name[i]);
        rig_make(s, &key[i], "weights");
    }
}

static uint64_t bytes_of_one(pl_store *s)
{
    pl_entry_row *rows = NULL;
    size_t count = 0;
    TST_OK(pl_store_list(s, &rows, &count, e));
    uint64_t bytes = count > 0 ? rows[0].bytes : 0;
    CU_ASSERT_TRUE(bytes > 0);
    pl_store_list_free(rows, count);
    return bytes;
}

static void test_what_was_not_used_for_longest_goes_first(void)
{
    pl_store *s = rig_open();
    pl_digest key[3];
    make_three(s, key);
    rig_set_use(&key[0], 3000);
    rig_set_use(&key[1], 1000);
    rig_set_use(&key[2], 2000);
    pl_gc_options options = {.max_bytes = 2 * bytes_of_one(s), .dry_run = true};
    pl_gc done = collect(s, options);
    CU_ASSERT_EQUAL(done.entries, 1);
    CU_ASSERT_EQUAL(done.kept_entries, 2);
    CU_ASSERT_TRUE(rig_has(&key[1]));
    options.dry_run = false;
    done = collect(s, options);
    CU_ASSERT_EQUAL(done.entries, 1);
    CU_ASSERT_EQUAL(done.over, 0);
    CU_ASSERT_TRUE(rig_has(&key[0]));
    CU_ASSERT_FALSE(rig_has(&key[1]));
    CU_ASSERT_TRUE(rig_has(&key[2]));
    CU_ASSERT_TRUE(rig_find(s, &key[2], true, NULL)); /* used: now it is the last */
    options.max_bytes /= 2;
    done = collect(s, options);
    CU_ASSERT_FALSE(rig_has(&key[0]));
    CU_ASSERT_TRUE(rig_has(&key[2]));
    pl_store_close(s);
}

static void test_older_goes_by_age_and_a_future_use_is_no_age(void)
{
    pl_store *s = rig_open();
    pl_digest key[3];
    long long now = (long long)time(NULL);
    make_three(s, key);
    rig_set_use(&key[0], now - 3 * 86400);
    rig_set_use(&key[1], now - 86400);
    rig_set_use(&key[2], now + 400 * 86400ll); /* the clock was set back */
    pl_entry_row *rows = NULL;
    size_t count = 0;
    TST_OK(pl_store_list(s, &rows, &count, e));
    for (size_t i = 0; i < count; i++)
        CU_ASSERT_TRUE(rows[i].last_used <= (int64_t)time(NULL));
    pl_store_list_free(rows, count);
    pl_gc done = collect(s, (pl_gc_options){.max_bytes = UINT64_MAX, .older = 2 * 86400});
    CU_ASSERT_EQUAL(done.entries, 1);
    CU_ASSERT_FALSE(rig_has(&key[0]));
    done = collect(s, (pl_gc_options){.max_bytes = bytes_of_one(s)});
    CU_ASSERT_FALSE(rig_has(&key[1]));
    CU_ASSERT_TRUE(rig_has(&key[2])); /* counts as used now */
    pl_store_close(s);
}

static void test_a_study_with_runs_to_go_keeps_what_it_names(void)
{
    pl_store *s = rig_open();
    pl_digest key[3];
    pl_use use = {.lock = -1};
    make_three(s, key);
    TST_OK(pl_make_dirs(tst_path("results/night"), e));
    TST_OK(pl_store_refer(s, tst_path("results/night"), key, 2, &use, e));
    pl_store_release(s, tst_path("results/night"), key, 2, &use);
    CU_ASSERT_EQUAL(use.lock, -1);
    pl_gc done = collect(s, everything);
    CU_ASSERT_EQUAL(done.entries, 1);
    CU_ASSERT_TRUE(rig_has(&key[0]) && rig_has(&key[1]) && !rig_has(&key[2]));
    CU_ASSERT_EQUAL(done.over, done.kept_bytes);
    CU_ASSERT_EQUAL_FATAL(done.needs, 1);
    TST_TEXT(done.need[0].study, "night");
    CU_ASSERT_FALSE(done.need[0].running);
    CU_ASSERT_EQUAL(done.need[0].entries, 2);
    CU_ASSERT_EQUAL(done.need[0].bytes, done.kept_bytes);
    pl_gc_clear(&done);

    /* the results folder is gone: so is what it needed */
    TST_OK(pl_remove_tree(tst_path("results/night"), e));
    done = collect(s, everything);
    CU_ASSERT_EQUAL(done.entries, 2);
    CU_ASSERT_EQUAL(done.leftovers, 1); /* the reference */
    CU_ASSERT_EQUAL(done.needs, 0);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(),
                              "test -z \"$(ls cache/studies cache/locks | grep -v "
                              "'^cache\\|^studies.lock\\|^$')\"",
                              NULL, NULL),
                    0);
    pl_store_close(s);
}

static void test_a_finished_study_needs_nothing(void)
{
    pl_store *s = rig_open();
    pl_digest key[3];
    pl_use use = {.lock = -1};
    make_three(s, key);
    TST_OK(pl_make_dirs(tst_path("night"), e));
    TST_OK(pl_store_refer(s, tst_path("night"), key, 3, &use, e));
    pl_store_release(s, tst_path("night"), key, 0, &use);
    char **names = NULL;
    size_t count = 1;
    TST_OK(pl_list_dir(tst_path("cache/studies"), &names, &count, e));
    CU_ASSERT_EQUAL(count, 0);
    pl_free_names(names);
    pl_gc done = collect(s, everything);
    CU_ASSERT_EQUAL(done.entries, 3);
    pl_store_close(s);
}

/* A child that holds the study until it is killed. The parent's store must not share its descriptors. */
static pid_t start_study(const pl_digest *key, size_t count)
{
    int ready[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        pl_store *s = NULL;
        pl_use use = {.lock = -1};
        bool good = pl_store_open(tst_path("cache"), &s, NULL) == KN_OK &&
                    pl_store_refer(s, tst_path("night"), key, count, &use, NULL) == KN_OK;
        ssize_t n = write(ready[1], good ? "y" : "n", 1);
        (void)n;
        pause();
        _exit(0);
    }
    char said = 'n';
    CU_ASSERT_EQUAL(read(ready[0], &said, 1), 1);
    CU_ASSERT_EQUAL(said, 'y');
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void end_study(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void test_a_running_study_keeps_what_it_uses(void)
{
    pl_store *s = rig_open();
    pl_digest key[3], made = pl_digest_text("made since");
    make_three(s, key);
    for (int i = 0; i < 3; i++)
        rig_set_use(&key[i], 1000 + i);
    TST_OK(pl_make_dirs(tst_path("night"), e));
    pid_t pid = start_study(key, 1);
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    rig_make(s, &made, "of the running study: its key was not known when it began");
    CU_ASSERT_TRUE(rig_find(s, &key[1], false, NULL)); /* used since */
    TST_OK(pl_remove_tree(tst_path("night"), e));      /* though its folder is gone */
    pl_gc done = collect(s, everything);
    CU_ASSERT_TRUE(rig_has(&key[0]) && rig_has(&key[1]) && !rig_has(&key[2]) && rig_has(&made));
    CU_ASSERT_EQUAL_FATAL(done.needs, 1);
    CU_ASSERT_TRUE(done.need[0].running);
    CU_ASSERT_EQUAL(done.need[0].entries, 3);
    pl_gc_clear(&done);
    end_study(pid);
    done = collect(s, everything);
    CU_ASSERT_EQUAL(done.entries, 3);
    CU_ASSERT_EQUAL(done.needs, 0);
    pl_store_close(s);
}

/* Killed, a study has its checkpoints whatever their age; without results folder they go in time. */
static void test_unfinished_work_stays_for_its_study(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a"), stray = pl_digest_text("b"), fresh = pl_digest_text("c");
    const pl_digest *const all[] = {&key, &stray, &fresh};
    const long long now = (long long)time(NULL);
    const struct timespec old[2] = {{now - 90 * 86400, 0}, {now - 90 * 86400, 0}};
    const struct timespec future[2] = {{now + 90 * 86400, 0}, {now + 90 * 86400, 0}};
    for (int i = 0; i < 3; i++) {
        TST_OK(pl_make_dirs(tst_path("cache/work/%s", all[i]->hex), e));
        tst_write_text(tst_path("cache/work/%s/checkpoint", all[i]->hex), "epoch 3");
        CU_ASSERT_EQUAL(
            utimensat(AT_FDCWD, tst_path("cache/work/%s", all[i]->hex), i < 2 ? old : future, 0),
            0);
    }
    TST_OK(pl_make_dirs(tst_path("night"), e));
    end_study(start_study(&key, 1));
    pl_gc_options options = {.max_bytes = UINT64_MAX, .older = 1};
    pl_gc done = collect(s, options);
    CU_ASSERT_EQUAL(done.leftovers, 1);
    CU_ASSERT_TRUE(pl_exists(tst_path("cache/work/%s/checkpoint", key.hex)));
    CU_ASSERT_FALSE(pl_exists(tst_path("cache/work/%s", stray.hex)));
    CU_ASSERT_TRUE(pl_exists(tst_path("cache/work/%s/checkpoint", fresh.hex)));
    options.work = true;
    pid_t pid = start_study(&key, 1); /* running: --work does not touch it */
    done = collect(s, options);
    CU_ASSERT_TRUE(pl_exists(tst_path("cache/work/%s/checkpoint", key.hex)));
    end_study(pid);
    done = collect(s, options);
    CU_ASSERT_FALSE(pl_exists(tst_path("cache/work/%s", key.hex)));
    pl_store_close(s);
}

static void test_what_is_being_made_stays(void)
{
    pl_store *s = rig_open();
    pl_digest made = pl_digest_text("made"), making = pl_digest_text("making");
    pl_making m;
    bool exists = false;
    rig_make(s, &made, "weights");
    TST_OK(pl_store_begin(s, "train", &making, &exists, &m, e));
    TST_OK(pl_make_dirs(tst_path("cache/tmp/train-%s", pl_digest_text("dead").hex), e));
    pl_gc done = collect(s, (pl_gc_options){.max_bytes = 0, .work = true});
    CU_ASSERT_EQUAL(done.entries, 1);
    CU_ASSERT_EQUAL(done.leftovers, 1);
    CU_ASSERT_TRUE(pl_exists(m.out_dir));
    CU_ASSERT_TRUE(pl_exists(m.work_dir));
    TST_OK(pl_store_commit(s, &m, NULL, e));
    CU_ASSERT_TRUE(rig_has(&making));
    pl_store_close(s);
}

/* A study that begins while gc goes through the store is seen at the next entry. Its process is forked
 * before: one forked by gc would hold gc's locks too. */
static int go = -1;

static void begin_late(void *context, const pl_entry_row *row)
{
    (void)context;
    (void)row;
    if (go >= 0) {
        CU_ASSERT_EQUAL(write(go, "g", 1), 1);
        close(go);
        go = -1;
    }
}

static pid_t fork_waiting_study(const pl_digest *key)
{
    int gate[2];
    CU_ASSERT_EQUAL_FATAL(pipe(gate), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char said;
        close(gate[1]);
        pl_store *s = NULL;
        pl_use use = {.lock = -1};
        bool good = read(gate[0], &said, 1) == 1 &&
                    pl_store_open(tst_path("cache"), &s, NULL) == KN_OK &&
                    pl_store_refer(s, tst_path("night"), key, 1, &use, NULL) == KN_OK;
        _exit(good ? 0 : 1);
    }
    close(gate[0]);
    go = gate[1];
    return pid;
}

static void test_a_study_that_begins_meanwhile_is_seen(void)
{
    pl_store *s = rig_open();
    enum { MANY = 40 };
    pl_digest key[MANY];
    for (int i = 0; i < MANY; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        key[i] = pl_digest_text(name);
        rig_make(s, &key[i], "weights");
        rig_set_use(&key[i], 1000 + i);
    }
    TST_OK(pl_make_dirs(tst_path("night"), e));
    pid_t pid = fork_waiting_study(&key[MANY - 1]);
    pl_gc_options options = {.max_bytes = 0, .removing = begin_late};
    pl_gc done;
    TST_OK(pl_store_gc(s, &options, &done, e));
    int st = 1;
    waitpid(pid, &st, 0);
    CU_ASSERT_EQUAL(st, 0);
    CU_ASSERT_EQUAL(done.entries, MANY - 1);
    CU_ASSERT_TRUE(rig_has(&key[MANY - 1]));
    CU_ASSERT_EQUAL(done.needs, 1);
    pl_gc_clear(&done);
    pl_store_close(s);
}

static void stop(void *context, const pl_entry_row *row)
{
    (void)context;
    (void)row;
    pl_interrupt_set(true);
}

static void test_a_signal_leaves_a_whole_store(void)
{
    pl_store *s = rig_open();
    pl_digest key[3];
    make_three(s, key);
    pl_gc_options options = {.max_bytes = 0, .removing = stop};
    pl_gc done;
    TST_FAILS(KN_EINTERRUPTED, "interrupted", pl_store_gc(s, &options, &done, e));
    pl_interrupt_set(false);
    CU_ASSERT_EQUAL(done.entries, 1);
    CU_ASSERT_EQUAL(done.kept_entries, 2);
    int found = 0;
    for (int i = 0; i < 3; i++)
        found += rig_find(s, &key[i], true, NULL);
    CU_ASSERT_EQUAL(found, 2);
    pl_store_close(s);
}

const tst_case tst_cache_store_gc[] = {TST(test_what_was_not_used_for_longest_goes_first),
                                       TST(test_older_goes_by_age_and_a_future_use_is_no_age),
                                       TST(test_a_study_with_runs_to_go_keeps_what_it_names),
                                       TST(test_a_finished_study_needs_nothing),
                                       TST(test_a_running_study_keeps_what_it_uses),
                                       TST(test_unfinished_work_stays_for_its_study),
                                       TST(test_what_is_being_made_stays),
                                       TST(test_a_study_that_begins_meanwhile_is_seen),
                                       TST(test_a_signal_leaves_a_whole_store),
                                       TST_END};
