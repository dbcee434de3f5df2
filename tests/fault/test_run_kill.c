/* A study under kill -9 anywhere, on a full disk, and with results that cannot be written. */
#include "run/executor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault/kill_at.h"
#include "pipeline/run/fake_stages.h"
#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static const char *const kept[] = {"metrics.json", "predictions.csv", "model.safetensors",
                                   "epochs.csv"};

/* Runs the study of stages that do nothing, in a child that may be killed. */
static int run_fake(void *context)
{
    (void)context;
    const pl_exec_options options = {.maker = {"0", 1}, .here = true, .until = PL_EVALUATE};
    pl_study study;
    pl_store *store = NULL;
    pl_plan plan;
    pl_exec_result r;
    int lock = -1;
    if (pl_study_load(tst_path("one.yaml"), NULL, 0, &study, NULL) != KN_OK ||
        pl_store_open(tst_path("cache"), &store, NULL) != KN_OK ||
        pl_plan_make(&study, fake_stages, store, tst_path("results"), &plan, NULL) != KN_OK ||
        pl_results_open(plan.study_dir, &study, &lock, NULL) != KN_OK ||
        pl_exec_run(&plan, &options, &r, NULL) != KN_OK || r.done != 1)
        return 1;
    pl_results_close(lock);
    pl_plan_clear(&plan);
    pl_store_close(store);
    pl_study_clear(&study);
    return 0;
}

/* The result files of the study's only run, one after another. Heap. */
static char *read_results(const char *results, const char *study)
{
    char **runs = NULL;
    size_t count = 0;
    pl_str s;
    pl_str_init(&s);
    char *dir = pl_format("%s/%s/runs", results, study);
    TST_OK(pl_list_dir(dir, &runs, &count, e));
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
            char *path = pl_format("%s/%s/%s", dir, runs[r], kept[i]);
            size_t size = 0;
            char *text = tst_read(path, &size);
            bool wall = strcmp(kept[i], "epochs.csv") == 0; /* has times in it */
            CU_ASSERT_PTR_NOT_NULL(text);
            if (text && !wall)
                pl_str_add(&s, pl_digest_bytes(text, size).hex);
            free(text);
            free(path);
        }
    pl_free_names(runs);
    free(dir);
    return pl_str_take(&s);
}

/* What killed processes left in the results is gone: nothing has a temporary name. */
static void check_no_leftovers(const char *results)
{
    char *command = pl_format("find '%s' -name '*.tmp*'", tst_path("%s", results)), *found = NULL;
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), command, &found, NULL), 0);
    TST_TEXT(found, "");
    free(found);
    free(command);
}

static void start_over(void)
{
    TST_OK(pl_remove_tree(tst_path("results"), e));
    TST_OK(pl_remove_tree(tst_path("cache"), e));
}

static void test_a_killed_run_goes_on_to_the_same_results(void)
{
    enum { STRIDE = 7 };
    int killed = 0, result = 0;
    fake_write_study("one", "train: {seed: 3}\n");
    CU_ASSERT_EQUAL_FATAL(run_fake(NULL), 0);
    char *want = read_results(tst_path("results"), "one");
    CU_ASSERT_EQUAL(strlen(want), 3 * 64);
    for (int n = 1;; n += STRIDE) {
        start_over();
        fault_end end = fault_kill_at(n, run_fake, NULL, &result);
        if (end == FAULT_KILLED) {
            killed++;
            CU_ASSERT_EQUAL(run_fake(NULL), 0);
        } else {
            CU_ASSERT_EQUAL(result, 0);
        }
        char *got = read_results(tst_path("results"), "one");
        TST_TEXT(got, want);
        free(got);
        check_no_leftovers("results");
        if (end == FAULT_FINISHED)
            break;
    }
    tst_note("killed at %d places", killed);
    CU_ASSERT_TRUE(killed > 10);
    free(want);
}

static void write_real_study(void)
{
    char *command = pl_format("'%s' -q faces data --images 150 --seed 1", tst_facet());
    CU_ASSERT_EQUAL_FATAL(tst_shell(tst_dir(), command, NULL, NULL), 0);
    free(command);
    tst_write_text(tst_path("small.yaml"),
                   "data: {images: data/img_align_celeba.zip, labels: data/list_attr_celeba.csv, "
                   "partition: data/list_eval_partition.csv, target: Male, image: {size: 24}}\n"
                   "model: {type: cnn, filters: [8], units: [16]}\n"
                   "train: {epochs: 6, batch: 8}\n");
}

static int run_real(const char *before, const char *results, char **err)
{
    char *command =
        pl_format("%s '%s' run small.yaml --wait 0 --threads 2 --cache '%s-cache' --results "
                  "'%s'",
                  before, tst_facet(), results, results);
    int rc = tst_shell(tst_dir(), command, NULL, err);
    free(command);
    return rc;
}

/* The program itself, killed again and again at growing times until it is through. */
static void test_the_program_killed_at_any_time_ends_with_the_same_bytes(void)
{
    write_real_study();
    CU_ASSERT_EQUAL_FATAL(run_real("", "whole", NULL), 0);
    char *want = read_results(tst_path("whole"), "small");
    char *err = NULL;
    int kills = 0, rc = 137;
    for (; (rc == 137 || rc == 124) && kills < 60; kills++) { /* 124: just as it ended by itself */
        char before[64];
        /* --foreground: timeout waits until the killed process is gone, and its lock with it */
        snprintf(before, sizeof before, "timeout --foreground -s KILL %.3f",
                 0.02 + 0.002 * kills * kills);
        rc = run_real(before, "cut", &err);
        if (rc != 0 && rc != 137 && rc != 124)
            tst_note("%s", err);
        free(err);
    }
    CU_ASSERT_EQUAL(rc, 0);
    tst_note("killed %d times", kills - 1);
    char *got = read_results(tst_path("cut"), "small");
    TST_TEXT(got, want);
    check_no_leftovers("cut");
    free(got);
    free(want);
}

/* Mounts a tmpfs of this size at tst_dir()/small, or skips. */
static bool mount_small(const char *options)
{
    char command[700];
    TST_OK(pl_make_dirs(tst_path("small"), e));
    snprintf(command, sizeof command, "mount -t tmpfs -o %s none '%s' 2>/dev/null", options,
             tst_path("small"));
    if (tst_shell(NULL, command, NULL, NULL) == 0)
        return true;
    tst_skip("no permission to mount a small tmpfs");
    return false;
}

static void unmount_small(void)
{
    char command[700];
    snprintf(command, sizeof command, "umount '%s'", tst_path("small"));
    CU_ASSERT_EQUAL(tst_shell(NULL, command, NULL, NULL), 0);
}

static void test_a_full_results_disk_is_told_and_can_be_mended(void)
{
    char *err = NULL;
    if (!mount_small("size=64k"))
        return;
    write_real_study();
    char *ballast = calloc(1, 36000);
    tst_write(tst_path("small/ballast"), ballast, 36000);
    CU_ASSERT_EQUAL(run_real("", "small", &err), 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(err);
    const char *said = strstr(err, "facet: the results of "), *runs = strstr(err, "/runs/");
    CU_ASSERT_FATAL(said && runs);
    /* which of its files finds no room depends on their sizes */
    char *head = pl_format("facet: the results of small cannot be written: cannot write "
                           "'small/small/runs/%.12s/",
                           runs + strlen("/runs/"));
    CU_ASSERT_TRUE(pl_starts_with(said, head) &&
                   pl_ends_with(said, "': No space left on device\n"));
    free(head);
    CU_ASSERT_FALSE(pl_exists(tst_path("small/small/report.html")));
    unmount_small();
    CU_ASSERT_EQUAL(run_real("", "small", NULL), 0); /* on the large disk below */
    free(ballast);
    free(err);
}

static void test_a_full_cache_disk_is_told(void)
{
    char *err = NULL;
    if (!mount_small("size=32k"))
        return;
    write_real_study();
    char *command = pl_format("'%s' run small.yaml --wait 0 --cache small/cache", tst_facet());
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), command, NULL, &err), 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(err);
    const char *said = strstr(err, "facet: cannot"), *key = strstr(err, "ingest-");
    CU_ASSERT_FATAL(said && key);
    char *want =
        pl_format("facet: cannot reserve %d bytes for 'small/cache/tmp/ingest-%.64s/X.npy': "
                  "No space left on device\n",
                  128 + 150 * 24 * 24, key + strlen("ingest-"));
    TST_TEXT(said, want);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "test -z \"$(ls small/cache/tmp)\"", NULL, NULL), 0);
    free(want);
    unmount_small();
    free(err);
    free(command);
}

static void test_read_only_results_fail_before_any_work(void)
{
    char *err = NULL;
    if (!mount_small("ro"))
        return;
    write_real_study();
    char *command = pl_format("'%s' run small.yaml --cache cache --results small", tst_facet());
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), command, NULL, &err), 1);
    TST_TEXT(err ? err : "", "facet: cannot make folder 'small/small': Read-only file system\n");
    CU_ASSERT_FALSE(pl_exists(tst_path("cache/ingest")));
    unmount_small();
    free(err);
    free(command);
}

/* Results and cache on a disk that is read-only now: everything is there, so all is well. */
static void test_a_finished_study_may_be_read_only(void)
{
    char *err = NULL;
    if (!mount_small("size=16m"))
        return;
    write_real_study();
    char *command =
        pl_format("'%s' run small.yaml --cache small/cache --results small", tst_facet());
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), command, NULL, NULL), 0);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), "mount -o remount,ro small", NULL, NULL), 0);
    CU_ASSERT_EQUAL(tst_shell(tst_dir(), command, NULL, &err), 0);
    CU_ASSERT_PTR_NOT_NULL(err ? strstr(err, "done; 'small/small' may only be read\n") : NULL);
    CU_ASSERT_EQUAL(strncmp(err ? err : "", "nothing to do: ", 15), 0);
    unmount_small();
    free(err);
    free(command);
}

const tst_case tst_fault_run[] = {
    TST(test_a_killed_run_goes_on_to_the_same_results),
    TST_M(test_the_program_killed_at_any_time_ends_with_the_same_bytes),
    TST_M(test_a_full_results_disk_is_told_and_can_be_mended),
    TST_M(test_a_full_cache_disk_is_told),
    TST_M(test_read_only_results_fail_before_any_work),
    TST_M(test_a_finished_study_may_be_read_only),
    TST_END};
