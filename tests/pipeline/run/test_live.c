/* What a process tells of its work while it goes on, seen by another and after its death. */
#include "run/live.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tst.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/log.h"
#include "util/str.h"

static const char *text_of(const json_t *list, size_t at, const char *key)
{
    const char *text = json_string_value(json_object_get(json_array_get(list, at), key));
    return text ? text : "";
}

static size_t count(void)
{
    json_t *list = pl_live_list(tst_dir());
    size_t size = json_array_size(list);
    json_decref(list);
    return size;
}

static void test_work_is_seen_while_it_goes_on(void)
{
    pl_log_init((pl_log_options){PL_QUIET, 0});
    CU_ASSERT_EQUAL(count(), 0);
    pl_live_begin(tst_dir(), "ingest-0123456789ab", 0);
    CU_ASSERT_EQUAL(count(), 1);
    pl_live_begin(tst_dir(), "a0e586718513", 0); /* one at a time */
    pl_progress *p = pl_progress_new("cnn-50", "images", 100);
    pl_progress_note(p, "epoch 1/2");
    pl_progress_update(p, 40);
    json_t *list = pl_live_list(tst_dir());
    CU_ASSERT_EQUAL_FATAL(json_array_size(list), 1);
    TST_TEXT(text_of(list, 0, "name"), "a0e586718513");
    TST_TEXT(text_of(list, 0, "title"), "cnn-50");
    TST_TEXT(text_of(list, 0, "note"), "epoch 1/2");
    CU_ASSERT_EQUAL(json_number_value(json_object_get(json_array_get(list, 0), "done")), 40);
    CU_ASSERT_TRUE(json_is_integer(json_object_get(json_array_get(list, 0), "age")));
    json_decref(list);
    pl_live_clear(tst_dir()); /* what lives stays */
    CU_ASSERT_EQUAL(count(), 1);
    pl_live_end();
    pl_progress_end(p);
    CU_ASSERT_FALSE(pl_exists(tst_path(".live")));
    pl_live_end();
}

static void test_a_pause_is_told_and_taken_back(void)
{
    pl_live_pause("nobody is told this");
    pl_live_begin(tst_dir(), "a", 0);
    pl_live_pause("no room on the disk");
    json_t *list = pl_live_list(tst_dir());
    TST_TEXT(text_of(list, 0, "paused"), "no room on the disk");
    TST_TEXT(text_of(list, 0, "title"), "starting");
    json_decref(list);
    pl_live_pause(NULL);
    list = pl_live_list(tst_dir());
    CU_ASSERT_TRUE(json_is_null(json_object_get(json_array_get(list, 0), "paused")));
    json_decref(list);
    pl_live_end();
}

/* Where a new file cannot be made, as on a full disk, the one that is there is written over. */
static void test_a_pause_is_told_where_nothing_can_be_made(void)
{
    pl_live_begin(tst_dir(), "a", 0);
    CU_ASSERT_EQUAL(mkdir(tst_path(".live/a.json.new"), 0777), 0);
    pl_live_pause("no room on the disk, told in a sentence that is longer than what was there");
    json_t *list = pl_live_list(tst_dir());
    CU_ASSERT_TRUE(pl_starts_with(text_of(list, 0, "paused"), "no room on the disk"));
    json_decref(list);
    pl_live_pause(NULL);
    list = pl_live_list(tst_dir());
    CU_ASSERT_EQUAL(json_array_size(list), 1);
    CU_ASSERT_TRUE(json_is_null(json_object_get(json_array_get(list, 0), "paused")));
    json_decref(list);
    CU_ASSERT_EQUAL(rmdir(tst_path(".live/a.json.new")), 0);
    pl_live_end();
}

/* Forks a process that is at work under `name` until it is killed. */
static pid_t fork_worker(const char *name)
{
    int ready[2];
    char byte = 0;
    const char *dir = tst_dir(); /* made here, not in the child */
    CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        pl_live_begin(dir, name, 0);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    CU_ASSERT_EQUAL(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void test_a_dead_process_does_not_count(void)
{
    pid_t child = fork_worker("b");
    CU_ASSERT_EQUAL(count(), 1);
    kill(child, SIGKILL);
    for (double until = pl_now() + 5; count() > 0 && pl_now() < until;)
        nanosleep(&(struct timespec){0, 1000000},
                  NULL); /* dead, and not waited for: it does not count already */
    CU_ASSERT_EQUAL(count(), 0);
    waitpid(child, NULL, 0);
    CU_ASSERT_TRUE(pl_exists(tst_path(".live/b.json")));
    pl_live_clear(tst_dir());
    CU_ASSERT_FALSE(pl_exists(tst_path(".live")));
}

static void test_a_child_leaves_the_parents_file_alone(void)
{
    pl_live_begin(tst_dir(), "parent", 0);
    pid_t child = fork();
    if (child == 0) {
        pl_live_pause("not the child's");
        pl_live_end();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    json_t *list = pl_live_list(tst_dir());
    CU_ASSERT_EQUAL(json_array_size(list), 1);
    TST_TEXT(text_of(list, 0, "paused"), "");
    json_decref(list);
    pl_live_end();
}

/* A file as another process or machine wrote it, `age` seconds ago. */
static void write_other(const char *name, const char *host, long process, double started, int age)
{
    char *text = pl_format("{\"title\": \"t\", \"note\": \"\", \"unit\": \"\", \"done\": 1, "
                           "\"total\": 2, \"host\": \"%s\", \"process\": %ld, \"started\": %.17g}",
                           host, process, started);
    const char *path = tst_path(".live/%s.json", name);
    TST_OK(pl_make_dirs(tst_path(".live"), e));
    tst_write_text(path, text);
    struct timespec times[2];
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= age;
    times[1] = times[0];
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
    free(text);
}

static void test_files_of_other_machines_count_by_their_age(void)
{
    char host[128] = "";
    gethostname(host, sizeof host - 1);
    write_other("fresh", "elsewhere", 1, 5, 60);
    write_other("future", "elsewhere", 1, 5, -3600); /* its clock is ahead */
    write_other("old", "elsewhere", 1, 5, PL_LIVE_SECONDS + 5);
    write_other("mine", host, (long)getpid(), pl_process_started((long)getpid()), 100000);
    write_other("reused", host, (long)getpid(), 1, 0); /* its number is another process's now */
    tst_write_text(tst_path(".live/torn.json"), "{\"title\": \"t\", ");
    json_t *list = pl_live_list(tst_dir());
    CU_ASSERT_EQUAL_FATAL(json_array_size(list), 3);
    TST_TEXT(text_of(list, 0, "name"), "fresh");
    TST_TEXT(text_of(list, 1, "name"), "future");
    TST_TEXT(text_of(list, 2, "name"), "mine");
    json_decref(list);
    pl_live_clear(tst_dir());
    CU_ASSERT_EQUAL(count(), 3);
    CU_ASSERT_FALSE(pl_exists(tst_path(".live/torn.json")));
    CU_ASSERT_FALSE(pl_exists(tst_path(".live/old.json")));
    CU_ASSERT_FALSE(pl_exists(tst_path(".live/reused.json")));
}

const tst_case tst_run_live[] = {TST(test_work_is_seen_while_it_goes_on),
                                 TST(test_a_pause_is_told_and_taken_back),
                                 TST(test_a_pause_is_told_where_nothing_can_be_made),
                                 TST(test_a_dead_process_does_not_count),
                                 TST(test_a_child_leaves_the_parents_file_alone),
                                 TST(test_files_of_other_machines_count_by_their_age),
                                 TST_END};
