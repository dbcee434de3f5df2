/* Power cuts: the model of them, and the store under one at every instant. */
#include "fault/power.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault/store_work.h"
#include "tst.h"
#include "util/fault.h"
#include "util/fs.h"
#include "util/log.h"
#include "util/str.h"
#include "util/sys.h"

enum { SEEDS = 6 };

/* Runs work(context) in a child under FACET_FAULT `rule` ("": none), traced; its exit status, -1
 * where it was killed. */
static int traced(const char *rule, int (*work)(void *context), void *context)
{
    TST_OK(pl_remove_tree(tst_path("keep"), e));
    TST_OK(pl_make_dirs(tst_path("keep"), e));
    unlink(tst_path("trace"));
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        setenv("FACET_FAULT_TRACE", tst_path("trace"), 1);
        setenv("FACET_FAULT_KEEP", tst_path("keep"), 1);
        if (*rule)
            setenv("FACET_FAULT", rule, 1);
        if (pl_fault_init(NULL) != KN_OK)
            _exit(99);
        _exit(work(context));
    }
    int st = 0;
    CU_ASSERT_FATAL(pid > 0 && waitpid(pid, &st, 0) == pid);
    return WIFEXITED(st) ? WEXITSTATUS(st) : -1;
}

static power_loss cut(uint64_t seed)
{
    return power_cut(tst_path("disk"), tst_path("trace"), tst_path("keep"), seed);
}

/* How a write may go wrong: what is left out of the four steps. */
typedef struct writer {
    bool sync_file, sync_folder;
} writer;

static int write_new(void *context)
{
    const writer *w = context;
    const char *name = tst_path("disk/a.tmp"), *to = tst_path("disk/a");
    int fd = pl_sys_open(name, O_WRONLY | O_CREAT | O_TRUNC);
    bool good = fd >= 0 && pl_sys_write(fd, name, "the new text", 12) == 12;
    good = good && (!w->sync_file || pl_sys_fsync(fd, name) == 0);
    good = good && pl_sys_close(fd, name) == 0 && pl_sys_rename(name, to) == 0;
    if (good && w->sync_folder)
        good = pl_fsync_path(tst_path("disk"), NULL) == KN_OK;
    return good ? 0 : 1;
}

/* Counts what a reader finds after cuts by many seeds: the old text, the new, or neither. */
static void count_outcomes(writer w, int seen[3])
{
    seen[0] = seen[1] = seen[2] = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        TST_OK(pl_remove_tree(tst_path("disk"), e));
        TST_OK(pl_make_dirs(tst_path("disk"), e));
        tst_write_text(tst_path("disk/a"), "the old text");
        CU_ASSERT_EQUAL(traced("", write_new, &w), 0);
        cut(seed);
        char *text = tst_read(tst_path("disk/a"), NULL);
        int what = !text                               ? 2
                   : strcmp(text, "the old text") == 0 ? 0
                   : strcmp(text, "the new text") == 0 ? 1
                                                       : 2;
        seen[what]++;
        free(text);
    }
}

static void test_the_model_punishes_what_was_left_out(void)
{
    int seen[3];
    count_outcomes((writer){true, true}, seen);
    CU_ASSERT_TRUE(seen[0] == 0 && seen[1] == 60 && seen[2] == 0);
    count_outcomes((writer){true, false}, seen); /* the rename may not have been */
    CU_ASSERT_TRUE(seen[0] > 5 && seen[1] > 5 && seen[2] == 0);
    count_outcomes((writer){false, true}, seen); /* the name may lead to nothing */
    CU_ASSERT_TRUE(seen[0] == 0 && seen[1] > 5 && seen[2] > 5);
    count_outcomes((writer){false, false}, seen);
    CU_ASSERT_TRUE(seen[0] > 5 && seen[2] > 5);
}

static int make_deep(void *context)
{
    const bool *synced = context;
    const char *file = tst_path("disk/x/y/a");
    if (*synced && pl_make_dirs(tst_path("disk/x/y"), NULL) != KN_OK)
        return 1;
    if (!*synced && (pl_sys_mkdir(tst_path("disk/x")) || pl_sys_mkdir(tst_path("disk/x/y"))))
        return 2;
    return pl_write_file(file, "text", 4, NULL) == KN_OK ? 0 : 3;
}

/* A whole file is gone with its folder where that was not synced into its parent. */
static void test_folders_are_lost_unless_their_parents_are_synced(void)
{
    for (int synced = 0; synced < 2; synced++) {
        int there = 0;
        bool how = synced != 0;
        for (uint64_t seed = 1; seed <= 40; seed++) {
            TST_OK(pl_remove_tree(tst_path("disk"), e));
            TST_OK(pl_make_dirs(tst_path("disk"), e));
            CU_ASSERT_EQUAL(traced("", make_deep, &how), 0);
            cut(seed);
            there += pl_exists(tst_path("disk/x/y/a"));
        }
        CU_ASSERT_TRUE(synced ? there == 40 : there < 35);
    }
}

static int remove_it(void *context)
{
    return pl_remove_tree(context, NULL) == KN_OK ? 0 : 1;
}

static void test_removed_files_may_return(void)
{
    int returned = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        TST_OK(pl_remove_tree(tst_path("disk"), e));
        TST_OK(pl_make_dirs(tst_path("disk/work"), e));
        tst_write_text(tst_path("disk/work/a"), "text");
        char *path = pl_strdup(tst_path("disk/work"));
        CU_ASSERT_EQUAL(traced("", remove_it, path), 0);
        cut(seed);
        char *text = tst_read(tst_path("disk/work/a"), NULL);
        if (text)
            TST_TEXT(text, "text");
        returned += text != NULL;
        free(text);
        free(path);
    }
    CU_ASSERT_TRUE(returned > 3 && returned < 37);
}

/* After the cut: the entry is whole or not there, nothing damaged stands under its name, and the same
 * work makes it whole. `promised`: the work had said that the entry is there. */
static void check_store(bool promised)
{
    char dir[1100];
    snprintf(dir, sizeof dir, "%s", tst_path("disk/cache"));
    bool found = false;
    pl_store *s = NULL;
    TST_OK(pl_store_open(dir, &s, e));
    CU_ASSERT_TRUE(store_work_is_whole(s, &found));
    CU_ASSERT_TRUE(found || !promised);
    pl_store_close(s);
    char **bad = NULL;
    size_t bad_count = 0;
    TST_OK(pl_list_dir(tst_path("disk/cache/bad"), &bad, &bad_count, e));
    CU_ASSERT_EQUAL(bad_count, 0);
    pl_free_names(bad);
    CU_ASSERT_EQUAL(store_work_make(dir), 0);
    TST_OK(pl_store_open(dir, &s, e));
    CU_ASSERT_TRUE(store_work_is_whole(s, &found) && found);
    pl_store_close(s);
}

static void test_the_store_stands_a_power_cut_at_every_instant(void)
{
    pl_log_init((pl_log_options){PL_QUIET, 0});
    int instants = 0, ended = -1;
    power_loss all = {0, 0, 0};
    char dir[1100], rule[40];
    snprintf(dir, sizeof dir, "%s", tst_path("disk/cache"));
    for (int n = 1; ended < 0; n++) {
        snprintf(rule, sizeof rule, "any:%d:%s", n, n % 5 == 0 ? "tear" : "kill");
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            TST_OK(pl_remove_tree(tst_path("disk"), e));
            TST_OK(pl_make_dirs(tst_path("disk"), e));
            ended = traced(rule, store_work_make, dir);
            CU_ASSERT_TRUE(ended <= 0);
            power_loss loss = cut(seed * 1000 + (uint64_t)n);
            all.uncertain += loss.uncertain;
            all.undone += loss.undone;
            all.damaged += loss.damaged;
            check_store(ended == 0);
        }
        instants = n;
    }
    CU_ASSERT_TRUE(instants > 30 && all.undone > 100 && all.damaged > 0);
    tst_note("%d instants, %d cuts each: %d names undone, %d files damaged", instants, SEEDS,
             all.undone, all.damaged);
}

const tst_case tst_fault_power[] = {
    TST(test_the_model_punishes_what_was_left_out),
    TST(test_folders_are_lost_unless_their_parents_are_synced), TST(test_removed_files_may_return),
    TST_M(test_the_store_stands_a_power_cut_at_every_instant), TST_END};
